"""Budgets and pauses: never more than the budget, an alert, a pause, and on again."""

import logging
from datetime import timedelta
from unittest import mock

import pytest

from growth import bankday, budgets, jobs, pauses, program, report
from growth.errors import NotFound, ProgramFaults
from growth.models import Budget, BudgetUse, GrowthTask, PointsLot, TaskVersion
from tests.growth import world
from tests.growth.test_limits import crowd, posted_in
from tests.growth.world import balance, completions, event, figures, load, reversal, take, task

pytestmark = pytest.mark.usefixtures("programme")


def budget(code: str = "b", points: int = 35, **facts) -> dict:
    return {"code": code, "name": {"en": code}, "points": points} | facts


def standing(code: str = "b") -> budgets.Standing:
    found = Budget.objects.get(code=code)
    return budgets.standings([found])[found.pk]


def paused() -> set[str]:
    return set(GrowthTask.objects.filter(paused=True).values_list("code", flat=True))


@pytest.mark.parametrize("at_once", [True, False])
def test_a_budget_lets_through_exactly_what_it_holds(at_once):
    load(task(budget="b"), budgets=[budget()])
    events = crowd(5)
    for batch in [events] if at_once else [[one] for one in events]:
        take(*batch)

    assert (completions(), figures()["refused"]) == (3, {"budget_exhausted": 2})
    assert (standing().used, standing().left) == (30, 5)
    assert world.differences() == []


def test_tasks_share_a_budget_and_the_programmes_stands_over_all():
    load(
        task("t", budget="b"),
        task("u", event="b.done", budget="b"),
        task("v", event="c.done"),
        budgets=[budget(points=20), budget("all", 45, programme=True)],
    )
    take(event(), event("b.done"), event("c.done"), event(who="bob"), event("c.done", "bob"))
    take(event("c.done", "carl"))

    assert figures("t")["refused"] == {"budget_exhausted": 1}
    assert (completions("u"), completions("v")) == (1, 2)
    assert figures("v")["refused"] == {"budget_exhausted": 1}
    assert (standing("b").used, standing("all").used) == (20, 40)
    assert world.differences() == []


def test_a_reversal_gives_the_budget_back():
    load(task(budget="b"), budgets=[budget(points=10)])
    first = event()
    take(first, event(who="bob"))
    take(reversal(first))
    assert standing().used == 0
    take(event(who="carl"))
    assert (balance("bob"), balance("carl"), standing().used) == (0, 10, 10)
    assert world.differences() == []


def test_another_version_draws_on_another_budget_also_after_a_late_event():
    load(task(budget="b"), budgets=[budget("b", 100), budget("c", 100)])
    first = event(when="2025-01-02")
    take(first)
    load(task(budget="c", reward={"points": 60}))
    late = event(when="2025-01-01")
    take(late)

    assert (balance(), standing("b").used, standing("c").used) == (60, 0, 60)
    take(reversal(late), reversal(first))
    assert (standing("b").used, standing("c").used, world.differences()) == (0, 0, [])


def test_the_programmes_budget_counts_what_was_awarded_before_there_was_one():
    load(task())
    early = crowd(2)
    take(*early)
    load(budgets=[budget(programme=True)])
    take(*(event(who=f"d{n}") for n in range(3)))
    assert (completions(), standing().used) == (3, 30)
    take(*map(reversal, early))
    assert (standing().used, world.differences()) == (10, [])


def test_a_budget_gives_on_its_own_days_only():
    tomorrow = bankday.today() + timedelta(days=1)
    load(task(budget="b"), budgets=[budget(starts=tomorrow.isoformat(), ends=str(tomorrow))])
    take(event(who="early"))
    assert (figures()["refused"], jobs.watch_budgets()) == ({"budget_exhausted": 1}, [])
    posted_in(1, event(who="then"))
    posted_in(2, event(who="late"))

    assert [balance(who) for who in ("early", "then", "late")] == [0, 10, 0]
    days = BudgetUse.objects.exclude(points=0).values_list("day", "points")
    assert set(days) == {(None, 10), (tomorrow, 10)}


def test_what_draws_on_a_budget_whose_days_are_over_is_paused():
    load(task(budget="b"), budgets=[budget(ends=str(bankday.today()))])
    assert (jobs.watch_budgets(), standing().over) == ([], False)
    load(budgets=[budget(ends=str(world.days_ago(1)))])
    assert (jobs.watch_budgets(), standing().over) == (["t"], True)
    assert GrowthTask.objects.get().paused_because == "budget b is over"


