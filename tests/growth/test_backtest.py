"""A back-test comes to what live settlement comes to, and leaves no trace."""

import json
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from random import Random
from unittest import mock

import pytest
import yaml
from django.db import InternalError, connection, transaction
from django.db.models import Sum

from growth import backtest, bankday, budgets, intake, limits, program, settling
from growth.backtest import judging
from growth.backtest import worlds as plans
from growth.cloudevents import read_event
from growth.customers import describe, describe_all
from growth.errors import ProgramFaults
from growth.models import BankEvent, Budget, TaskCompletion
from tests.growth.world import (
    BANK,
    command,
    event,
    load,
    reversal,
    segment,
    take,
    task,
)
from tests.oracles import worlds
from tests.oracles.test_oracle import RolledBack, cloud_event

pytestmark = pytest.mark.django_db


def tried(*tasks: dict, **options) -> dict:
    """What a back-test of these tasks tells."""
    sections = options.pop("sections", {})
    return backtest.run({"version": 1, "tasks": list(tasks), **sections}, **options)


def figures(row: dict) -> tuple:
    return row["completions"], row["points"], row["growth"], row["refused"]


# The same as live ------------------------------------------------------------------------------


def random_program(random: Random, today: date, *, by_day: bool) -> dict:
    """A random program with limits, a budget and limits of pace."""
    document = worlds.program(random, today)
    for row in document["tasks"]:
        if random.random() < 0.5:
            names = ["completions", "points", "per_customer"] + ["completions_a_day"] * by_day
            chosen = random.sample(names, random.randint(1, 2))
            row["limit"] = {
                name: random.randint(5, 60) if name == "points" else random.randint(1, 4)
                for name in chosen
            }
        if random.random() < 0.3:
            row["budget"] = "pot"
        if random.random() < 0.2:
            row["velocity"] = {
                "completions": random.randint(1, 2),
                "within_hours": random.choice([1, 48, 200]),
                "then": random.choice(["hold", "deny"]),
            }
    days = {}
    if by_day and random.random() < 0.3:
        days = {"starts": today - timedelta(days=30), "ends": today - timedelta(days=2)}
    budget(random.randint(10, 120), programme=random.random() < 0.4, **days)
    return document


def budget(points: int, **facts) -> None:
    """A budget as the operators make one: it has given nothing."""
    facts |= {"name": {"en": "Pot"}, "cost_centre": "city", "points": points}
    budgets.recount(Budget.objects.create(code="pot", **facts))


def known_customers() -> None:
    described = [describe({"customer_id": ref, "tags": tags}) for ref, tags in worlds.TAGS.items()]
    describe_all(described)


def incoming(events: list) -> list:
    now = datetime.now(UTC)
    return [read_event(cloud_event(found), now=now) for found in events]


def settled() -> dict[str, tuple]:
    """What the tasks have given and refused, from the records."""
    given: dict[str, list] = {}
    refused: dict[str, Counter] = {}
    for row in TaskCompletion.objects.select_related("task").exclude(status="reversed"):
        code = row.task.code
        if row.status == "refused":
            refused.setdefault(code, Counter())[row.reason] += row.times
        else:
            mine = given.setdefault(code, [0, 0, 0])
            mine[0] += 1
            mine[1] += row.points
            mine[2] += row.growth
    return {
        code: (*given.get(code, (0, 0, 0)), dict(refused.get(code, {}))) for code in given | refused
    }


def compare(found: dict) -> None:
    told = {code: figures(row) for code, row in found["tasks"].items()}
    assert {code: row for code, row in told.items() if any(row)} == settled()
    if found["live"]["completions"]:  # the draft is what is live
        assert not found["winners"]["customers"] and not found["losers"]["customers"]
        return
    won = {row["customer"]: (row["points"], row["growth"]) for row in found["winners"]["top"]}
    given = TaskCompletion.objects.filter(status__in=limits.AWARDED)
    sums = given.values_list("customer__ref").annotate(Sum("points"), Sum("growth"))
    assert won == {ref: (points, growth) for ref, points, growth in sums if points or growth}


def as_it_happened(random: Random) -> None:
    """The draft is live from the start, and each day's events come on their day."""
    document = _happened(random)
    compare(backtest.run(document))
    by_day: Counter = Counter()
    for row in TaskCompletion.objects.filter(status__in=limits.AWARDED):
        by_day[str(row.posted_on)] += row.points
    days = {row["day"]: row["points"] for row in backtest.run(document)["days"]}
    assert {day: n for day, n in days.items() if n} == {d: n for d, n in by_day.items() if n}


