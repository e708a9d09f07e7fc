"""Levels follow growth value: up at once, down by the policy, never held by what is reversed."""

from contextlib import nullcontext
from datetime import timedelta
from random import Random
from unittest import mock

import pytest

from growth import bankday, jobs
from growth import levels as levels_module
from growth.levels import Scheme, history, keeps_until
from growth.models import LevelChange
from tests.growth import world
from tests.growth.test_limits import posted_in
from tests.growth.world import days_ago, event, level, levels, reversal, task

pytestmark = pytest.mark.usefixtures("programme")

TASKS = [
    task(f"g{growth}", "cumulative", event=f"g{growth}", reward={"growth": growth})
    for growth in (50, 100, 200)
]


def gain(growth: int, ago: int) -> dict:
    """Growth value earned so many days ago; returns its event."""
    found = event(f"g{growth}", when=days_ago(ago))
    world.take(found)
    return found


def level_in(days: int) -> str:
    """The level after the nightly job, that many days from today."""
    day = days_ago(-days)
    with mock.patch.object(bankday, "today", lambda: day):
        jobs.regrade_levels()
    return level()


def changes() -> list[tuple[str, str]]:
    return list(LevelChange.objects.order_by("pk").values_list("before", "after"))


def test_a_level_is_reached_with_the_event_that_earns_it():
    world.load(*TASKS, levels=levels())
    gain(50, 0)
    assert level() == "low"
    gain(50, 0)
    assert level() == "mid"
    gain(200, 0)
    assert (level(), changes()) == ("high", [("low", "mid"), ("mid", "high")])


def test_levels_between_are_jumped_over():
    world.load(*TASKS, levels=levels())
    gain(200, 0)
    assert (level(), changes()) == ("high", [("low", "high")])


@pytest.mark.parametrize(
    ("policy", "buffer", "by_age"),
    [
        ("never", 0, {59: "high", 60: "high", 900: "high"}),
        ("one_down", 10, {59: "high", 60: "high", 69: "high", 70: "mid", 79: "mid", 80: "low"}),
        ("one_down", 0, {59: "high", 60: "mid", 61: "low"}),
        ("to_earned", 10, {59: "high", 69: "high", 70: "low"}),
        ("to_earned", 0, {59: "high", 60: "low"}),
    ],
)
def test_when_growth_value_has_aged_the_policy_decides(policy, buffer, by_age):
    """Whether it grew old before it came in or since."""
    world.load(*TASKS, levels=levels(policy, buffer, window=60))
    for age, expected in by_age.items():
        world.take(event("g200", who=f"late-{age}", when=days_ago(age)))
        assert level(f"late-{age}") == expected, age
    gain(200, 0)
    for age, expected in by_age.items():
        assert level_in(age) == expected, age


def test_earning_again_within_the_buffer_keeps_the_level():
    world.load(*TASKS, levels=levels("to_earned", 10, window=60))
    gain(200, 65)
    gain(200, 1)
    assert (level(), level_in(58), level_in(68), level_in(69)) == ("high", "high", "high", "low")


def test_one_level_a_day_is_lost_also_where_something_is_earned_the_day_after():
    """It starts no second drop on that day."""
    steps = {"low": 0, "mid": 60, "high": 100, "top": 200}
    world.load(*TASKS, levels=levels("one_down", 0, window=60, **steps))
    gain(200, 61)
    gain(50, 0)
    assert (level(), level_in(1)) == ("mid", "low")


def test_only_what_is_missing_is_lost():
    world.load(*TASKS, levels=levels("to_earned", 0, window=60))
    gain(100, 60)
    gain(100, 30)
    assert level() == "mid"


