"""Workers share what is stored: by customer, none held twice, none waited for."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest

from growth import progress, settling
from growth.models import BankEvent, PointsTransfer, Wallet
from tests.growth import world
from tests.growth.world import event, load, task
from tests.races.test_growth_races import at_once, without

pytestmark = pytest.mark.usefixtures("programme")
WORKERS, CUSTOMERS, EACH = 4, 120, 3


@pytest.fixture
def programme(real_commits: None) -> None:
    Wallet.objects.get_or_create(customer=None)
    load(task(kind="cumulative"))
    for number in range(EACH):
        day = f"2025-01-{10 + number}"
        world.take(*[event(who=f"c{n}", when=day) for n in range(CUSTOMERS)], settle=False)


@contextmanager
def watched() -> Iterator[dict[str, Any]]:
    """Which customers are settled by two at a time, and who settled how many."""
    seen: dict[str, Any] = {"at work": Counter(), "twice": set(), "done": Counter()}
    real, lock = progress.settle, threading.Lock()

    def settle(customers: Any, rules: Any, today: Any) -> None:
        ids = [one.customer_id for one in customers]
        with lock:
            seen["twice"] |= {pk for pk in ids if seen["at work"][pk]}
            seen["at work"].update(ids)
            seen["done"][threading.get_ident()] += len(ids)
        try:
            real(customers, rules, today)
        finally:
            with lock:
                seen["at work"].subtract(ids)

    with mock.patch.object(progress, "settle", settle):
        yield seen


def work() -> int:
    total = 0
    while done := settling.settle_stored(limit=10):
        total += done
    return total


def test_workers_share_the_customers_and_each_event_counts_once() -> None:
    with watched() as seen:
        totals = at_once([work] * WORKERS)
        work()
    assert seen["twice"] == set()
    assert sum(n * times for n, times in totals.items()) <= CUSTOMERS * EACH
    assert len(seen["done"]) > 1 and max(seen["done"].values()) < CUSTOMERS
    assert not BankEvent.objects.filter(settled_at=None).exists()
    assert PointsTransfer.objects.count() == CUSTOMERS * EACH


def test_without_the_lock_a_customer_is_held_twice() -> None:
    """The planted bug."""
    with watched() as seen, without("FOR NO KEY UPDATE SKIP LOCKED"):
        at_once([work] * WORKERS)
    assert seen["twice"]


def test_whoever_settles_all_waits_for_what_another_worker_holds() -> None:
    held, go_on = threading.Event(), threading.Event()
    settle = progress.settle

    def slow(customers: Any, rules: Any, today: Any) -> None:
        if not held.is_set():
            held.set()
            go_on.wait(timeout=20)
        settle(customers, rules, today)

    def come_second() -> int:
        held.wait(timeout=20)
        threading.Timer(0.3, go_on.set).start()
        settling.settle_all()
        return BankEvent.objects.filter(settled_at=None).count()

    with mock.patch.object(progress, "settle", slow):
        outcomes = at_once([settling.settle_stored, come_second])
    assert outcomes == {CUSTOMERS * EACH: 1, 0: 1}
