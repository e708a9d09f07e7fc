"""Awards that are held back, claims with a last day: what is paid, when, and what never is."""

from datetime import timedelta

import pytest

from growth import bankday, claims, pending, queries
from growth.errors import ClaimLapsed, NothingToClaim
from growth.models import GrowthEntry, PointsLot, PointsTransfer, TaskCompletion
from tests.growth import world
from tests.growth.test_budgets import budget, standing
from tests.growth.test_limits import crowd, posted_in
from tests.growth.world import (
    balance,
    completions,
    event,
    figures,
    load,
    reversal,
    take,
    task,
)

pytestmark = pytest.mark.usefixtures("programme")


def statuses(code: str = "t") -> dict[str, str]:
    """Each customer's newest completion of a task, with its reason."""
    rows = TaskCompletion.objects.filter(task__code=code).order_by("pk")
    return {row.customer.ref: f"{row.status} {row.reason}".strip() for row in rows}


def ids(**facts) -> list[int]:
    return list(TaskCompletion.objects.filter(**facts).order_by("pk").values_list("pk", flat=True))


def days_later(number: int, monkeypatch) -> None:
    """Have it be so many days from now for jobs and claims."""
    for module in (pending, claims):
        real = module.hold_release
        monkeypatch.setattr(
            module, "hold_release", lambda real=real: _moved(real(), timedelta(days=number))
        )


def _moved(found, by):
    rules, now = found
    return rules, now + by


HELD = {"hold_days": 3, "limit": {"completions": 2}, "budget": "b", "segment": None}


def held(**facts) -> dict:
    return task(**{**HELD, "reward": {"points": 10, "growth": 100}, **facts})


def test_what_is_held_back_is_reserved_and_paid_when_its_days_are_over(monkeypatch):
    load(held(points_expire={"after_days": 10}), budgets=[budget(points=20)], levels=world.levels())
    take(*crowd(3))

    assert statuses() == {"c0": "pending", "c1": "pending", "c2": "refused completions"}
    told = figures()
    assert (told["completions"], told["points"]) == (2, 0)
    assert (balance("c0"), standing().used) == (0, 20)
    points = queries.points(world.customer("c0").pk)
    assert (points.pending, points.available, points.earned_total) == (10, 0, 0)
    assert (pending.release_due(), world.level("c0"), world.differences()) == (0, "low", [])

    days_later(3, monkeypatch)
    assert (pending.release_due(), pending.release_due()) == (2, 0)

    assert (balance("c0"), world.level("c0"), completions()) == (10, "mid", 2)
    assert (standing().used, world.differences()) == (20, [])
    paid_on = bankday.today() + timedelta(days=3)
    assert PointsLot.objects.first().expires_on == paid_on + timedelta(days=10)
    assert {row.day for row in GrowthEntry.objects.all()} == {world.date(2025, 1, 1)}


def test_a_reversal_takes_what_is_held_back_without_touching_the_ledger():
    load(held(), budgets=[budget(points=20)])
    first, second, third = crowd(3)
    take(first, second)
    undone = reversal(first)
    take(undone)
    assert (statuses()["c0"], standing().used) == ("reversed", 10)
    assert not PointsTransfer.objects.exists()
    take(third)
    assert statuses()["c2"] == "pending"  # its place in the limit was given back
    take(reversal(third), reversal(undone))
    assert statuses() == {"c0": "pending", "c1": "pending", "c2": "reversed"}
    assert world.differences() == []


def test_operators_release_some_and_cancel_others_for_good():
    load(held(kind="daily"), budgets=[budget(points=100)])
    first = event(who="bob")
    take(event(), first)
    [ada], [bob] = ids(customer__ref="ada"), ids(customer__ref="bob")

    assert pending.release([ada]) == {"posted": 1}
    assert (pending.release([ada]), pending.cancel([ada, bob])) == ({}, 1)

    assert (balance(), balance("bob"), standing().used) == (10, 0, 10)
    assert figures()["refused"] == {"cancelled": 1}
    take(event("b.done", "bob", "2020-01-01"))  # judged again
    undone = reversal(first)
    take(undone)
    take(reversal(undone))
    assert (statuses()["bob"], balance("bob")) == ("refused cancelled", 0)
    take(event(who="carl"))
    assert (statuses()["carl"], world.differences()) == ("pending", [])


def test_a_late_event_changes_what_is_held_back():
    load(held(), budgets=[budget(points=100)])
    take(event(when="2025-01-02"))
    load(held(reward={"points": 70}))
    take(event(when="2025-01-01"))
    assert (statuses(), standing().used, balance()) == ({"ada": "pending"}, 70, 0)
    pending.release(ids())
    assert (balance(), standing().used, world.differences()) == (70, 70, [])


def test_a_claim_may_be_held_back_too():
    load(task(claim="manual", hold_days=2))
    take(event())
    ada = world.customer().pk
    assert queries.points(ada).pending == 10
    assert [row.status for row in claims.claim_task(customer_id=ada, code="t")] == ["pending"]
    assert (queries.points(ada).pending, balance()) == (10, 0)
    pending.release(ids())
    assert (queries.points(ada).pending, balance()) == (0, 10)


def test_a_claim_lapses_after_its_last_day_counted_from_the_event(monkeypatch):
    load(task(claim="manual", kind="daily", claim_within_days=2))
    today = bankday.today()
    take(event(who="old", when=world.days_ago(3)), event(when=world.days_ago(2)))
    take(event(who="bob", when=f"{today}T00:00:00"))
    assert statuses() == {"old": "lapsed", "ada": "claimable", "bob": "claimable"}

    def claim(who: str) -> list[str]:
        return [
            row.status for row in claims.claim_task(customer_id=world.customer(who).pk, code="t")
        ]

    with world.refused(ClaimLapsed):
        claim("old")
    assert (claim("ada"), pending.lapse_claims()) == (["posted"], 0)
    days_later(3, monkeypatch)
    with world.refused(ClaimLapsed):
        claim("bob")
    assert (pending.lapse_claims(), pending.lapse_claims()) == (1, 0)
    with world.refused(NothingToClaim):
        claim("ada")
    assert statuses()["bob"] == "lapsed"
    assert (completions(), figures()["refused"], world.differences()) == (1, {}, [])
    assert queries.points(world.customer("bob").pk).pending == 0


def test_a_claim_that_moves_to_a_later_event_can_be_made_again():
    load(task(claim="manual", claim_within_days=5))
    late, soon = event(when=world.days_ago(9)), event(when=world.days_ago(1))
    take(late, soon)
    assert statuses() == {"ada": "lapsed"}
    take(reversal(late))
    assert statuses() == {"ada": "claimable"}
    assert world.differences() == []


def test_a_limit_of_a_day_counts_what_is_held_back_on_the_day_of_the_award(monkeypatch):
    load(task(hold_days=1, limit={"completions_a_day": 2}))
    take(*crowd(3))
    days_later(1, monkeypatch)
    assert pending.release_due() == 2
    posted_in(1, *(event(who=f"d{n}") for n in range(3)))
    assert sorted(statuses().values()) == [
        "pending", "pending", "posted", "posted", "refused completions_a_day",
        "refused completions_a_day",
    ]  # fmt: skip
    assert world.differences() == []
