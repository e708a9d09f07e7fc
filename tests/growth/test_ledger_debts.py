"""What may not be spent: points that are held, and points of who owes some."""

from datetime import date
from itertools import permutations

import pytest

from growth import bankday, holds, ledger, lots, queries
from growth.errors import IdempotencyConflict, InsufficientPoints, NotFound
from growth.ledger import ALLOW_NEGATIVE, CAP_AT_ZERO, Earning
from growth.models import PointsDebt, Wallet
from tests.growth import world
from tests.growth.world import available, balance, days_ago, earn, refund, refused, spend

pytestmark = pytest.mark.usefixtures("programme")


def ahead(days: int) -> date:
    return days_ago(-days)


def owed(ref: str = "ada") -> int:
    return Wallet.objects.get(customer__ref=ref).debt


def take_back(earning: str, points: int, *, policy: str = ALLOW_NEGATIVE, number: int = 0) -> int:
    return ledger.take_back(
        earning_key=earning, points=points, key=f"{earning}:reversed:{number}",
        reason="reversed", today=bankday.today(), policy=policy,
    )  # fmt: skip


def hold(points: int, key: str = "h", **facts):
    facts = {"customer_id": world.customer().pk, "reason": "review"} | facts
    return holds.place_hold(points=points, key=key, **facts)


def gift(points: int, key: str, ref: str = "ada") -> Earning:
    return Earning(world.enrolled(ref), points, key, "test", {}, None, "HR")


def deduct(points: int, key: str = "d", **facts):
    return ledger.deduct(
        customer_id=world.customer().pk, points=points, key=key, reason="test", origin={}, **facts
    )


def test_what_was_spent_of_a_reversed_earning_is_owed_and_nothing_else_can_be_spent():
    own = earn("ada", 100)
    spend("ada", 60)

    assert take_back(own, 100) == 40
    assert (balance(), available(), owed()) == (0, 0, 60)
    with refused(InsufficientPoints):
        spend("ada", 1)
    assert world.differences() == []


@pytest.mark.parametrize("by", ["earning", "grant"])
def test_what_comes_in_repays_first_in_the_same_statement(by, django_assert_num_queries):
    own = earn("ada", 100)
    world.enrolled("bob")
    spend("ada", 100)
    take_back(own, 100)

    gifts = [gift(30, "a"), gift(5, "b", "bob"), gift(100, "c"), gift(7, "d")]
    today = bankday.today()
    # A grant has a savepoint and its end, locks, and asks which keys are known.
    with django_assert_num_queries(1 if by == "earning" else 5):
        if by == "earning":
            ledger.post_earnings(gifts, today=today)
        else:
            ledger.grant_many(earnings=gifts, today=today)

    assert (balance(), owed(), available(), balance("bob")) == (37, 0, 37, 5)
    repaid = {row.key: row.points for row in PointsDebt.objects.filter(points__lt=0)}
    assert repaid == {"a:repaid": -30, "c:repaid": -70}
    assert spend("ada", 37).points == 37
    assert world.differences() == []


def test_what_is_overdue_when_it_comes_repays_nothing():
    own = earn("ada", 100)
    spend("ada", 100)
    take_back(own, 100)
    earn("ada", 60, expires=bankday.today())
    assert (owed(), available()) == (100, 0)


def test_other_lots_repay_at_once_so_the_order_decides_nothing():
    """Spend, earn and reverse in every order in which the purchase can be made."""
    seen = set()
    for number, order in enumerate(permutations(["spend", "more", "reverse"])):
        if order.index("reverse") < order.index("spend"):
            continue  # then there is less to spend
        who = f"person-{number}"
        own = earn(who, 100)
        steps = {
            "spend": lambda who=who: spend(who, 100),
            "more": lambda who=who: earn(who, 70, expires=ahead(500)),
            "reverse": lambda own=own: take_back(own, 100),
        }
        for step in order:
            steps[step]()
        if order[0] == "more":  # the newer lot expires, so it was spent first
            continue
        seen.add((balance(who), owed(who)))
    assert seen == {(0, 30)}
    assert world.differences() == []


def test_a_refund_repays():
    own = earn("ada", 100, expires=ahead(3))
    earn("ada", 20)
    bought = spend("ada", 110)
    take_back(own, 100)
    assert (balance(), owed()) == (0, 90)

    refund(bought, today=ahead(5))

    assert (balance(), owed(), world.differences()) == (20, 0, [])


def test_who_owes_and_is_given_nothing_more_loses_nothing_more():
    """Both policies end with the same points once all is reversed and refunded."""
    for policy in (CAP_AT_ZERO, ALLOW_NEGATIVE):
        who = f"ada-{policy}"
        own, other = earn(who, 100), earn(who, 40)
        bought = spend(who, 120)
        take_back(own, 100, policy=policy)
        take_back(other, 40, policy=policy)
        refund(bought)
        assert (balance(who), owed(who)) == (0, 0), policy
    assert world.differences() == []


