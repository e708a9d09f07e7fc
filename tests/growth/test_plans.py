"""Hot queries go by an index: none reads a table that grows with customers or events whole.

`python -m tests.bench scale` asks the planner the same at 1,000,000 customers and 20,000,000
entries.
"""

from datetime import timedelta

import pytest
from django.db import connection

from growth import bankday, scale, seals, segments
from growth.models import Customer, CustomerSession
from tests import plans as hot
from tests.growth import world
from tests.growth.world import event
from tests.plans import GROWING, plans, whole

CUSTOMERS = 1200

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank(db: None) -> None:
    """A bank with some history in every table."""
    hot.load_program()
    scale.seed(customers=CUSTOMERS, entries=20, events=5, on_piece=lambda number: None)
    segments.rebuild(())
    for start in range(1, CUSTOMERS, 100):
        world.take(*[event(who=f"scale-{n}") for n in range(start, start + 100)])
    world.take(event(who="scale-1", when="2025-01-16"))
    tomorrow = bankday.now() + timedelta(days=1)
    CustomerSession.objects.bulk_create(
        CustomerSession(digest=pk.to_bytes(32), customer_id=pk, channel="app", expires_at=tomorrow)
        for pk in Customer.objects.values_list("pk", flat=True)
    )
    with connection.cursor() as cursor:
        # A limit's first award reads what was given before; the following days' do not.
        cursor.execute("DELETE FROM growth_taskcounter WHERE day IS NOT NULL")
        for table in sorted(GROWING):
            cursor.execute(f"ANALYZE {table}")


@pytest.mark.parametrize("done", hot.HOT, ids=lambda done: done.__name__)
def test_what_goes_on_all_day_reads_no_growing_table_whole(bank: None, done) -> None:
    with plans() as found:
        done()
    assert len(found) > 3
    assert whole(found) == {}


def test_sealing(bank: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "LATE", 100)  # of 24,000, as 100,000 are of millions
    seals.seal_all()
    world.take(event(who="scale-7"))
    spent = world.spend("scale-11", 30)
    world.refund(spent)
    with plans() as found:
        assert seals.seal_batch() == 4
    assert whole(found) == {}


def test_a_missing_index_is_noticed(bank: None) -> None:
    """The planted fault: without its index the entries' query reads every transfer."""
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX transfer_by_customer")
    customer = world.customer("scale-12")
    with plans() as found:
        list(customer.transfers.order_by("-pk")[:20])
    assert set.union(*whole(found).values()) == {"growth_pointstransfer"}
