"""Points: spent from the lots that expire first, given back where they came from, never twice."""

from datetime import date, timedelta
from random import Random

import pytest
from django.db import IntegrityError, transaction

from growth import bankday, jobs, ledger, queries, report
from growth.errors import IdempotencyConflict, InsufficientPoints
from tests.growth import world
from tests.growth.world import available, balance, days_ago, earn, refund, refused, spend, task

pytestmark = pytest.mark.usefixtures("programme")


def ahead(days: int) -> date:
    return days_ago(-days)


def expiring(ref: str = "ada") -> dict[int, int]:
    """Points by the days until they are gone."""
    told = queries.points(world.customer(ref).pk)
    return {(row.on - bankday.today()).days: row.points for row in told.expiring}


def take_back(earning: str, points: int, *, today: date | None = None) -> int:
    return ledger.take_back(
        earning_key=earning,
        points=points,
        key=f"{earning}:reversed:0",
        reason="reversed",
        today=today or bankday.today(),
    )


def figures() -> dict[str, int]:
    return report.program_report()["points"]


def test_what_expires_first_is_spent_first():
    for points, expires in ((1, None), (50, ahead(9)), (50, ahead(5)), (50, None), (7, ahead(9))):
        earn("ada", points, expires=expires)

    spend("ada", 60)
    assert (available(), expiring()) == (98, {9: 47})
    spend("ada", 47)
    assert (available(), expiring()) == (51, {})


@pytest.mark.parametrize(
    ("policy", "posted", "gone"),
    [
        ({"end_of_month_after": 12}, "2026-07-06", "2027-08-01"),
        ({"end_of_month_after": 12}, "2026-12-31", "2028-01-01"),
        ({"end_of_month_after": 1}, "2027-01-31", "2027-03-01"),
        ({"end_of_month_after": 0}, "2028-02-29", "2028-03-01"),
        ({"after_days": 1}, "2026-12-31", "2027-01-01"),
        ({"after_days": 366}, "2027-03-01", "2028-03-01"),
        (None, "2026-07-06", None),
    ],
)
def test_points_can_be_spent_up_to_the_day_before(policy, posted, gone):
    expected = date.fromisoformat(gone) if gone else None
    assert bankday.expires_on(policy, date.fromisoformat(posted)) == expected


def test_points_of_a_task_expire_counted_from_the_day_of_posting():
    world.load(task(points_expire={"after_days": 3}))
    world.take(world.event(when="2020-02-03"))
    assert expiring() == {3: 10}


def test_on_the_day_of_expiry_they_are_gone_even_before_the_job_has_run():
    earn("ada", 100, expires=bankday.today())
    earn("ada", 30, expires=ahead(1))

    assert available() == 30
    with refused(InsufficientPoints):
        spend("ada", 31)
    spend("ada", 30)
    assert balance() == 0
    assert figures() == {"issued": 130, "spent": 30, "expired": 100, "reversed": 0,
                         "outstanding": 0}  # fmt: skip


def test_the_job_takes_only_what_is_left_and_only_once():
    earn("ada", 100, expires=ahead(1))
    earn("ada", 10, expires=ahead(2))
    earn("bob", 5, expires=bankday.today())
    spend("ada", 30)

    assert jobs.expire_points() == 5
    assert ledger.expire_lots(customer_id=world.customer().pk, today=ahead(1)) == 70
    assert ledger.expire_lots(customer_id=world.customer().pk, today=ahead(1)) == 0
    assert jobs.expire_points() == 0
    assert (balance(), balance("bob"), figures()["expired"]) == (10, 0, 75)
    assert world.differences() == []


def test_a_refund_goes_back_to_the_lots_it_came_from():
    earn("ada", 50, expires=ahead(5))
    earn("ada", 50, expires=ahead(9))
    bought = spend("ada", 80)

    refund(bought, key="r")
    refund(bought, key="r")

    assert (available(), expiring()) == (100, {5: 50, 9: 50})
    assert figures()["spent"] == 0


