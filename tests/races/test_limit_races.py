"""Every limit under 64 events or claims at once: never over, never under. Each race is proved real.

The planted bug is the same throughout: the counters are read without their lock.
"""

from unittest import mock

import pytest

from growth import claims, exclusions, jobs, limits, pauses, pending, risk
from growth.models import Customer, TaskCompletion, Wallet
from growth.registry import RiskAnswer
from tests.growth import world
from tests.growth.test_budgets import budget, standing
from tests.growth.world import balance, completions, event, load, task
from tests.races.test_growth_races import THREADS, Together, at_once, deadlocks, take, without

pytestmark = pytest.mark.usefixtures("live_programme")


@pytest.fixture
def live_programme(real_commits):
    """Real commits, with the programme's wallet, which emptying the database takes away."""
    Wallet.objects.get_or_create(customer=None)


EVERY = [
    ({"limit": {"completions": 10}}, "completions"),
    ({"limit": {"points": 105}}, "points"),
    ({"limit": {"completions_a_day": 10}}, "completions_a_day"),
    ({"limit": {"per_customer": 10}}, "per_customer"),
    ({"budget": "b"}, "budget_exhausted"),
    ({"budget": "b", "hold_days": 3}, "budget_exhausted"),
    ({"budget": "b", "risk": True}, "budget_exhausted"),
    ({"velocity": {"completions": 10, "within_hours": 1, "then": "deny"}}, "velocity"),
]
TOGETHER = [case for case in EVERY if case[1] not in ("per_customer", "velocity")]


def awarded() -> int:
    return TaskCompletion.objects.filter(status__in=limits.AWARDED).count()


def exactly_ten(reason: str) -> None:
    """Ten of the 64 were awarded, the others refused for the reason, and the books agree."""
    world.settle_all()
    told = world.figures()["refused"]
    assert (awarded(), told) == (10, {reason: THREADS - 10})
    assert standing().used == (100 if reason == limits.BUDGET else 0)
    assert world.differences() == []


@pytest.mark.parametrize(("guard", "reason"), EVERY)
def test_64_events_of_one_customer_at_once_get_what_the_limit_lets_through(guard, reason):
    load(task(kind="cumulative", **guard), budgets=[budget(points=105)])
    assert at_once([lambda: take(event()) for _ in range(THREADS)]) == {(1, 0, 0): THREADS}
    exactly_ten(reason)


@pytest.mark.parametrize(("guard", "reason"), TOGETHER)
def test_64_customers_at_once_get_what_the_limit_lets_through(guard, reason):
    load(task(**guard), budgets=[budget(points=105)])
    calls = [lambda n=n: take(event(who=f"c{n}")) for n in range(THREADS)]
    assert at_once(calls) == {(1, 0, 0): THREADS}
    exactly_ten(reason)


@pytest.mark.parametrize(("guard", "reason"), TOGETHER)
def test_64_claims_at_once_get_what_the_limit_lets_through(guard, reason):
    load(task(claim="manual", **guard), budgets=[budget(points=105)])
    world.take(*(event(who=f"c{n}") for n in range(THREADS)))
    people = Customer.objects.values_list("pk", flat=True)
    at_once([lambda pk=pk: len(claims.claim_task(customer_id=pk, code="t")) for pk in people])
    exactly_ten(reason)


ROUNDS = 5
ROUND = {
    "completions": {"limit": {"completions": 10}},
    "points": {"limit": {"points": 105}},
    "completions_a_day": {"limit": {"completions_a_day": 10}},
    "budget_exhausted": {},  # the programme's, over all tasks
}


@pytest.mark.parametrize("reason", ROUND)
def test_five_rounds_of_64_customers_at_once(reason):
    """A task of its own each round; ten more in each where the budget is the programme's."""
    for turn in range(ROUNDS):
        code, kind = f"t{turn}", f"e{turn}.done"
        most = budget(points=105 + 100 * turn, programme=True)
        budgets = [most] if reason == limits.BUDGET else []
        load(task(code, event=kind, **ROUND[reason]), budgets=budgets)
        at_once([lambda n=n, kind=kind: take(event(kind, f"c{n}")) for n in range(THREADS)])
        world.settle_all()
        told = world.figures(code)
        assert (told["completions"], told["refused"]) == (10, {reason: THREADS - 10})
    assert world.differences() == []


