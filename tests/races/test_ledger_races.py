"""The ledger under fire: expiry against purchases on one lot, and everything at once.

Real threads, real commits; the days are injected around the boundary.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from datetime import date
from itertools import count
from random import Random
from typing import Any
from unittest import mock

import pytest
from django.db import connection, transaction

from growth import holds, ledger
from growth.ledger import ALLOW_NEGATIVE, Earning
from growth.models import PointsTransfer, Wallet
from tests.growth import world

ROUNDS = 240
CLIENTS = 64
LAST, GONE = (
    date(2031, 12, 31),
    date(2032, 1, 1),
)  # the last good day of the lot, and the first one after

pytestmark = pytest.mark.usefixtures("live_programme")


@pytest.fixture
def live_programme(real_commits: None) -> None:
    Wallet.objects.get_or_create(customer=None)


def outcome(call: Callable[[], Any]) -> str:
    try:
        return str(call())
    except Exception as error:
        return getattr(error, "code", None) or type(error).__name__


def spend(who: int, points: int, key: str, today: date) -> str:
    facts = {"reason": "", "origin": {}, "today": today}
    ledger.spend(customer_id=who, points=points, key=key, **facts)
    return "spent"


def people(number: int, points: int) -> list[int]:
    """Customers with one lot each, good through ``LAST``."""
    refs = [f"person-{n}" for n in range(number)]
    for ref in refs:
        world.earn(ref, points, expires=GONE)
    return [world.customer(ref).pk for ref in refs]


def duel(rounds: list[tuple[Callable[[], Any], Callable[[], Any]]]) -> list[tuple[str, str]]:
    """Two threads take their side of each round at the same time, a random moment apart."""
    gate = threading.Barrier(2)

    def side(number: int) -> list[str]:
        random, told = Random(number), []
        try:
            for calls in rounds:
                gate.wait(timeout=60)
                time.sleep(random.choice([0, 0, 0.0005, 0.001, 0.002]))
                told.append(outcome(calls[number]))
            return told
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return list(zip(*pool.map(side, (0, 1)), strict=True))


def test_a_lot_is_spent_or_expires_and_never_both_or_neither():
    """Purchases before, at and after midnight, while the job of the new day runs."""
    rounds, days = [], []
    for number, who in enumerate(people(ROUNDS, 100)):
        day = (LAST, LAST, GONE)[number % 3]
        days.append(day)
        rounds.append(
            (
                lambda who=who, number=number, day=day: spend(who, 100, f"k{number}", day),
                lambda who=who: ledger.expire_lots(customer_id=who, today=GONE),
            )
        )

    met = Counter(zip(days, duel(rounds), strict=True))

    assert set(met) <= {
        (LAST, ("spent", "0")),
        (LAST, ("insufficient_points", "100")),
        (GONE, ("insufficient_points", "100")),
    }, met
    # Both ways it went, so they really met.
    assert met[LAST, ("spent", "0")] and met[LAST, ("insufficient_points", "100")]
    kinds = Counter(PointsTransfer.objects.exclude(kind="earn").values_list("kind", flat=True))
    assert sum(kinds.values()) == ROUNDS
    assert not Wallet.objects.filter(balance__gt=0).exists()
    assert list(ledger.differences()) == []


@contextmanager
def expiry_without_lock() -> Iterator[None]:
    """The planted bug: the expiry does not lock the customers first."""
    real, me = ledger.lock_customers, threading.local()
    expire_many = ledger.expire_many

    def lock(customer_ids: Any) -> None:
        if not getattr(me, "expiring", False):
            real(customer_ids)

    def expire(**facts: Any) -> int:
        me.expiring = True
        try:
            return expire_many(**facts)
        finally:
            me.expiring = False

    with (
        mock.patch.object(ledger, "lock_customers", lock),
        mock.patch.object(ledger, "expire_many", expire),
    ):
        yield


@pytest.mark.parametrize(("locked", "told"), [(False, "IntegrityError"), (True, "0")])
def test_an_expiry_waits_for_a_purchase_under_way(locked, told):
    """The race is real: without the customer's lock it takes what a purchase has taken already
    (only a constraint stops it); with the lock it waits and finds nothing."""
    (who,) = people(1, 100)
    bought, over = threading.Event(), threading.Event()

    def purchase() -> None:
        try:
            with transaction.atomic():
                spend(who, 100, "k", LAST)
                bought.set()
                over.wait(timeout=0.5)  # the expiry has looked by now, and waits
        finally:
            connection.close()

    def expiry() -> str:
        bought.wait(timeout=20)
        try:
            return outcome(lambda: ledger.expire_lots(customer_id=who, today=GONE))
        finally:
            over.set()
            connection.close()

    with nullcontext() if locked else expiry_without_lock(), ThreadPoolExecutor(2) as pool:
        done, found = pool.submit(purchase), pool.submit(expiry)
        done.result()
        assert found.result() == told
    assert list(ledger.differences()) == []


# In one statement, so that it sees one moment.
_WRONG = """
    SELECT w.customer_id, w.balance, w.debt, sum(l.remaining), min(l.remaining)
    FROM growth_wallet w LEFT JOIN growth_pointslot l USING (customer_id)
    WHERE w.customer_id IS NOT NULL GROUP BY w.id
    HAVING w.balance < 0 OR w.debt < 0 OR min(l.remaining) < 0
      OR w.balance <> coalesce(sum(l.remaining), 0)