def test_what_would_come_back_into_an_expired_lot_is_good_for_30_days():
    earn("ada", 50, expires=ahead(5))
    earn("ada", 50, expires=ahead(90))
    bought = spend("ada", 80)

    refund(bought, today=ahead(5))

    assert expiring() == {5 + 30: 50, 90: 50}
    assert ledger.expire_lots(customer_id=world.customer().pk, today=ahead(34)) == 0
    assert ledger.expire_lots(customer_id=world.customer().pk, today=ahead(35)) == 50
    assert (balance(), world.differences()) == (50, [])


def test_a_refund_brings_back_what_it_paid_and_not_what_has_expired_beside_it():
    earn("ada", 100, expires=bankday.today())
    bought = spend("ada", 40, today=days_ago(1))

    refund(bought)

    assert (available(), expiring(), balance()) == (40, {30: 40}, 40)
    assert figures()["expired"] == 60


def test_a_purchase_again_under_its_key_takes_nothing():
    earn("ada", 100)
    earn("bob", 100)
    first = spend("ada", 40, key="k")

    assert spend("ada", 40, key="k") == first
    assert balance() == 60
    for who, points in (("ada", 41), ("bob", 40)):
        with refused(IdempotencyConflict):
            spend(who, points, key="k")
    with refused(IdempotencyConflict):
        refund(first, key="k")  # the key of the purchase is not the key of its refund
    refund(first, key="r")
    with refused(IdempotencyConflict):
        spend("ada", 40, key="r")
    with refused(IdempotencyConflict):
        refund(spend("ada", 5), key="r")
    assert (balance(), balance("bob")) == (100, 100)


@pytest.mark.parametrize("points", [0, -1, -100])
def test_nobody_buys_for_nothing_or_less(points):
    earn("ada", 100)
    with refused(IntegrityError):
        spend("ada", points)
    assert balance() == 100


def test_a_key_of_an_earning_pays_once():
    earn("ada", 10, key="once")
    with refused(IntegrityError):
        earn("ada", 10, key="once")
    other = ledger.Earning(world.enrolled("bob"), 10, "once", "gift", {}, None)
    with refused(IdempotencyConflict):  # nor does it give anything to somebody else
        ledger.grant(earning=other)
    assert (balance(), available("bob")) == (10, 0)


def test_points_are_taken_back_from_their_own_lot():
    own = earn("ada", 100)
    earn("ada", 100, expires=ahead(3))

    assert take_back(own, 100) == 100
    assert (available(), expiring()) == (100, {3: 100})


def test_what_was_spent_of_them_is_written_off_and_other_lots_stay():
    own = earn("ada", 100, expires=ahead(3))
    earn("ada", 30)
    spend("ada", 60)

    assert take_back(own, 100) == 40
    assert figures() == {"issued": 130, "spent": 60, "expired": 0, "reversed": 40,
                         "outstanding": 30}  # fmt: skip
    earn("ada", 30)
    assert available() == 60  # what is written off is not owed


def test_what_is_taken_back_bit_by_bit_is_no_more_than_was_left_and_spent():
    """40 of 100 points were spent and 60 have expired: 40 are written off, however often."""
    own = earn("ada", 100, expires=ahead(3))
    earn("ada", 500)
    bought = spend("ada", 40)
    ledger.expire_lots(customer_id=world.customer().pk, today=ahead(3))

    taken = [
        ledger.take_back(
            earning_key=own, points=30, key=f"{own}:reversed:{n}", reason="", today=ahead(3)
        )
        for n in (70, 40, 10)
    ]
    assert (taken, balance()) == ([0, 0, 0], 500)

    refund(bought, today=ahead(3))
    assert balance() == 500


def test_of_an_earning_that_is_corrected_a_refund_brings_back_what_stands():
    """100 points were bought with in two purchases; then 50 of them turn out to be too many."""
    own = earn("ada", 100)
    first, second = spend("ada", 60), spend("ada", 40)
    take_back(own, 50)

    refund(first)
    assert balance() == 10
    refund(second)
    assert (balance(), world.differences()) == (50, [])