def test_64_claims_of_one_customer_at_once_get_what_the_limit_of_each_lets_through():
    load(
        task(kind="cumulative", claim="manual", limit={"per_customer": 10}),
        budgets=[budget(points=105)],
    )
    world.take(*(event() for _ in range(THREADS)))
    ada = world.customer().pk
    at_once([lambda: len(claims.claim_task(customer_id=ada, code="t"))] * THREADS)
    assert (balance(), completions()) == (100, 10)
    exactly_ten("per_customer")


def test_64_events_at_once_that_come_too_fast_are_held_but_ten():
    pace = {"completions": 10, "within_hours": 1, "then": "hold"}
    load(task(kind="cumulative", velocity=pace))
    at_once([lambda: take(event()) for _ in range(THREADS)])
    world.settle_all()
    held = TaskCompletion.objects.filter(status="pending", reason="velocity").count()
    assert (balance(), completions(), held) == (100, THREADS, THREADS - 10)
    assert world.differences() == []


def test_64_visits_at_once_bring_no_more_growth_than_the_day_may():
    visits = task(kind="activity", measures=[{"growth": 1}], growth_a_day=10)
    del visits["reward"]
    load(visits)
    at_once([lambda: take(event()) for _ in range(THREADS)])
    world.settle_all()
    assert world.outcome()["growth_value"] == 10
    assert world.differences() == []


def test_one_claim_made_64_times_draws_once_on_the_budget():
    load(task(claim="manual", budget="b"), budgets=[budget(points=100)])
    world.take(event())
    ada = world.customer().pk
    outcomes = at_once([lambda: len(claims.claim_task(customer_id=ada, code="t"))] * THREADS)
    assert outcomes == {1: 1, "nothing_to_claim": THREADS - 1}
    assert (balance(), standing().used) == (10, 10)


@pytest.mark.parametrize(
    "guard", [{"limit": {"completions": 3}}, {"limit": {"completions_a_day": 3}}, {"budget": "b"}]
)
def test_without_the_lock_of_the_counters_the_limit_is_overrun(guard):
    load(task(**guard), budgets=[budget(points=30)])
    world.take(event())
    judge = Together(8)(limits.admit)
    unlocked = without(" FOR UPDATE"), without(" FOR UPDATE OF u")
    with unlocked[0], unlocked[1], mock.patch.object(limits, "admit", judge):
        at_once([lambda n=n: take(event(who=f"c{n}")) for n in range(8)])
    assert completions() > 3


def test_without_the_lock_of_the_customer_the_pace_is_overrun():
    pace = {"completions": 3, "within_hours": 24 * 30, "then": "deny"}
    load(task(kind="daily", velocity=pace), task("u", event="b.done"))
    world.take(event("b.done"))
    judge = Together(8)(limits.admit)
    unlocked = without("FOR NO KEY UPDATE"), without("FOR NO KEY UPDATE OF c")
    with unlocked[0], unlocked[1], mock.patch.object(limits, "admit", judge):
        at_once([lambda n=n: take(event(when=f"2025-02-0{n + 1}")) for n in range(8)])
    assert TaskCompletion.objects.filter(task__code="t", status="posted").count() > 3