"""


def wrong() -> list[tuple[Any, ...]]:
    """Customers with a negative wallet or lot, or whose lots are not their balance, right now."""
    with connection.cursor() as cursor:
        cursor.execute(_WRONG)
        return cursor.fetchall()


HOT, BUSY, SECONDS, POLL = 20, 32, 5.0, 0.1


def under_load(seconds: float) -> tuple[int, list[tuple[Any, ...]], Counter[str]]:
    """Busy threads on hot customers: how often a reader looked, what he saw, what was done."""
    hot = people(HOT, 300)
    over, seen = threading.Event(), Counter[str]()

    def live(number: int) -> None:
        random = Random(number)
        keys = (f"{number}-{turn}" for turn in count())
        try:
            while not over.is_set():
                seen[outcome(lambda: _deed(random, random.choice(hot), next(keys)))] += 1
        finally:
            connection.close()

    def read() -> tuple[int, list[tuple[Any, ...]]]:
        looks, found, end = 0, [], time.monotonic() + seconds
        try:
            while time.monotonic() < end and not found:
                looks, found = looks + 1, wrong()
                time.sleep(POLL)
            return looks, found
        finally:
            over.set()
            connection.close()

    with ThreadPoolExecutor(BUSY + 1) as pool:
        reader = pool.submit(read)
        list(pool.map(live, range(BUSY)))
        return *reader.result(), seen


def _deed(random: Random, who: int, key: str) -> str:
    """Something that moves points, in lots small enough to need several at a time."""
    facts: dict[str, Any] = {"reason": "", "origin": {}, "today": LAST}
    what = random.choice(["spend", "spend", "grant", "grant", "hold", "deduct", "refund", "expire"])
    if what == "spend":
        ledger.spend(customer_id=who, points=random.randint(1, 60), key=key, **facts)
    elif what == "grant":
        expires = random.choice([None, LAST, GONE])
        gift = Earning(who, random.randint(1, 40), key, "gift", {}, expires)
        ledger.grant(earning=gift, today=date(2031, 12, 30))
    elif what == "hold":
        holds.place_hold(customer_id=who, points=9, key=key, reason="", today=LAST)
        holds.release_hold(key=key)
    elif what == "deduct":
        ledger.deduct(customer_id=who, points=7, key=key, cap=True, **facts)
    elif what == "refund":
        bought = ledger.spend(customer_id=who, points=5, key=key, **facts)
        ledger.refund(transfer=bought, key=f"r{key}", **facts)
    else:
        ledger.expire_lots(customer_id=who, today=LAST)
    return what


def test_a_reader_never_sees_a_negative_or_lots_that_are_not_the_balance():
    looks, found, seen = under_load(SECONDS)
    assert found == []
    assert looks > 5
    assert not {told for told in seen if told.endswith("Error")}, seen
    assert min(seen[what] for what in ("spend", "grant", "refund", "expire")) > 3, seen
    assert list(ledger.differences()) == []


def test_the_reader_sees_a_balance_that_was_read_before_it_was_written(monkeypatch):
    """The planted bug: who buys reads the balance, and writes it when the lots are taken."""
    spend = ledger.spend

    @transaction.atomic
    def careless(*, customer_id: int, points: int, **facts: Any) -> PointsTransfer:
        wallet = Wallet.objects.get(customer=customer_id)
        made = spend(customer_id=customer_id, points=points, **facts)
        Wallet.objects.filter(pk=wallet.pk).update(balance=wallet.balance - points)
        return made

    monkeypatch.setattr(ledger, "spend", careless)
    _looks, found, _seen = under_load(8.0)
    assert found


def test_everything_at_once_on_a_few_customers():
    """64 threads on four customers: keys are used twice, and a reader never sees a negative."""
    hot = people(4, 500)
    own = [world.earn(f"person-{n}", 200) for n in range(4)]
    stop, gate, seen = threading.Event(), threading.Barrier(CLIENTS), Counter[str]()

    def gift(who: int, key: str) -> Earning:
        return Earning(who, 20, key, "gift", {}, None)

    def live(number: int) -> None:
        random, who = Random(number), hot[number % 4]
        key = f"{number // 8}-{number % 4}"  # two threads share each
        facts = {"reason": "", "origin": {}, "today": LAST}
        bought: list[PointsTransfer] = []
        deeds: list[Callable[[], Any]] = [
            lambda: bought.append(ledger.spend(customer_id=who, points=35, key=key, **facts)),
            lambda: ledger.grant(earning=gift(who, f"g{key}"), today=LAST),
            lambda: holds.place_hold(
                customer_id=who, points=40, key=f"h{key}", reason="", today=LAST
            ),
            lambda: holds.release_hold(key=f"h{key}"),
            lambda: bought and ledger.refund(transfer=bought[0], key=f"r{key}", **facts),
            lambda: ledger.deduct(customer_id=who, points=9, key=f"d{key}", cap=True, **facts),
            lambda: ledger.expire_many(customer_ids=hot[::-1], today=GONE),
            lambda: number < 40 and _reverse(own[number % 4], who),  # ten of each: all of it
        ]
        random.shuffle(deeds)
        try:
            gate.wait(timeout=60)
            for deed in deeds:
                seen[outcome(deed)] += 1
        finally:
            connection.close()

    def read() -> int:
        looks = 0
        try:
            while not stop.is_set():
                looks += 1
                assert wrong() == []
                assert list(ledger.differences()) == []
                time.sleep(0.05)
            return looks
        finally:
            connection.close()

    with ThreadPoolExecutor(CLIENTS + 1) as pool:
        reader = pool.submit(read)
        list(pool.map(live, range(CLIENTS)))
        stop.set()
        assert reader.result() > 1

    assert not {told for told in seen if told.endswith("Error")}, seen
    # Whoever shares a key shares what it did.
    grants = PointsTransfer.objects.filter(kind="grant")
    assert grants.count() == len({f"{n // 8}-{n % 4}" for n in range(CLIENTS)})
    assert list(ledger.differences()) == []


def _reverse(earning: str, who: int) -> None:
    """Twenty points of one earning, by whoever comes, as the awards do it."""
    with transaction.atomic():
        ledger.lock_customers([who])
        for key, left in ledger.earnings_of(who, earning):
            part = min(20, left)
            ledger.take_back(
                earning_key=key, points=part, key=f"{key}:reversed:{left - part}",
                reason="reversed", today=LAST, policy=ALLOW_NEGATIVE,
            )  # fmt: skip