@pytest.mark.parametrize("policy", [CAP_AT_ZERO, ALLOW_NEGATIVE])
def test_what_repaid_a_debt_and_was_never_earned_is_owed_again(policy):
    first = earn("ada", 100)
    spend("ada", 100)
    take_back(first, 100)
    second = earn("ada", 60)
    assert owed() == 40

    assert take_back(second, 60, policy=policy) == 0

    assert (balance(), owed(), world.differences()) == (0, 100, [])
    assert ledger.earnings_of(world.customer().pk, second) == []


def test_bit_by_bit_no_more_is_owed_than_was_spent():
    own = earn("ada", 100)
    spend("ada", 70)
    for number in (80, 60, 40, 20, 0):
        assert ledger.earnings_of(world.customer().pk, own) == [(own, number + 20)]
        take_back(own, 20, number=number)
    assert (balance(), owed(), world.differences()) == (0, 70, [])


def test_points_on_hold_cannot_be_spent_until_they_are_released():
    earn("ada", 100)
    placed = hold(70)

    assert (balance(), available()) == (100, 30)
    with refused(InsufficientPoints):
        spend("ada", 31)
    with refused(InsufficientPoints):
        hold(31, "more")
    with refused(InsufficientPoints):
        deduct(31)
    spend("ada", 30)
    assert holds.release_hold(key="h") == holds.release_hold(key="h") == placed
    assert hold(70) == placed  # its key has been used
    spend("ada", 70)
    assert (balance(), world.differences()) == (0, [])


def test_a_hold_stands_once_under_its_key():
    earn("ada", 100)
    assert hold(40) == hold(40)
    assert available() == 60
    with refused(IdempotencyConflict):
        hold(41)
    with refused(IdempotencyConflict):
        hold(40, customer_id=world.enrolled("bob"))
    with refused(NotFound):
        holds.release_hold(key="unknown")


def test_expiry_and_reversal_may_go_below_what_is_held():
    own = earn("ada", 50)
    earn("ada", 50, expires=ahead(1))
    hold(80)
    take_back(own, 50)
    told = queries.points(world.customer().pk)
    assert (told.available, told.held) == (0, 80)
    ledger.expire_lots(customer_id=world.customer().pk, today=ahead(1))
    assert (balance(), available(), world.differences()) == (0, 0, [])
    earn("ada", 90)
    assert available() == 10
    holds.release_hold(key="h")
    assert available() == 90


def test_a_grant_and_a_deduction_stand_once_under_their_keys():
    first = ledger.grant(earning=gift(50, "g"))
    assert ledger.grant(earning=gift(50, "g")) == first
    with refused(IdempotencyConflict):
        ledger.grant(earning=gift(51, "g"))
    with refused(IdempotencyConflict):
        ledger.grant_many(earnings=[gift(1, "new"), gift(50, "g", "bob")])
    assert ledger.grant_many(earnings=[gift(1, "new"), gift(50, "g")]) == 1
    assert balance() == 51

    taken = deduct(20)
    assert deduct(20) == taken
    with refused(IdempotencyConflict):
        deduct(21)
    with refused(IdempotencyConflict):
        spend("ada", 20, key="d")
    with refused(InsufficientPoints):
        deduct(32, "too-much")
    capped = deduct(500, "all", cap=True)
    assert capped.points == 31
    assert deduct(500, "all", cap=True) == capped
    assert deduct(500, "none", cap=True) is None
    assert (balance(), world.differences()) == (0, [])


def test_lots_know_who_pays_for_them():
    ledger.grant(earning=gift(50, "g"))
    earn("ada", 10)
    found = world.customer().lots.order_by("pk").values_list("points", "cost_centre")
    assert list(found) == [(50, "HR"), (10, "")]


def test_a_purchase_takes_few_statements(django_assert_num_queries):
    for n in range(20):
        earn("ada", 10, expires=ahead(n))
    today, ada = bankday.today(), world.customer().pk
    facts = {"reason": "test", "origin": {}, "today": today}
    with django_assert_num_queries(4):  # lock, look, expire what is overdue, take
        ledger.spend(customer_id=ada, points=50, key="k", **facts)
    with django_assert_num_queries(3):
        bought = ledger.spend(customer_id=ada, points=100, key="l", **facts)
    with django_assert_num_queries(5):  # lock, look, give back; a savepoint and its end
        ledger.refund(transfer=bought, key="r", **facts)
    assert (balance(), world.differences()) == (140, [])


def test_overdue_points_of_many_customers_go_in_two_statements(django_assert_num_queries):
    for n in range(30):
        earn(f"person-{n}", 10, expires=ahead(1))
        earn(f"person-{n}", 5, expires=ahead(1))
    everybody, today = ledger.customers_with_due_lots(ahead(1), 100), ahead(1)
    with django_assert_num_queries(4):  # a savepoint and its end, the lock, the expiry
        assert ledger.expire_many(customer_ids=everybody, today=today) == 450
    assert lots.look(everybody[0], ahead(1), "").balance == 0
    assert world.differences() == []
