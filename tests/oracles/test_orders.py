"""Promise R1: each accepted event counts once, in whatever order and however often it comes.

Every order of five events, and two hundred shuffles of forty with one to four deliveries each,
come to one state: completions with their events and amounts, growth value by day, points, level.
The events lie at the edges of days, months, leap days and years, late ones and reversals among
them.
"""

import json
from collections.abc import Sequence
from itertools import permutations
from random import Random
from unittest import mock

import pytest
from django.db import transaction

from growth import progress
from growth.models import GrowthEntry, TaskCompletion, TaskProgress
from tests.growth import world
from tests.growth.world import event, task

pytestmark = pytest.mark.django_db

EDGES = [
    "2024-02-28T23:59:59.999999",
    "2024-02-29T00:00:00",
    "2024-02-29T23:59:59.999999",
    "2024-03-01T00:00:00",
    "2024-12-31T23:59:59.999999",
    "2025-01-01T00:00:00",
    "2025-01-01T23:59:59.999999",
    "2024-12-31T15:59:59.999999+00:00",  # the last instant of the bank's year
    "2024-12-31T16:00:00+00:00",  # and the first of the next
    "2025-01-02T00:00:00",
    "2025-01-04T12:00:00",
    "2025-01-05T15:59:59+00:00",
]


class RolledBack(Exception):
    """Ends a case and leaves nothing behind."""


@pytest.fixture(autouse=True)
def program(db):
    """A task of every kind."""
    make_up = {"per_month": 5, "points": 1, "days_back": 31}
    visits = [{"growth": 1}, {"field": "amount", "each": 5, "growth": 2}]
    steps = [{"target": target, "reward": {"points": target, "growth": 3}} for target in (2, 9, 40)]
    rows = [
        task("once", target=2),
        task("daily", "daily"),
        task("weekly", "weekly", target=2, requires=["once"]),
        task("monthly", "monthly", "b.done", reward={"points": 3, "growth": 20}),
        task("streak", "streak", target=2, make_up=make_up, reward={"growth": 7}),
        task("grace", "streak", "b.done", target=2, grace_days=2),
        task("sum", "cumulative", sum_of="amount", target=12),
        task("bills", "cumulative", "b.done", distinct_by="bill"),
        task("steps", "milestones", sum_of="amount", milestones=steps, reward=None),
        task("two", "choose", choose={"of": ["once", "monthly", "sum"], "at_least": 2}),
        task("visits", "activity", "b.done", measures=visits, growth_a_day=4, reward=None),
    ]
    for row in rows:
        unwanted = {"choose": "event", "milestones": "reward", "activity": "reward"}
        row.pop(unwanted.get(row["kind"], ""), None)
    world.load(*rows, levels=world.levels("never", window=0, low=0, mid=20, high=60))


def events(random: Random, number: int) -> list[dict]:
    """Events of one customer, some of them reversed and some made up for."""
    found: list[dict] = []
    for place in range(number):
        facts = {"when": random.choice(EDGES), "event_id": f"n{place}"}
        if found and random.random() < 0.15:
            found.append(world.reversal(random.choice(found), **facts))
        elif random.random() < 0.15:
            made_up = {"source": "/zones/make-up", "data": {"task": "streak", "points": 1}}
            found.append(event("checkin.made_up", **facts, **made_up))
        else:
            data = {"amount": random.choice([1, 4, "7.5", 30]), "bill": random.choice("xyz")}
            found.append(event(random.choice(["a.done", "b.done"]), **facts, data=data))
    return found


def state() -> str:
    """All that the customer came to, by what is promised not to depend on arrival."""
    done = TaskCompletion.objects.exclude(status="reversed").values_list(
        "task__code", "event__event_id", "day", "points", "growth", "status", "times"
    )
    growth: dict[str, int] = {}
    for day, value in GrowthEntry.objects.values_list("day", "value"):
        growth[str(day)] = growth.get(str(day), 0) + value
    folded = {
        row.task.code: row.state for row in TaskProgress.objects.select_related("task") if row.state
    }
    told = [
        sorted(map(str, done)),
        sorted((day, value) for day, value in growth.items() if value),
        folded,
        world.outcome(),
    ]
    return json.dumps(told, sort_keys=True, default=str)


def outcome_of(deliveries: Sequence[Sequence[dict]]) -> str:
    """What these batches come to, taken in one after the other; nothing is left behind."""
    try:
        with transaction.atomic():
            for batch in deliveries:
                world.take(*batch)
            found = state()
            raise RolledBack
    except RolledBack:
        return found


def check_permutations(seed: int) -> None:
    five = events(Random(seed), 5)
    expected = outcome_of([five])
    for order in permutations(five):
        assert outcome_of([[one] for one in order]) == expected


def check_shuffles(seed: int, shuffles: int) -> None:
    random = Random(seed)
    forty = events(random, 40)
    expected = outcome_of([forty])
    for _ in range(shuffles):
        deliveries = [one for one in forty for _ in range(random.randint(1, 4))]
        random.shuffle(deliveries)
        batches = []
        while deliveries:
            size = random.choice([1, 5, 20, 60])
            batches.append(deliveries[:size])
            deliveries = deliveries[size:]
        assert outcome_of(batches) == expected


def test_all_120_orders_of_five_events_come_to_the_same():
    check_permutations(seed=5)


@pytest.mark.parametrize("seed", range(4))
def test_200_shuffles_of_forty_events_delivered_up_to_four_times_come_to_the_same(seed):
    check_shuffles(seed, shuffles=50)


def test_a_late_event_that_is_folded_on_is_found():
    """The planted bug: progress that depends on the order of arrival."""
    folded_on = mock.patch.object(progress.Locked, "must_refold", lambda self, rules: self.refold)
    with folded_on, pytest.raises((AssertionError, TypeError)):
        check_permutations(seed=5)
    with folded_on, pytest.raises((AssertionError, TypeError)):
        check_shuffles(0, shuffles=3)