@pytest.mark.parametrize("planted", [False, True], ids=["as it is", "planted bug"])
def test_by_age_a_level_falls_in_the_nightly_job_and_with_no_event(planted):
    world.load(*TASKS, levels=levels("to_earned", 0, window=60))
    gain(200, 1)
    at_once = mock.patch.object(levels_module, "_due_now", lambda falls: falls)
    with at_once if planted else nullcontext():
        posted_in(70, event("g50", when=days_ago(0)))
    assert level() == ("low" if planted else "high")
    assert level_in(70) == "low"


@pytest.mark.parametrize("policy", ["never", "one_down", "to_earned"])
def test_a_level_owed_to_growth_that_is_reversed_falls_at_once(policy):
    world.load(*TASKS, levels=levels(policy, 30, window=365))
    gain(100, 20)
    lifted = gain(100, 10)
    assert level() == "high"

    world.take(reversal(lifted))

    assert level() == "mid"
    assert world.differences() == []


def test_a_level_kept_by_the_buffer_is_not_kept_by_growth_that_is_reversed():
    world.load(*TASKS, levels=levels("to_earned", 30, window=60))
    long_ago = gain(200, 70)
    gain(100, 5)
    assert level() == "high"

    world.take(reversal(long_ago))

    assert level() == "mid"


def test_a_change_of_the_scheme_is_its_next_version_and_judges_from_today():
    world.load(*TASKS, levels=levels("to_earned", 0, window=0))
    gain(100, 400)
    for steps, expected in (
        ({"low": 0, "mid": 50, "high": 100}, "high"),  # lower steps lift at once
        ({"low": 0, "mid": 50, "high": 101}, "mid"),
        ({"low": 0, "basic": 10, "high": 101}, "basic"),  # a level that is gone
    ):
        changed = world.load(levels=levels("to_earned", 0, window=0, **steps))
        assert changed.levels
        jobs.regrade_levels()
        assert level() == expected
        assert world.differences() == []
    assert world.load(levels=levels("to_earned", 0, window=0, **steps)).lines == []


def test_a_stricter_scheme_takes_nothing_away_where_levels_never_drop():
    world.load(*TASKS, levels=levels("never"))
    gain(100, 400)
    world.load(levels=levels("never", low=0, mid=500, high=1000))
    jobs.regrade_levels()
    assert level() == "mid"


def test_a_level_that_is_gone_gives_no_claim_to_another():
    world.load(*TASKS, levels=levels("never"))
    gain(200, 1)
    world.load(levels=levels("never", low=0, gold=1000))
    jobs.regrade_levels()
    assert level() == "low"


def test_the_command_regrades_everybody(tmp_path):
    world.load(*TASKS, levels=levels(), segments=[world.segment("vip", {"level": {"min": "high"}})])
    gain(100, 1)
    path = tmp_path / "program.yaml"
    path.write_text("version: 1\nlevels: {steps: [{code: low, name: {en: L}, from: 0},"
                    " {code: high, name: {en: H}, from: 60}]}")  # fmt: skip

    world.command("load_program", path)

    assert level() == "high"
    assert world.members("vip") == {"ada"}


def test_a_level_is_sure_up_to_the_day_that_is_told_and_no_longer():
    today = bankday.today()
    told = 0
    for seed in range(300):
        random = Random(seed)
        scheme = Scheme(
            1,
            today - timedelta(days=1000),
            random.choice([20, 60]),
            random.choice(["one_down", "to_earned"]),
            random.choice([0, 1, 10]),
            ("low", "mid", "high"),
            (0, 100, 200),
        )
        earned = {
            today - timedelta(days=random.randint(0, 70)): random.choice([50, 100, 200])
            for _ in range(3)
        }

        def level_on(day, scheme=scheme, earned=earned):
            return history([scheme], earned, day)[-1].code

        if (last := keeps_until([scheme], earned, today)) is None:
            continue
        told += 1
        assert all(
            level_on(today + timedelta(days=n)) == level_on(today)
            for n in range((last - today).days + 1)
        )
        assert level_on(last + timedelta(days=1)) != level_on(today)
    assert told > 100
