"""The daily reconciliation: what differs stays on a list until it is gone or seen to."""

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import connection
from wagtail.models import ModelLogEntry

from growth import backlog, jobs, open_items
from growth.difference import Difference
from growth.models import OpenItem, Wallet
from tests.growth import world
from tests.growth.world import earn

pytestmark = pytest.mark.usefixtures("programme")


def drift(points: int) -> None:
    """Somebody changes ada's balance by hand."""
    Wallet.objects.filter(customer__ref="ada").update(balance=world.balance("ada") + points)


def opened() -> list[str]:
    return list(OpenItem.objects.filter(closed_at=None).values_list("text", flat=True))


def test_a_difference_is_listed_once_and_closes_when_it_is_gone():
    earn("ada", 100)
    assert jobs.reconcile() == [0, 0, 0]

    drift(5)
    found, new, closed = jobs.reconcile()
    assert found == new == backlog.backlog().open_items
    assert f"customer {world.customer().pk}: balance 105, transfers 100, lots 100" in opened()
    assert jobs.reconcile() == [found, 0, 0]

    drift(-5)
    assert jobs.reconcile() == [0, 0, found]
    assert (opened(), OpenItem.objects.count()) == ([], found)


def test_what_was_closed_by_hand_comes_back_if_it_is_still_there():
    open_items.keep(["a", "b"])
    item = OpenItem.objects.get(text="a")
    item = open_items.note(item=item, note="Asked the branch.", closed=True)
    assert (bool(item.closed_at), item.note) == (True, "Asked the branch.")
    closed_at = item.closed_at
    assert open_items.note(item=item, note="Again.", closed=True).closed_at == closed_at

    assert open_items.keep(["a", "b"]) == (2, 1, 0)
    assert OpenItem.objects.filter(text="a").count() == 2


def test_an_active_customers_item_stays_the_same_while_its_figures_change():
    """The planted bug was the sentence itself as the key: each day another item, without notes."""
    earn("ada", 100)
    drift(5)
    found = jobs.reconcile()[0]
    item = OpenItem.objects.get(text__contains="balance 105")
    kim = get_user_model().objects.create_user("kim")
    open_items.note(item=item, note="Asked the branch.", closed=False, operator=kim, owner=kim)

    earn("ada", 7)  # the customer goes on
    assert jobs.reconcile() == [found, 0, 0]
    item.refresh_from_db()
    assert "balance 112, transfers 107" in item.text
    assert (item.note, item.owner, item.closed_at) == ("Asked the branch.", kim, None)

    item = open_items.note(item=item, note="Booked.", closed=True, operator=kim, owner=kim)
    assert item.closed_by == kim
    told = ModelLogEntry.objects.order_by("pk").values_list("action", "user__username", "data")
    assert list(told) == [
        ("growth.open_item_noted", "kim", {"changes": ["Asked the branch.", "kim"]}),
        ("growth.open_item_closed", "kim", {"changes": ["Booked.", "kim"]}),
    ]


def test_every_difference_that_tells_figures_has_a_key_without_them():
    earn("ada", 100)
    drift(5)
    for found in world.differences():
        assert isinstance(found, Difference)
        assert "105" not in found.key and "100" not in found.key


def test_what_the_chain_passed_by_is_found_before_it_is_sealed_and_stays_on_the_list():
    """Dated back and put among the old ones: sealed first, it would look like any other."""
    earn("ada", 100)
    earn("ada", 1)
    jobs.seal_transfers()
    earn("ada", 50, key="forged")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET session_replication_role = replica")
        for table, column in (("pointslot", "transfer_id"), ("pointstransfer", "id")):
            cursor.execute(
                f"UPDATE growth_{table} SET {column} = -5 WHERE {column} ="
                " (SELECT max(id) FROM growth_pointstransfer)"
            )
        cursor.execute(
            "UPDATE growth_pointstransfer SET posted_at = now() - interval '1 day' WHERE id = -5"
        )
        cursor.execute("SET session_replication_role = DEFAULT")

    assert jobs.seal_transfers() == 0  # every minute: only what is new
    assert jobs.reconcile()[1] == 1
    assert backlog.backlog().unsealed == 0
    assert jobs.reconcile() == [0, 0, 0]
    assert opened() == ["transfer -5 (forged) was never sealed"]


def test_where_there_are_too_many_to_list_none_is_closed(monkeypatch):
    monkeypatch.setattr(open_items, "MOST", 3)
    assert open_items.keep(["a", "b", "c"]) == (3, 3, 0)
    assert open_items.keep(["b", "c", "d"]) == (3, 1, 0)
    assert open_items.keep(["b", "d"]) == (2, 0, 2)


def test_a_broken_chain_is_an_open_item():
    earn("ada", 100)
    assert backlog.backlog().unsealed == 1
    assert jobs.seal_transfers() == 1
    assert backlog.backlog().unsealed == 0
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE growth_transferseal DISABLE TRIGGER USER")
        cursor.execute("UPDATE growth_transferseal SET digest = sha256('x')")
    jobs.reconcile()
    assert any("are not what seal 1 covers" in text for text in opened())


def test_what_is_counted_over_everything_is_counted_every_ten_minutes(programme) -> None:
    world.take(world.event())
    first = backlog.backlog()
    world.take(world.event(), settle=False)
    again = backlog.backlog()
    assert (first.accepted, again.accepted, again.unsettled) == (1, 1, 1)
    cache.clear()
    assert backlog.backlog().accepted == 2
