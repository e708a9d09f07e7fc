"""What `seed_scale` makes is a bank like any other, only larger."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from growth import ledger, report
from growth.models import BankEvent, Customer, PointsTransfer
from tests.growth import world
from tests.growth.world import balance, event, load, task

pytestmark = pytest.mark.django_db


def seed(customers: int, entries: int, events: int) -> None:
    options = {"customers": customers, "entries": entries, "events": events}
    call_command("seed_scale", **options, stdout=StringIO())


def test_its_books_are_in_order_and_every_verb_works_on_it() -> None:
    load(task())
    seed(12, entries=20, events=2)
    assert list(report.differences()) == []
    assert (Customer.objects.count(), BankEvent.objects.count()) == (12, 24)
    assert PointsTransfer.objects.count() == 12 * 20

    before = balance("scale-3")
    world.take(event(who="scale-3"))
    customer = world.customer("scale-3")
    ledger.spend(customer_id=customer.pk, points=before, key="k", reason="test", origin={})
    assert balance("scale-3") == 10
    assert list(report.differences()) == []


def test_a_second_run_adds_as_many_again() -> None:
    seed(3, entries=10, events=0)
    seed(4, entries=0, events=1)
    refs = Customer.objects.order_by("pk").values_list("ref", flat=True)
    assert list(refs) == [f"scale-{n}" for n in range(1, 8)]
    assert list(report.differences()) == []


def test_entries_come_in_tens() -> None:
    with pytest.raises(CommandError, match="multiple of 10"):
        seed(1, entries=7, events=0)