def test_an_award_without_points_draws_on_nothing():
    load(task(budget="b", reward={"growth": 5}), budgets=[budget(points=0)])
    take(event())
    assert completions() == 1


def test_lots_say_which_cost_centre_pays_for_them():
    load(task(budget="b"), budgets=[budget(cost_centre="retail-7")])
    take(event())
    assert PointsLot.objects.get().cost_centre == "retail-7"


def test_a_budget_tells_how_fast_it_goes_and_when_it_ends():
    load(task(budget="b"), budgets=[budget(points=100)])
    assert (standing().a_day, standing().ends_on) == (0, None)
    today = bankday.today()
    take(*crowd(6))
    found = standing()
    assert (found.used, found.left, found.percent) == (60, 40, 60)
    assert (found.a_day, found.ends_on) == (60, today + timedelta(days=1))  # it began today

    BudgetUse.objects.exclude(day=None).update(day=today - timedelta(days=2))
    assert (standing().a_day, standing().ends_on) == (20, today + timedelta(days=2))
    BudgetUse.objects.exclude(day=None).update(day=today - timedelta(days=6))
    found = standing()
    assert (found.a_day, found.ends_on) == (8, today + timedelta(days=5))

    Budget.objects.update(ends=today + timedelta(days=4))
    assert standing().ends_on is None  # it will be over by then


def test_an_alert_is_raised_once_and_again_after_more_points_came(caplog):
    load(task(budget="b"), budgets=[budget(points=50)])
    take(*crowd(3))
    assert budgets.raise_alerts() == []
    take(event(who="d"))
    with caplog.at_level(logging.WARNING):
        assert [budgets.raise_alerts() for _ in range(2)] == [["b"], []]
    assert "budget b has given 40 of its 50 points" in caplog.text

    load(budgets=[budget(points=100)])
    assert budgets.raise_alerts() == []
    take(*(event(who=f"e{n}") for n in range(4)))
    assert budgets.raise_alerts() == ["b"]


def test_what_exhausts_its_budget_is_paused_until_there_is_more():
    load(
        task(budget="b"),
        task("kind", event="a.done", budget="b", reward={"growth": 1}),
        task("other"),
        budgets=[budget(points=30)],
    )
    take(*crowd(3))
    assert (jobs.watch_budgets(), jobs.watch_budgets()) == (["t"], [])
    assert paused() == {"t"}
    take(event(who="late"))
    assert (balance("late"), completions(), completions("other")) == (10, 3, 4)

    load(budgets=[budget(points=40)])
    assert jobs.watch_budgets() == []  # an operator says when it goes on
    assert pauses.resume_task(code="t")
    take(event(who="new"), event(who="late"))
    assert (completions(), jobs.watch_budgets()) == (4, ["t"])


def test_a_task_is_paused_when_its_budget_cannot_pay_it_and_not_before():
    load(
        task("large", budget="b", reward={"points": 100}),
        task("small", event="b.done", budget="b"),
        budgets=[budget(points=25)],
    )
    take(event())
    assert (figures("large")["refused"], jobs.watch_budgets()) == (
        {"budget_exhausted": 1},
        ["large"],
    )
    first = event("b.done")
    take(first, event("b.done", "bob"))
    assert (completions("small"), jobs.watch_budgets()) == (2, ["small"])
    take(reversal(first))  # gives the budget 10 points back
    assert pauses.resume_task(code="small")
    assert (jobs.watch_budgets(), standing().left) == ([], 15)


def test_an_empty_budget_that_nothing_draws_on_keeps_nobody_waiting():
    """Planted: locking the program first, which all that settles would wait for each time."""
    load(task(), budgets=[budget(points=0)])
    with mock.patch.object(pauses, "lock_program", side_effect=AssertionError):
        assert jobs.watch_budgets() == []
    load(task(budget="b"))
    assert jobs.watch_budgets() == ["t"]


def test_what_comes_in_during_a_pause_is_never_judged():
    load(task(kind="cumulative"))
    take(event())
    seen: list[int] = []

    pauses.pause_task(code="t", reason="too many")
    take(event())
    seen.append(balance())
    assert pauses.resume_task(code="t", origin="ann")
    take(event())
    seen.append(balance())

    assert seen == [10, 20]
    assert not pauses.resume_task(code="t")
    # What came in during the pause is judged by nothing, also when all is folded again.
    take(event(when="2020-01-01"), event("b.done", when="2019-01-01"))
    assert (balance(), world.differences()) == (30, [])
    with world.refused(NotFound):
        pauses.pause_task(code="none", reason="x")


