"""A version of the scheme counts from its day: until then everything goes by the one in force."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from unittest import mock

import pytest
from django.db import connection

from growth import bankday, jobs, levels, program, queries, report, scale, segments
from growth.errors import ProgramFaults
from growth.levels import impact as scheme_impact
from growth.levels.schemes import Scheme, history, keeps
from growth.models import Customer, LevelChange, LevelScheme
from tests.growth import world
from tests.growth.world import days_ago, event, level, reversal, task

pytestmark = pytest.mark.usefixtures("programme")

TASKS = [
    task(f"g{growth}", "cumulative", event=f"g{growth}", reward={"growth": growth})
    for growth in (50, 100, 200)
]


def gain(growth, ago=1, who="ada"):
    found = event(f"g{growth}", who, when=days_ago(ago))
    world.take(found)
    return found


def plan(days, policy="never", **starts):
    """The scheme of these levels, from so many days from today on."""
    row = world.levels(policy, **starts) | {"effective_on": days_ago(-days)}
    return world.load(levels=row)


def on_day(days):
    """It is so many days from today, and the nightly jobs have run."""
    day = days_ago(-days)
    return mock.patch.object(bankday, "today", lambda: day)


def causes():
    return list(LevelChange.objects.order_by("pk").values_list("after", "cause"))


def test_a_planned_version_changes_nothing_before_its_day():
    vip = world.segment("vip", {"level": {"min": "high"}})
    world.load(*TASKS, levels=world.levels(), segments=[vip])
    gain(100)
    plan(10, low=0, mid=50, high=100)
    gain(50)
    jobs.regrade_levels()
    segments.rebuild()

    assert level() == "mid"
    assert report.program_report()["levels"] == {"low": 0, "mid": 1, "high": 0}
    assert world.members("vip") == set()
    assert world.differences() == []
    with on_day(10):
        jobs.regrade_levels()
        segments.rebuild()
        assert (level(), world.members("vip")) == ("high", {"ada"})
    assert causes() == [("mid", "earned"), ("high", "scheme")]


def test_what_is_planned_is_replaced_by_the_next_version():
    world.load(*TASKS, levels=world.levels())
    plan(10, low=0, mid=50, high=100)
    plan(20, low=0, mid=60, high=120)
    assert LevelScheme.objects.order_by("version").values_list("version", flat=True)[1] == 3
    assert [scheme.effective_on for scheme in levels.schemes()][1:] == [days_ago(-20)]
    assert plan(20, low=0, mid=60, high=120).lines == []
    document = program.dump()
    assert document["levels"]["effective_on"] == days_ago(-20).isoformat()
    assert program.load(document).lines == []


def test_levels_cannot_change_in_the_past():
    world.load(*TASKS, levels=world.levels())
    with world.refused(ProgramFaults):
        plan(-1, low=0, mid=50)
    assert LevelScheme.objects.count() == 1


def test_rules_name_only_levels_that_a_planned_version_keeps():
    world.load(*TASKS, levels=world.levels())
    plan(10, low=0, gold=100)
    with world.refused(ProgramFaults):
        world.load(segments=[world.segment("vip", {"level": {"min": "high"}})])


def test_the_preview_is_what_then_happens():
    """Compared with the levels that everybody really has on the day, for schemes at random."""
    world.load(*TASKS, levels=world.levels("one_down", 5, window=60))
    random = Random(7)
    people = [f"p{number}" for number in range(25)]
    for who in people:
        world.enrolled(who)
        for _ in range(random.randint(0, 3)):
            gain(random.choice([50, 100, 200]), random.randint(1, 90), who)
    world.enrolled("idle")
    jobs.regrade_levels()
    versions = levels.schemes()
    for days, starts in ((1, {"low": 0, "mid": 60, "high": 150}), (12, {"low": 0, "high": 250})):
        on = days_ago(-days)
        plan(days, "to_earned", **starts)
        draft = levels.schemes()[-1]
        found = scheme_impact.impact(draft, versions, on)
        moves = {"up": 0, "down": 0, "stay": 0}
        for who in [*people, "idle"]:
            earned = levels.earned_by_day([pk := world.customer(who).pk]).get(pk, {})
            before = history(versions, earned, on)[-1]
            after = history([*versions, draft], earned, on)[-1]
            rank = draft.codes.index(before.code) if before.code in draft.codes else before.rank
            move = "stay" if after.code == before.code else "up" if after.rank > rank else "down"
            moves[move] += 1
        assert {key: getattr(found, key) for key in moves} == moves
        assert found.customers == sum(found.pairs.values()) == 26


def test_levels_fall_on_the_days_of_the_year_that_the_scheme_names():
    named = (days_ago(-20), days_ago(-80))
    days = sorted(f"{day:%m-%d}" for day in named if (day.month, day.day) != (2, 29))
    scheme = world.levels("to_earned", window=60)
    scheme["downgrade"]["on"] = days
    world.load(*TASKS, levels=scheme)
    assert program.dump()["levels"]["downgrade"]["on"] == days
    assert world.load(levels=scheme).lines == []
    gain(100, 50)  # gone in ten days
    assert level() == "mid"
    fall = next(day for day in named if f"{day:%m-%d}" in days)
    for ahead, expected in ((fall - timedelta(days=1), "mid"), (fall, "low")):
        with on_day((ahead - bankday.today()).days):
            jobs.regrade_levels()
            assert level() == expected


@pytest.mark.parametrize("days", [["02-29"], ["13-01"], ["06-30", "06-30"], [630], "06-30"])
def test_days_that_a_year_does_not_have_are_a_fault(days):
    scheme = world.levels("to_earned")
    scheme["downgrade"]["on"] = days
    with pytest.raises(ProgramFaults) as refusal:
        world.load(levels=scheme)
    assert [path for path, _ in refusal.value.faults] == ["levels.downgrade.on"]


def test_of_many_customers_a_part_is_looked_at_and_the_margin_said(monkeypatch):
    scale.seed(customers=3000, entries=10, events=0, on_piece=lambda number: None)
    with connection.cursor() as cursor:
        # Every third customer has twice the growth value.
        cursor.execute(
            """INSERT INTO growth_growthentry (key, customer_id, value, day, reason)
               SELECT 'more:' || e.id, customer_id, value, day, 'test' FROM growth_growthentry e
               WHERE customer_id % 3 = 0"""
        )
    world.load(levels=world.levels())
    versions = levels.schemes()
    everybody = list(Customer.objects.values_list("pk", flat=True))
    value = max(sum(earned.values()) for earned in levels.earned_by_day(everybody).values())
    draft = replace(versions[0], thresholds=(0, 100, value), effective_on=days_ago(-3))
    exact = scheme_impact.impact(draft, versions, days_ago(-3))
    assert (exact.margin, exact.customers) == (0, 3000)

    monkeypatch.setattr(scheme_impact, "MOST", 600)
    told = scheme_impact.impact(draft, versions, days_ago(-3))
    assert told == scheme_impact.impact(draft, versions, days_ago(-3))  # always the same ones
    assert 0 < told.margin < 400
    for name in ("up", "down", "stay"):
        assert abs(getattr(told, name) - getattr(exact, name)) <= 2 * told.margin
    assert told.as_json()["margin"] == told.margin


def test_a_fall_is_written_down_with_its_cause():
    world.load(*TASKS, levels=world.levels("to_earned", 0, window=60))
    gain(200, 20)
    lifted = gain(200, 1, "bob")
    with on_day(40):
        jobs.regrade_levels()
    assert causes()[-1] == ("low", "aged")
    world.take(reversal(lifted))
    assert causes()[-1] == ("low", "reversed")
    change = LevelChange.objects.latest("pk")
    assert (change.growth_value, change.scheme) == (0, LevelScheme.objects.get())


def test_what_keeps_a_level_really_keeps_it():
    """Earned on the last sure day, it does; a point less does not."""
    today, told = bankday.today(), 0
    for seed in range(200):
        random = Random(seed)
        window, policy = random.choice([20, 60]), random.choice(["one_down", "to_earned"])
        buffer = random.choice([0, 1, 10])
        begins = today - timedelta(days=1000)
        first = Scheme(1, begins, window, policy, buffer, ("low", "mid", "high"), (0, 100, 200))
        second = Scheme(
            2, today + timedelta(days=random.randint(1, 40)), 60, policy, buffer,
            ("low", "mid", "high"), (0, 150, 300),
        )  # fmt: skip
        versions = [first, second] if seed % 2 else [first]
        earned = {today - timedelta(days=random.randint(0, 70)): random.choice([50, 100, 200])
                  for _ in range(3)}  # fmt: skip
        keep = keeps(versions, earned, today)
        if keep is None or not keep.needs:
            continue
        told += 1
        level_now = history(versions, earned, today)[-1].code
        after = keep.by + timedelta(days=1)

        def then(extra, earned=earned, keep=keep, versions=versions, after=after):
            more = {**earned, keep.by: earned.get(keep.by, 0) + extra}
            return history(versions, more, after)[-1].code

        assert then(0) != level_now
        assert then(keep.needs) == level_now
        # With days of grace, or a version to come, a point less may begin the grace anew.
        assert len(versions) > 1 or buffer or then(keep.needs - 1) != level_now
    assert told > 60


def test_growth_value_is_counted_by_the_version_in_force():
    world.load(*TASKS, levels=world.levels(window=60))
    gain(100, 90)
    plan(5, low=0, mid=50, high=100)
    assert report.program_report()["growth_value"] == 0
    assert queries.program_now()[0].segment_context(bankday.today()).levels == (
        "low", "mid", "high",
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_the_preview_needs_no_transaction_around_it(live_programme):
    """A page has none: what it reads streams all the same."""
    world.load(*TASKS, levels=world.levels())
    gain(100)
    world.enrolled("idle")
    versions = levels.schemes()
    draft = replace(versions[0], effective_on=days_ago(-3), thresholds=(0, 50, 100))
    found = scheme_impact.impact(draft, versions, days_ago(-3))
    assert found.pairs == {("low", "low"): 1, ("mid", "high"): 1}
