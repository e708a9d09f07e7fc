"""Whatever was posted has a cause: forged rows that balance in the books are named all the same."""

from datetime import date

import pytest
from django.db import connection

from growth import adjustments, bankday, jobs, ledger, pending
from growth.ledger import Earning
from growth.models import TaskCompletion
from tests.growth import world
from tests.growth.test_adjustments import approved, payload
from tests.growth.world import days_ago, event, levels, reversal, task

pytestmark = pytest.mark.usefixtures("programme")


@pytest.fixture
def life():
    """Awards that stand, that were reversed and that were corrected; points given by hand."""
    world.load(
        task("t", "daily", event="b.done", reward={"points": 10, "growth": 20}),
        task("gone", reward={"points": 100, "growth": 7}),
        levels=levels(),
    )
    done = event()
    world.take_one_by_one(done, event("b.done"), event("b.done", "bob"))
    world.spend("ada", 60)
    world.take(reversal(done))
    adjust = {"points_expire": {"after_days": 3}, "cost_centre": "HR"}
    approved({"customer": "ada", "points": 50, **adjust}, adjustments.ADJUSTMENT)
    approved({"customer": "ada", "points": -5, **adjust}, adjustments.ADJUSTMENT)
    approved(payload("customer_id,points\nada,7\nnobody,7\nbob,8\n"))
    jobs.apply_changes()
    assert world.differences() == []


def execute(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.rowcount


def award(code: str = "t", ref: str = "ada") -> int:
    return TaskCompletion.objects.get(task__code=code, customer__ref=ref).pk


def forge(key: str, points: int = 500, *, ref: str = "ada", grant: bool = False) -> None:
    """Points that balance in every book."""
    earning = Earning(world.enrolled(ref), points, key, "login", {}, None)
    if grant:
        ledger.grant_many(earnings=[earning])
    else:
        ledger.post_earnings([earning], today=bankday.today())


def forge_growth(key: str, value: int, day: date) -> None:
    execute(
        "INSERT INTO growth_growthentry (key, customer_id, value, day, reason)"
        f" VALUES ('{key}', {world.customer().pk}, {value}, '{day}', 'login')"
    )


def named(text: str) -> bool:
    return any(text in line for line in world.differences())


@pytest.mark.parametrize(
    "key",
    ["award:{none}:1", "award:{bobs}:1:more:0", "award:{gone}:2", "award:{mine}:1:more:0",
     "award:x:1"],
)  # fmt: skip
def test_an_earning_of_no_award_or_beyond_what_it_says_is_named(life, key):
    numbers = {"none": 10**9, "bobs": award(ref="bob"), "gone": award("gone"), "mine": award()}
    forge(key.format(**numbers))
    found = world.differences()
    assert len(found) == 1 and f"customer {world.customer().pk}" in found[0]
    assert "posted for award" in found[0]


def test_an_award_that_says_more_than_was_posted_is_named(life):
    TaskCompletion.objects.filter(pk=award()).update(points=11, growth=21)
    assert named(f"10 points posted for award {award()}, it says 11")
    assert named(f"20 growth value posted for award {award()} on 2025-01-15, it says 21")


@pytest.mark.parametrize("kind", ["earn", "grant"])
@pytest.mark.parametrize(
    "key", ["gift", "adjustment:{none}", "adjustment:{used}", "bulk:{mark}:1", "make-up:x",
            "scale:1:1"]
)  # fmt: skip
def test_points_that_nobody_approved_are_named(life, kind, key):
    mark = payload("customer_id,points\nada,7\nnobody,7\nbob,8\n")["mark"]
    used = approved(payload("customer_id,points\nada,9\n")).pk
    key = key.format(none=10**9, mark=mark, used=used)
    forge(key, grant=kind == "grant")
    found = world.differences()
    assert len(found) == 1 and f"({key}), {kind} 500, has no cause" in found[0]


def test_points_taken_or_given_back_for_nothing_are_named(life):
    facts = {"customer_id": world.customer().pk, "points": 2, "reason": "", "origin": {}}
    ledger.deduct(key="d", **facts)
    bought = ledger.spend(key="redemption:x", **facts)
    ledger.refund(transfer=bought, key="redemption:x:cancelled", reason="", origin={})
    found = world.differences()
    assert len(found) == 3
    assert all("has no cause" in line for line in found)


@pytest.mark.parametrize("key", ["gift", "award:{none}:1", "award:{mine}:1:x", "award:{gone}:9"])
def test_growth_value_without_a_cause_is_named(life, key):
    numbers = {"none": 10**9, "mine": award(), "gone": award("gone")}
    forge_growth(key.format(**numbers), 50, date(2025, 1, 15))
    found = [line for line in world.differences() if "growth" in line]
    assert len(found) == 1


def test_growth_value_moved_to_another_day_is_named(life):
    forge_growth(f"award:{award()}:1:a", -20, date(2025, 1, 15))
    forge_growth(f"award:{award()}:1:b", 20, days_ago(0))
    assert named(f"0 growth value posted for award {award()} on 2025-01-15, it says 20")
    assert named(f"20 growth value posted for award {award()} on {days_ago(0)}, it says 0")


def test_what_had_expired_is_not_missed_when_its_cause_goes():
    world.load(task(points_expire={"after_days": 1}), task("kept", "daily", event="b.done"))
    done = event()
    world.take(done, event("b.done"))
    ada = world.customer().pk
    assert ledger.expire_lots(customer_id=ada, today=days_ago(-1)) == 10
    world.take(reversal(done))
    assert (world.completions(), world.differences()) == (0, [])

    forge(f"award:{award()}:1:more:0", 1)
    assert named(f"11 points posted for award {award()}, it says 0")


def test_an_award_revoked_by_hand_has_nothing_left():
    world.load(task(reward={"points": 10, "growth": 5}))
    world.take(event())
    pending.revoke([award()])
    assert world.differences() == []
    forge(f"award:{award()}:1:more:0", 1)
    assert named(f"1 points posted for award {award()}, it says 0")
