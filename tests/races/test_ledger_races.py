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
                wrong = Wallet.objects.filter(balance__lt=0) | Wallet.objects.filter(debt__lt=0)
                assert not wrong.exists()
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
