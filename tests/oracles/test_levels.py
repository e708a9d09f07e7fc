"""Levels jump from one turning day to the next; the oracle lives through every day."""

from datetime import date, timedelta
from importlib import import_module
from random import Random
from unittest import mock

import pytest

from growth.levels import Scheme, history
from tests.oracles import plain

schemes = import_module("growth.levels.schemes")  # a function of its package has that name, too
SEEDS = 20_000
TODAY = date(2026, 3, 2)
CODES, STARTS = ("low", "mid", "high", "top"), (0, 20, 60, 90)


def differ(seed: int) -> bool:
    """Whether the two come to different levels, of one scheme and growth value by chance."""
    random = Random(seed)
    window, buffer = random.choice([0, 2, 5]), random.choice([0, 0, 1, 3])
    policy = random.choice(["never", "one_down", "to_earned"])
    earned = {
        TODAY - timedelta(days=random.randint(0, 10)): random.choice([5, 25, 60, 100])
        for _ in range(random.randint(0, 5))
    }
    on = sorted(random.sample(("02-22", "02-25", "02-28", "03-01"), random.choice([0, 0, 1, 3])))
    days = tuple((int(day[:2]), int(day[3:])) for day in on)
    begins = TODAY - timedelta(days=100)
    scheme = Scheme(1, begins, window, policy, buffer, CODES, STARTS, fall_days=days)
    told = {
        "window_days": window,
        "steps": [{"code": code, "from": start} for code, start in zip(CODES, STARTS, strict=True)],
        "downgrade": {"policy": policy, "buffer_days": buffer, "on": on},
    }
    found = history([scheme], earned, TODAY)[-1].code
    return found != plain.level_on(TODAY, earned, told)


def test_levels_are_those_of_living_through_every_day() -> None:
    assert [seed for seed in range(SEEDS) if differ(seed)] == []


def turning_when_earned(versions: list[Scheme], earned: dict[date, int], until: date) -> list[date]:
    return sorted({*earned, versions[0].effective_on})


def no_room_between_drops(*numbers: int) -> int:
    return numbers[0]  # the buffer, also where it is none


@pytest.mark.parametrize(
    "bug",
    [
        mock.patch.object(schemes, "_turning_days", turning_when_earned),
        mock.patch.object(schemes, "max", no_room_between_drops, create=True),
        mock.patch.object(Scheme, "falls_from", lambda self, day: day),
    ],
    ids=[
        "growth value never grows old",
        "two levels may be lost on one day",
        "levels fall on any day",
    ],
)
def test_a_planted_bug_is_found(bug: mock._patch) -> None:
    with bug:
        found = False
        for seed in range(SEEDS):
            if found := differ(seed):
                break
        assert found