def test_the_whole_program_goes_on_but_for_what_was_paused_by_itself():
    load(task("t"), task("u"), task("v"))
    pauses.pause_task(code="u", reason="by itself")
    assert pauses.pause_program(reason="storm") == ["t", "v"]
    assert pauses.pause_program(reason="again") == []
    take(event())
    assert balance() == 0
    assert pauses.resume_program() == ["t", "v"]
    assert paused() == {"u"}
    take(event(who="bob"))
    assert (balance("bob"), pauses.resume_program()) == (20, [])


def test_what_was_paused_by_itself_after_everything_went_on_stays_paused():
    load(task("t"), task("u"))
    pauses.pause_program(reason="storm")
    assert pauses.resume_task(code="t")
    pauses.pause_task(code="t", reason="fraud")
    assert pauses.resume_program() == ["u"]
    pauses.pause_task(code="u", reason="fraud, too")
    assert (pauses.resume_program(), paused()) == ([], {"t", "u"})


def test_what_is_new_while_everything_is_paused_begins_when_all_goes_on():
    load(task("t"))
    pauses.pause_program(reason="storm")
    assert load(task("u"), task("v", paused=True)).lines == [
        "task u: new, paused as all are",
        "task v: new",
        "task v: paused",
    ]
    assert load(task("u")).lines == []
    take(event())
    assert (paused(), balance()) == ({"t", "u", "v"}, 0)

    assert pauses.resume_program() == ["t", "u"]
    take(event(who="bob"))
    assert (paused(), balance("bob")) == ({"v"}, 20)
    load(task("w"))
    assert paused() == {"v"}


def test_a_file_does_not_wake_a_paused_task_unless_it_says_so():
    load(task())
    pauses.pause_task(code="t", reason="too many")

    assert load(task()).lines == []
    assert load(task(reward={"points": 70})).lines == ["task t: reward changed"]
    take(event())
    assert (balance(), paused()) == (0, {"t"})
    document = program.dump()
    assert document["tasks"][0]["paused"] is True
    assert program.load(document).lines == []
    load(task("after", requires=["t"]))  # a paused task can be referred to

    assert pauses.resume_task(code="t")
    take(event(who="bob"))
    assert balance("bob") == 70
    assert load(task(reward={"points": 70}, paused=True)).lines == ["task t: paused"]
    assert load(task(reward={"points": 70}, paused=False)).lines == ["task t: goes on"]
    assert TaskVersion.objects.filter(task__code="t", end_release=None).count() == 1


def test_budgets_come_out_of_the_file_as_they_went_in():
    rows = [
        budget("a", 5, cost_centre="x", starts="2026-01-01", ends="2026-02-01", alert_percent=50),
        budget("p", 9, programme=True),
    ]
    assert load(budgets=rows).lines == ["budget a: new", "budget p: new"]
    assert (load(budgets=rows).lines, program.dump()["budgets"]) == ([], rows)
    swapped = [rows[0] | {"programme": True}, budget("p", 9)]
    assert load(budgets=swapped).lines == [
        "budget a: programme changed",
        "budget p: programme changed",
    ]


@pytest.mark.parametrize(
    ("rows", "path"),
    [
        ([budget(points=-1)], "budgets[0].points"),
        ([budget(), budget()], "budgets[1].code"),
        ([budget(starts="2026-02-01", ends="2026-01-01")], "budgets[0].ends"),
        ([budget(alert_percent=0)], "budgets[0].alert_percent"),
        ([budget("a", programme=True), budget("c", programme=True)], "budgets"),
        ([budget(programme="yes")], "budgets[0].programme"),
        ([budget(colour="red")], "budgets[0].colour"),
        ([{"code": "b"}], "budgets[0].points"),
    ],
)
def test_faults_of_budgets_are_named(rows, path):
    with pytest.raises(ProgramFaults) as refusal:
        load(budgets=rows)
    assert path in [place for place, _ in refusal.value.faults]


def test_a_task_names_a_budget_that_exists():
    with pytest.raises(ProgramFaults):
        load(task(budget="none"))


def test_reconcile_finds_a_budget_that_does_not_say_what_was_given():
    load(task(budget="b", limit={"completions": 9}), budgets=[budget()])
    take(event())
    BudgetUse.objects.filter(day=None).update(points=11)
    assert list(report.differences()) == ["budget b: 11 points in all, the awards say 10"]
