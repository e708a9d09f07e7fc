"""The daily reconciliation: what differs stays on a list until it is gone or seen to."""

import pytest
from django.core.cache import cache
from django.db import connection

from growth import backlog, jobs, open_items
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
