"""A draft tried on one customer says what settling it would have come to, and writes nothing."""

from unittest import mock

import pytest

from growth import limits, report
from growth.draft_preview import preview
from growth.models import Customer, TaskCompletion
from tests.growth import world
from tests.growth.test_budgets import budget
from tests.growth.world import event, task

pytestmark = pytest.mark.usefixtures("programme")

VELOCITY = {"completions": 2, "within_hours": 3, "then": "deny"}
# What guards a task, whatever the day on which it is posted.
GUARDS = {
    "nothing": {},
    "per customer": {"limit": {"per_customer": 2}},
    "in all": {"limit": {"completions": 3}},
    "points": {"limit": {"points": 35}},
    "too fast": {"velocity": VELOCITY},
    "too fast, held": {"velocity": VELOCITY | {"then": "hold"}},
    "held": {"hold_days": 3},
    "budget": {"budget": "b"},
    "several": {"limit": {"per_customer": 4, "points": 25}, "velocity": VELOCITY},
}


def draft(**guards) -> dict:
    return task(kind="cumulative", **guards)


def take_in() -> None:
    """Four events within four hours of one day, three on the next."""
    times = ["05T01:00", "05T02:00", "05T03:00", "05T04:00", "06T10:30", "06T11:30", "06T17:30"]
    world.take(*(event(when=f"2025-01-{time}") for time in times))


def as_tried(**guards) -> tuple:
    found = preview(draft(**guards), world.customer())
    return len(found.completions), found.points, found.held, dict(found.refused)


def as_live(**guards) -> tuple:
    """What settling it came to: completions that were awarded, points, held back, refused."""
    world.load(draft(**guards))
    take_in()
    rows = list(TaskCompletion.objects.all())
    awarded = [row for row in rows if row.status in ("posted", "pending")]
    held = sum(row.status == "pending" for row in rows)
    refused = [row.reason for row in rows if row.status == "refused"]
    points = sum(row.points for row in awarded)
    return len(awarded), points, held, {why: refused.count(why) for why in refused}


@pytest.mark.parametrize("guards", GUARDS.values(), ids=GUARDS)
def test_it_comes_to_what_live_settling_comes_to(guards):
    world.load(budgets=[budget("b", 35)])
    assert as_live(**guards) == as_tried(**guards)


@pytest.mark.parametrize("name", ["too fast", "points", "budget", "per customer"])
def test_a_planted_bug_is_found(name):
    world.load(budgets=[budget("b", 35)])
    live = as_live(**GUARDS[name])
    with mock.patch.object(limits.Room, "admit", lambda *_: limits.Verdict("posted")):
        assert as_tried(**GUARDS[name]) != live


def test_limits_of_a_day_are_those_of_the_events_days():
    take_in()
    assert as_tried(limit={"completions_a_day": 2}) == (4, 40, 0, {"completions_a_day": 3})


def test_who_is_excluded_is_given_nothing_and_nothing_is_written():
    world.load(budgets=[budget("b", 35)])
    take_in()
    Customer.objects.update(excluded="staff")
    before = report.program_report()

    found = preview(draft(budget="b"), world.customer())

    assert (found.excluded, found.points, found.refused) == ("staff", 0, {"excluded": 7})
    assert report.program_report() == before
    assert world.differences() == []