def beside_others(random: Random) -> None:
    """One task of those that are live is tried: the others draw on the same budget."""
    document = _happened(random)
    row = random.choice(document["tasks"])
    found = backtest.run({"version": 1, "tasks": [row]})
    assert figures(found["tasks"][row["code"]]) == settled().get(row["code"], (0, 0, 0, {}))
    assert figures(found["tasks"][row["code"]]["live"]) == figures(found["tasks"][row["code"]])
    assert not found["winners"]["customers"] and not found["losers"]["customers"]


def _happened(random: Random) -> dict:
    today = bankday.today()
    document = random_program(random, today, by_day=True)
    events = worlds.events(random, datetime.now(UTC))
    program.load(document)
    known_customers()
    # A limit judges in the order of posting, so what is reversed must be known to be.
    intake.take_in(incoming([e for e in events if e.type == "event.reversed"]), settle=True)
    others = sorted((e for e in events if e.type != "event.reversed"), key=lambda e: e.position)
    for day, found in groupby(others, key=lambda e: e.day):
        noon = datetime.combine(day, time(12), BANK)
        with at_the_clock(noon):
            intake.take_in(incoming(list(found)), settle=True)
    return document


def at_the_clock(moment: datetime):
    """Intake reads this time from the database's clock."""
    honest = intake._lock_customers

    def locked(unique):
        customers, rules, _now = honest(unique)
        return customers, rules, moment

    return mock.patch.object(intake, "_lock_customers", locked)


def over_history(random: Random) -> None:
    """The events are stored first; then the draft is loaded with --history."""
    document = random_program(random, bankday.today(), by_day=False)
    program.load({"version": 1, "segments": document["segments"]})
    known_customers()
    events = worlds.events(random, datetime.now(UTC))
    for batch in worlds.batches(random, events):
        intake.take_in(incoming(batch), settle=True)
    found = backtest.run(document)
    program.load(document, history=True)
    while settling.refold_customers():
        pass
    compare(found)


def check(scene, seed: int) -> None:
    with pytest.raises(RolledBack), transaction.atomic():
        scene(Random(seed))
        raise RolledBack


@pytest.mark.parametrize("scene", [as_it_happened, beside_others, over_history])
def test_a_backtest_comes_to_what_settling_comes_to(programme, scene):
    for seed in range(25):
        check(scene, seed)


class _Unsorted(judging.Sorter):
    def __iter__(self):
        return iter(self._waiting)


PLANTED = {
    "limits are judged customer by customer": (over_history, lambda: mock.patch.object(
        backtest, "Sorter", _Unsorted)),
    "other tasks do not draw on the budget": (beside_others, lambda: mock.patch.object(
        plans, "_rivals", lambda *_: [])),
    "a limit of a day is never renewed": (as_it_happened, lambda: mock.patch.object(
        limits.Room, "today", property(lambda self: date.min, lambda self, day: None),
        create=True)),
    "a day begins at midnight of Greenwich": (as_it_happened, lambda: mock.patch.object(
        bankday, "day_of", lambda instant: instant.astimezone(UTC).date())),
}  # fmt: skip


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_found(programme, bug):
    scene, plant = PLANTED[bug]
    honest = backtest.run

    def run(*args, **options):
        with plant():
            return honest(*args, **options)

    with mock.patch.object(backtest, "run", run), pytest.raises(AssertionError):
        for seed in range(40):
            check(scene, seed)


# What it tells ---------------------------------------------------------------------------------


def test_it_tells_who_wins_and_who_loses(programme):
    load(task(kind="daily"))
    take(event(when="2025-01-10"), event(who="bob", when="2025-01-10"))
    take(event(who="bob", when="2025-01-11", data={"amount": 500}))

    found = tried(
        task(kind="daily", where=[{"field": "amount", "min": 100}], reward={"points": 50})
    )

    assert figures(found["tasks"]["t"]) == (1, 50, 0, {})
    assert figures(found["tasks"]["t"]["live"]) == (3, 30, 0, {})
    none = {"growth": 0, "live_growth": 0}
    bob = {"customer": "bob", "points": 50, "live_points": 20} | none
    ada = {"customer": "ada", "points": 0, "live_points": 10} | none
    assert found["winners"] == {"customers": 1, "points": 30, "growth": 0, "top": [bob]}
    assert found["losers"] == {"customers": 1, "points": 10, "growth": 0, "top": [ada]}
    assert found["draft"]["customers"] == 1


