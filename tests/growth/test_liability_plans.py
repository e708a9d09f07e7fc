"""Closing a day of the liability reads that day's transfers by an index, and all lots only once."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import connection

from growth import ledger, liability
from growth.ledger import Earning
from growth.liability import days
from growth.models import LiabilityFlow
from tests import plans as plan_reader
from tests.growth import world
from tests.growth.test_plans import bank
from tests.plans import plans, whole

__all__ = ["bank"]

pytestmark = pytest.mark.django_db

# What the close says it reads whole: a standing, and the history that forecasts start from.
SAID = ("WITH ends AS", "SELECT l.cost_centre, date_trunc")
FIRST = "SELECT day FROM growth_pointstransfer ORDER BY id LIMIT 1"  # along its key, one row


@pytest.fixture
def tomorrow(bank: None) -> date:
    """All days are closed up to today; a few of the customers earn and spend on the next one."""
    days.close_days(today=world.days_ago(-days.DAYS_UNTIL_CLOSED))
    day = world.days_ago(-1)
    for number in range(1, 6):
        customer = world.customer(f"scale-{number}")
        earning = Earning(customer.pk, 30, f"earned-{number}", "test", {}, None)
        ledger.post_earnings([earning], today=day)
        ledger.spend(
            customer_id=customer.pk, points=20, key=f"k{number}", reason="r", origin={}, today=day
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE growth_pointstransfer")
    return day


def close(day: date) -> int:
    """Close days up to this one, as the job does when it may."""
    return days.close_days(today=day + timedelta(days=days.DAYS_UNTIL_CLOSED))


def again_and_again(plan: dict[str, Any], inside: bool = False) -> Iterator[str]:
    """Tables that are read whole for each row of something else."""
    if inside:
        yield from plan_reader.scanned(plan)
    for place, part in enumerate(plan.get("Plans", ())):
        yield from again_and_again(part, plan["Node Type"] == "Nested Loop" and place == 1)


@pytest.fixture
def few_of_many(db: None) -> None:
    """Few rows of many are looked for one by one; so few as here may as well be read whole."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_hashjoin = off")
        cursor.execute("SET LOCAL enable_mergejoin = off")


@pytest.mark.usefixtures("few_of_many")
def test_a_day_is_closed_by_its_own_transfers(tomorrow: date) -> None:
    with plans() as found:
        assert close(tomorrow) == 1
    assert LiabilityFlow.objects.filter(day=tomorrow).exists()
    assert [sql for sql in whole(found) if not sql.startswith((*SAID, FIRST))] == []


def test_what_is_read_whole_is_read_once(tomorrow: date) -> None:
    with mock.patch.object(plan_reader, "scanned", again_and_again), plans() as found:
        close(tomorrow)
    assert len([sql for sql in found if sql.startswith(SAID)]) == 3
    assert whole(found) == {}


@pytest.mark.usefixtures("few_of_many")
def test_reports_read_what_came_since_the_close(tomorrow: date) -> None:
    with plans() as found:
        outstanding = liability.standing(tomorrow)
        months = liability.totals(liability.months(until=tomorrow))
    assert sum(row.points for row in outstanding) == months[-1].closing
    assert whole(found) == {}


@pytest.mark.parametrize(
    "read",
    [
        lambda day: liability.flows_from_ledger(after=world.days_ago(0), until=day),
        liability.standing,
    ],
)
def test_without_its_index_a_day_reads_every_transfer(tomorrow: date, read: Any) -> None:
    """The planted fault."""
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX transfer_by_day")
    with plans() as found:
        read(tomorrow)
    assert "growth_pointstransfer" in set.union(*whole(found).values())