def test_batches_that_cross_in_budgets_and_limits_all_succeed():
    """Tasks with limits, budgets, both, and the programme's budget over all, in every order."""
    load(
        task("a", "cumulative", event="e0", budget="b"),
        task("b", "cumulative", event="e1", budget="c", limit={"completions": 999}),
        task("c", "cumulative", event="e2", budget="b", limit={"points": 9999}),
        task("d", "cumulative", event="e3"),
        budgets=[budget("b", 9999), budget("c", 9999), budget("all", 99999, programme=True)],
    )
    before = deadlocks()
    batches = [[event(f"e{(n + turn) % 4}", f"{turn}-{n}") for n in range(6)] for turn in range(24)]
    for batch in batches[::2]:
        batch.reverse()
    outcomes = at_once([lambda b=batch: sum(take(*b)) for batch in batches])

    assert outcomes == {6: 24}
    assert (standing("all").used, deadlocks(), world.differences()) == (24 * 60, before, [])


def test_what_is_held_back_is_released_or_cancelled_once_whoever_comes_first():
    """Jobs, two operators and a reversal of the cause, all at once."""
    load(task(hold_days=1, budget="b", limit={"completions": 99}), budgets=[budget(points=9999)])
    causes = [event(who=f"c{n}") for n in range(16)]
    world.take(*causes)
    ids = list(TaskCompletion.objects.order_by("pk").values_list("pk", flat=True))
    TaskCompletion.objects.update(due_on=world.days_ago(0))

    at_once(
        [lambda: pending.release_due()] * 4
        + [lambda n=n: len(pending.release(ids[n::4])) for n in range(4)]
        + [lambda n=n: pending.cancel(ids[n::4]) for n in range(4)]
        + [lambda n=n: take(world.reversal(causes[n])) for n in range(4)]
    )
    posted = TaskCompletion.objects.filter(status="posted").count()
    assert (
        sum(Wallet.objects.exclude(customer=None).values_list("balance", flat=True)) == posted * 10
    )
    assert standing().used == posted * 10
    assert not TaskCompletion.objects.filter(status="pending").exists()
    assert world.differences() == []


def test_two_workers_ask_the_risk_check_and_pay_once(monkeypatch):
    load(task(risk=True, budget="b"), budgets=[budget(points=9999)])
    world.take(*(event(who=f"c{n}") for n in range(16)))
    check = Together(2)(lambda question: RiskAnswer("allow"))
    monkeypatch.setattr("growth.registry.risk_checks", [check])
    at_once([risk.ask_all] * 2)
    assert Wallet.objects.filter(balance=10).count() == 16
    assert (standing().used, world.differences()) == (160, [])


def test_nobody_is_paid_after_an_exclusion_that_came_in_between():
    load(task(kind="cumulative"))
    world.take(event("x.done"))
    ada = world.customer().pk

    def leave() -> str:
        exclusions.exclude(customer_id=ada, reason="staff")
        return "left"

    at_once([leave, *[lambda: take(event()) for _ in range(16)]])
    paid = balance()
    take(event())
    assert (balance(), world.differences()) == (paid, [])
    assert world.figures()["refused"]["excluded"] == 17 - paid // 10


def test_a_pause_holds_on_every_connection_though_their_rules_are_compiled():
    """Sixteen connections with the rules at hand; one pauses, all obey from their next event on."""
    load(task(kind="cumulative"))
    gate = Together(16)
    meet = gate(lambda: None)

    def work(n: int) -> int:
        take(event(who=f"c{n}"))
        meet()
        if n == 0:
            pauses.pause_task(code="t", reason="too many")
        meet()
        take(event(who=f"c{n}"))
        meet()
        if n == 0:
            pauses.resume_task(code="t")
        meet()
        take(event(who=f"c{n}"))
        return balance(f"c{n}")

    assert at_once([lambda n=n: work(n) for n in range(16)]) == {20: 16}
    assert world.differences() == []


def test_an_exhausted_budget_is_paused_while_events_come_in():
    load(task(kind="cumulative", budget="b"), budgets=[budget(points=105)])

    def watch() -> str:
        return ",".join(jobs.watch_budgets())

    calls = [lambda: take(event()) for _ in range(48)]
    outcomes = at_once([*calls, *[watch] * 4])
    world.settle_all()
    jobs.watch_budgets()
    assert (completions(), standing().used) == (10, 100)
    assert outcomes["t"] <= 1
    assert world.differences() == []