def test_it_tells_when_a_limit_and_a_budget_end(programme):
    budget(25)
    take(*(event(who=f"c{n}", when=f"2025-01-1{n}") for n in range(5)))

    found = tried(
        task("a", limit={"completions": 3}),
        task("b", budget="pot"),
    )

    assert found["ends"] == [
        {"day": "2025-01-12", "limit": "budget", "budget": "pot"},
        {"day": "2025-01-13", "limit": "completions", "task": "a"},
    ]
    assert found["draft"]["refused"] == {"budget_exhausted": 3, "completions": 2}
    costs = {row["budget"]: (row["cost_centre"], row["points"]) for row in found["budgets"]}
    assert costs == {"": ("", 30), "pot": ("city", 20)}
    assert [(row["day"], row["points"]) for row in found["days"]][:3] == [
        ("2025-01-10", 20),
        ("2025-01-11", 20),
        ("2025-01-12", 10),
    ]


def test_only_the_days_under_test_count_but_what_a_task_requires_may_be_older(programme):
    load(task("first"))
    take(event(when="2025-01-01"), event("b.done", when="2025-01-02"))
    take(event("b.done", when="2025-01-05"), event("b.done", when="2025-01-09"))

    found = tried(
        task("t", "cumulative", "b.done", requires=["first"]),
        first=date(2025, 1, 4),
        last=date(2025, 1, 8),
    )

    assert found["tasks"]["t"]["completions"] == 1
    assert [row["day"] for row in found["days"]] == ["2025-01-05"]


def test_an_audience_that_is_not_stored_is_noted(programme):
    take(event())
    found = tried(task(segment="new"), sections={"segments": [segment("new", {"tag": "vip"})]})
    assert found["draft"]["completions"] == 0
    assert found["notes"] == [{"note": "no_audience", "task": "t"}]


def test_a_faulty_draft_is_refused_as_a_load_refuses_it(programme):
    with pytest.raises(ProgramFaults, match="budget"):
        tried(task(budget="nowhere"))
    with pytest.raises(ProgramFaults, match="no task"):
        backtest.run({"version": 1})


# It writes nothing -----------------------------------------------------------------------------


def test_the_database_refuses_what_a_backtest_would_write(programme):
    take(event())
    writing = mock.patch.object(backtest, "report", lambda *_: BankEvent.objects.update(attempts=1))
    with writing, pytest.raises(InternalError, match="read-only"), transaction.atomic():
        tried(task())


def _traces() -> list[tuple]:
    """How many rows every table has, and by which transaction the newest was written."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        facts = "count(*), max(xmin::text::bigint)"
        cursor.execute(" UNION ALL ".join(f"SELECT '{t}', {facts} FROM {t}" for t in tables))
        return sorted(cursor.fetchall())


def test_the_command_leaves_no_trace_and_processes_change_nothing(live_programme, tmp_path):
    load(task("old"))
    moment = datetime(2025, 1, 1, tzinfo=BANK)
    for number in range(4):
        take(*(event(who=f"c{n}", when=(moment + timedelta(hours=number)).isoformat())
               for n in range(30)))  # fmt: skip
    file = tmp_path / "draft.yaml"
    draft = [task("old", "cumulative"), task("new", limit={"completions": 7})]
    file.write_text(yaml.safe_dump({"version": 1, "tasks": draft}))
    before = _traces()

    with mock.patch("growth.backtest.reading.SLICE", 10):
        one, two = (
            json.loads(command("backtest", file, "--json", "--processes", n)[-1]) for n in (1, 2)
        )
    table = command("backtest", file)

    assert _traces() == before
    for told in (one, two):
        del told["seconds"], told["events_a_second"]
    assert one == two
    assert figures(one["tasks"]["old"]) == (120, 1200, 0, {})
    assert figures(one["tasks"]["new"]) == (7, 70, 0, {"completions": 23})
    assert any("2025-01-01" in line for line in table)


def test_reversed_events_do_not_count(programme):
    first = event()
    take(first, event(who="bob"), reversal(first))
    assert tried(task())["draft"]["completions"] == 1
