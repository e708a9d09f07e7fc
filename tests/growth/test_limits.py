"""Limits of tasks: judged in the order and on the day of posting, a refusal for ever."""

from datetime import timedelta
from unittest import mock

import pytest

from growth import claims, intake
from tests.growth import world
from tests.growth.world import balance, completions, event, figures, load, reversal, take, task

pytestmark = pytest.mark.usefixtures("programme")


def refused() -> dict[str, int]:
    return figures()["refused"]


def crowd(number: int, **facts) -> list[dict]:
    """Events of so many customers, a minute apart."""
    return [event(who=f"c{n}", when=f"2025-01-01T08:{n:02}", **facts) for n in range(number)]


def posted_in(days: int, *events: dict) -> None:
    """Take in events that many days from now, by the database's clock."""

    real = intake._lock_customers

    def later(unique):
        customers, rules, now = real(unique)
        return customers, rules, now + timedelta(days=days)

    with mock.patch.object(intake, "_lock_customers", later):
        take(*events)


@pytest.mark.parametrize(
    ("limit", "posted", "reason"),
    [
        ({"completions": 3}, 3, "completions"),
        ({"points": 35}, 3, "points"),
        ({"points": 30}, 3, "points"),
        ({"completions_a_day": 2}, 2, "completions_a_day"),
        ({"completions": 0}, 0, "completions"),
        ({"completions": 9, "points": 20, "completions_a_day": 4}, 2, "points"),
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_a_limit_lets_through_exactly_what_it_says(limit, posted, reason, at_once):
    load(task(limit=limit))
    events = crowd(5)
    for batch in [events] if at_once else [[one] for one in events]:
        take(*batch)

    assert (completions(), refused()) == (posted, {reason: 5 - posted})
    assert sum(balance(f"c{n}") for n in range(5)) == posted * 10
    assert world.differences() == []


def test_a_batch_is_judged_in_the_order_of_its_events():
    load(task(limit={"completions": 2}))
    whens = ("2025-01-04", "2025-01-02", "2025-01-01", "2025-01-03")
    take(*(event(who=f"c{n}", when=when) for n, when in enumerate(whens)))
    assert [balance(f"c{n}") for n in range(4)] == [0, 10, 10, 0]


def test_each_customer_has_a_limit_of_their_own():
    load(task(kind="daily", limit={"per_customer": 2}))
    for who in ("ada", "bob"):
        take(*(event(who=who, when=f"2025-01-{day:02}") for day in (1, 2, 3, 4)))
    assert (completions(), refused()) == (4, {"per_customer": 4})
    assert (balance("ada"), balance("bob")) == (20, 20)


def test_a_day_s_limit_is_of_the_day_of_posting():
    load(task(kind="daily", limit={"completions_a_day": 2}))
    take(*crowd(3))
    posted_in(1, *crowd(3, event_id=""))
    assert (completions(), refused()) == (2, {"completions_a_day": 1})
    posted_in(1, *(event(who=f"d{n}", when="2025-01-01") for n in range(3)))
    assert (completions(), refused()) == (4, {"completions_a_day": 2})


def test_a_reversal_gives_room_back_but_a_refusal_stays():
    load(task(limit={"completions": 2, "points": 20, "completions_a_day": 2}))
    first, *others = crowd(3)
    take(first, *others)
    assert balance("c2") == 0

    take(reversal(first))
    take(event("b.done", who="c2", when="2020-01-01"))  # all of theirs is judged again
    assert (completions(), balance("c2")) == (1, 0)

    take(event(who="new"), event(who="newer"))
    assert (completions(), balance("new"), balance("newer")) == (2, 10, 0)
    assert world.differences() == []


def test_a_refusal_stays_when_its_event_goes_and_comes_back():
    load(task(limit={"completions": 1}))
    first, second = crowd(2)
    undone = reversal(second)
    take(first, second)
    for found in (undone, reversal(first), reversal(undone)):
        take(found)
    assert (completions(), refused(), balance("c1")) == (0, {"completions": 1}, 0)


def test_a_refusal_stays_when_the_limit_is_raised():
    load(task(kind="daily", limit={"completions": 1}))
    take(event(), event(who="bob"))
    load(task(kind="daily", limit={"completions": 9}))
    take(event("b.done", who="bob", when="2020-01-01"))
    take(event(who="bob", when="2025-02-01"))
    assert (completions(), balance("bob"), refused()) == (2, 10, {"completions": 1})


def test_room_of_a_limit_of_one_customer_comes_back_with_a_reversal():
    load(task(kind="daily", limit={"per_customer": 1}))
    first = event(when="2025-01-01")
    take(first, event(when="2025-01-02"))
    take(reversal(first))
    take(event(when="2025-01-03"))
    assert world.completion_days() == ["2025-01-02", "2025-01-03"]
    assert (completions(), balance(), refused()) == (1, 10, {"per_customer": 1})


def test_claims_are_limited_when_they_are_made():
    load(task(claim="manual", limit={"completions": 1}))
    take(*crowd(2))
    assert completions() == 2

    def claim(ref: str) -> list[str]:
        rows = claims.claim_task(customer_id=world.customer(ref).pk, code="t")
        return [f"{row.status} {row.reason}".strip() for row in rows]

    assert (claim("c1"), claim("c0")) == (["posted"], ["refused completions"])
    assert (balance("c0"), balance("c1"), completions()) == (0, 10, 1)


@pytest.mark.parametrize("limit", [{"completions": 3}, {"completions_a_day": 3}, {"points": 30}])
def test_a_limit_counts_what_was_posted_before_there_was_one(limit):
    load(task())
    early = crowd(2)
    take(*early)
    load(task(limit=limit))
    take(event(who="d"), event(who="e"))
    assert (completions(), balance("d"), balance("e")) == (3, 10, 0)

    take(*map(reversal, early))  # and gives back no more than it counted

    assert (completions(), world.differences()) == (1, [])
    take(*(event(who=f"f{n}") for n in range(3)))
    assert completions() == 3


def test_a_limit_counts_the_points_that_a_late_event_changed():
    load(task(limit={"points": 100}))
    first = event(when="2025-01-02")
    take(first)
    load(task(limit={"points": 100}, reward={"points": 60}))
    late = event(when="2025-01-01")
    take(late)
    assert balance() == 60
    take(event(who="bob"))
    assert balance("bob") == 0

    take(reversal(late), reversal(first))

    assert (completions(), balance(), world.differences()) == (0, 0, [])
    take(event(who="carl"))
    assert balance("carl") == 60