@pytest.mark.parametrize("first", [0, 1])
def test_when_all_that_was_earned_is_reversed_a_refund_brings_nothing_back(first):
    """Whichever is reversed first, and though one of them was spent."""
    earnings = [earn("ada", 100, expires=ahead(9)), earn("ada", 50)]
    bought = spend("ada", 100)
    for own, points in [(earnings[0], 100), (earnings[1], 50)][:: -1 if first else 1]:
        take_back(own, points)
    assert balance() == 0

    refund(bought)

    assert (balance(), world.differences()) == (0, [])
    assert figures()["outstanding"] == 0


def test_expired_points_of_another_lot_cannot_pay_for_what_was_spent():
    own = earn("ada", 100)
    spend("ada", 100)
    earn("ada", 50, expires=ahead(1))

    assert take_back(own, 100, today=ahead(1)) == 0
    assert balance() == 50  # until the job takes them


@pytest.mark.parametrize("refunded_after", [0, 10])
def test_points_written_off_do_not_come_back_by_a_refund(refunded_after):
    """Neither before the lot has expired nor after."""
    own = earn("ada", 100, expires=ahead(5))
    earn("ada", 30)
    bought = spend("ada", 100)
    assert take_back(own, 100) == 0

    refund(bought, today=ahead(refunded_after))

    assert balance() == 30
    assert (figures()["spent"], figures()["outstanding"]) == (0, 30)
    assert world.differences() == []


def test_the_books_agree_whatever_happens():
    """Random lives: the balance is never negative, and never more than was earned."""
    for seed in range(30):
        random, ref = Random(seed), f"person-{seed}"
        earned, bought, today = [earn(ref, 100)], [], bankday.today()
        standing, taken_back = 100, set()
        for _ in range(30):
            match random.choice(["earn", "earn", "spend", "spend", "refund", "reverse", "wait"]):
                case "earn":
                    expires = random.choice([None, today + timedelta(days=random.randint(1, 40))])
                    points = random.randint(1, 100)
                    earned.append(earn(ref, points, expires=expires))
                    standing += points
                case "spend":
                    price = random.randint(1, 150)
                    try:
                        with transaction.atomic():
                            bought.append(spend(ref, price, today=today))
                    except InsufficientPoints:
                        ledger.expire_lots(customer_id=world.customer(ref).pk, today=today)
                        assert balance(ref) < price
                case "refund" if bought:
                    refund(bought.pop(random.randrange(len(bought))), today=today)
                case "reverse":
                    key = random.choice(earned)
                    points = queries.entries(world.customer(ref).pk).get(key=key).points
                    if key not in taken_back:
                        taken_back.add(key)
                        standing -= points
                        taken = take_back(key, points, today=today)
                        assert 0 <= taken <= points
                case "wait":
                    today += timedelta(days=random.randint(1, 20))
                    ledger.expire_lots(customer_id=world.customer(ref).pk, today=today)
        assert balance(ref) >= 0
        if not taken_back:
            assert balance(ref) <= standing
        # In the end all is reversed and all purchases are cancelled: nothing may be left.
        for key in set(earned) - taken_back:
            take_back(key, queries.entries(world.customer(ref).pk).get(key=key).points, today=today)
        for purchase in bought:
            refund(purchase, today=today)
        assert balance(ref) == 0, seed
    told = figures()
    gone = told["spent"] + told["expired"] + told["reversed"]
    assert told["issued"] - gone == told["outstanding"] == 0
    assert world.differences() == []


def test_a_refund_of_the_day_before_does_not_stop_the_expiry_of_the_day():
    """It waited for the job of the new day, which had taken what was left in the lot."""
    earn("ada", 100, expires=ahead(1))
    bought = spend("ada", 40)
    ada = world.customer().pk
    assert ledger.expire_lots(customer_id=ada, today=ahead(1)) == 60
    refund(bought, today=ahead(0))
    assert ledger.expire_lots(customer_id=ada, today=ahead(1)) == 40
    assert (balance(), world.differences()) == (0, [])
