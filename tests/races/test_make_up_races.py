"""The last make-up of a month, wanted 64 times at once. The race is proved real first."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from itertools import cycle, islice
from unittest import mock

import pytest

from growth import bankday, streaks
from growth.models import BankEvent, Wallet
from tests.growth import world
from tests.growth.world import balance, days_ago, event, load, task
from tests.races.test_growth_races import THREADS, Together, at_once, without

pytestmark = pytest.mark.usefixtures("last_one")

PRICE, HELD = 20, 1000


@pytest.fixture
def last_one(real_commits: None) -> None:
    """A customer who missed a month of days, and has used all but one of its make-ups."""
    Wallet.objects.get_or_create(customer=None)
    make_up = {"per_month": 2, "points": PRICE, "days_back": 31}
    load(task("s", "streak", target=90, make_up=make_up))
    world.earn("ada", HELD)
    world.take(event(when=days_ago(31)), event(when=bankday.today()))
    buy(missed()[-1])


def missed() -> list[date]:
    """The missed days of the month that has most of them."""
    days = [days_ago(back) for back in range(1, 31)]
    (month, _), *_ = Counter(day.month for day in days).most_common()
    return [day for day in days if day.month == month]


def buy(day: date) -> str:
    customer_id = world.customer().pk
    return str(streaks.make_up_check_in(customer_id=customer_id, task="s", day=day).day)


def orders(number: int) -> list[Callable[[], str]]:
    """As many orders, for all days but the one that is made up for already."""
    return [lambda day=day: buy(day) for day in islice(cycle(missed()[:-1]), number)]


def made() -> int:
    return BankEvent.objects.filter(type="checkin.made_up", counts=True).count()


def test_of_64_purchases_of_the_last_make_up_one_wins():
    outcomes = at_once(orders(THREADS))

    refused = outcomes.pop("limit_reached")
    ((day, answers),) = outcomes.items()  # the same day again is the same purchase
    assert refused == THREADS - answers
    assert sum(str(wanted) == day for wanted in islice(cycle(missed()[:-1]), THREADS)) == answers
    assert (made(), balance()) == (2, HELD - 2 * PRICE)
    assert world.differences() == []


def test_without_the_lock_more_are_sold_than_there_are():
    """The planted bug: everybody counts the month's make-ups before anybody has bought one."""
    count = Together(8)(streaks._check_streak)  # noqa: SLF001
    locks = without("FOR NO KEY UPDATE"), without("FOR NO KEY UPDATE OF c")
    with locks[0], locks[1], mock.patch.object(streaks, "_check_streak", count):
        at_once(orders(8))
    assert made() > 2
