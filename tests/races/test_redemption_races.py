"""Redemptions under fire: real threads, real commits. A race is proved real first."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any
from unittest import mock

import pytest
from django.db import connection, transaction

from benefits import reconcile, redemption, stock
from benefits.models import Redemption
from growth import ledger
from tests.benefits import world

CLIENTS = 64


@pytest.fixture
def real_commits(transactional_db: None) -> Iterator[None]:
    """A database whose commits are real; its triggers rest while it is emptied afterwards."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")


pytestmark = pytest.mark.usefixtures("real_commits")


def at_once(calls: list[Callable[[], Any]]) -> Counter[str]:
    """Run all calls in threads that start together; counts what they returned or raised."""
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> str:
        try:
            gate.wait()
            outcome = call()
            return outcome if isinstance(outcome, str) else "done"
        except Exception as error:
            return getattr(error, "code", None) or type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return Counter(pool.map(run, calls))


def redeem(who: Any, code: str, key: str) -> str:
    made = redemption.redeem(customer_id=who.pk, benefit_code=code, key=key)
    return "created" if made.created else "replayed"


def cancel(who: Any, made: Redemption) -> str:
    redemption.cancel(customer_id=who.pk, redemption_id=made.pk)
    return "cancelled"


@contextmanager
def customer_lock_off() -> Iterator[None]:
    """The planted bug: nobody locks the customer, and everyone looks before anyone writes."""
    together = threading.Barrier(8)
    pay = redemption._pay

    def pay_together(*args: Any) -> None:
        together.wait(timeout=20)
        pay(*args)

    with (
        mock.patch.object(ledger, "lock_customers"),
        mock.patch.object(redemption, "_pay", pay_together),
    ):
        yield


@pytest.mark.parametrize("kind", ["voucher", "code"])
@pytest.mark.parametrize("units", [0, 1, 2, 10])
def test_as_many_succeed_as_there_are_units(kind, units):
    stock_of = {"voucher": {"total": units}, "code": {"total": None, "codes": units}}
    world.benefit(kind=kind, **stock_of[kind])
    people = [world.customer(500) for _ in range(CLIENTS)]

    outcomes = at_once([lambda p=p: redeem(p, "coffee", "k") for p in people])

    assert outcomes["created"] == units
    assert outcomes["out_of_stock"] == CLIENTS - units
    assert sum(world.balance(p) for p in people) == CLIENTS * 500 - units * 100
    assert not list(reconcile.differences())


@pytest.mark.parametrize("kind", ["voucher", "code"])
def test_without_row_locks_units_are_sold_twice(kind):
    """The race is real: read the stock, wait for the others, write it back."""
    world.benefit(kind=kind, codes=1 if kind == "code" else 0, total=1)
    people = [world.customer(500) for _ in range(8)]
    together = threading.Barrier(8)

    def careless(*, benefit: Any, today: Any, wait: bool = True) -> Any:
        if kind == "voucher":
            shard = benefit.shards.filter(remaining__gt=0).first()
            together.wait(timeout=20)
            benefit.shards.filter(pk=shard.pk).update(remaining=shard.remaining - 1)
            return None
        unit = benefit.codes.filter(state="free").first()
        together.wait(timeout=20)
        benefit.codes.filter(pk=unit.pk).update(state="issued")
        return unit

    with mock.patch.object(stock, "take", careless):
        outcomes = at_once([lambda p=p: redeem(p, "coffee", "k") for p in people])

    if kind == "voucher":
        assert outcomes["created"] == 8  # oversold seven times, and only reconcile sees it
        assert list(reconcile.differences())
    else:
        # One code is one customer's by a constraint, even without any lock.
        assert outcomes == {"created": 1, "IntegrityError": 7}


def test_a_unit_held_by_someone_who_rolls_back_is_not_refused():
    """Never undersold: whoever comes for the last unit waits for its holder's end."""
    benefit = world.benefit(total=1)
    holder, next_one = world.customer(500), world.customer(500)
    held, give_up = threading.Event(), threading.Event()

    def hold_and_roll_back() -> str:
        try:
            with transaction.atomic():
                redemption.redeem(customer_id=holder.pk, benefit_code="coffee", key="k")
                held.set()
                give_up.wait(20)
                raise RuntimeError
        except RuntimeError:
            return "rolled back"

    def come_second() -> str:
        held.wait(20)
        threading.Timer(0.3, give_up.set).start()
        return redeem(next_one, "coffee", "k")

    outcomes = at_once([hold_and_roll_back, come_second])

    assert outcomes == {"rolled back": 1, "created": 1}
    assert redemption.stock.units_held(benefit) == 1


def test_one_customer_gets_no_more_than_the_limit():
    world.benefit(total=100, per_customer=3)
    who = world.customer(100_000)

    outcomes = at_once([lambda n=n: redeem(who, "coffee", f"k{n}") for n in range(CLIENTS)])

    assert outcomes == {"created": 3, "limit_reached": CLIENTS - 3}
    assert world.balance(who) == 100_000 - 300
    assert not list(reconcile.differences())


def test_without_the_customers_lock_the_limit_is_raced_and_the_constraint_holds_it():
    world.benefit(total=100, per_customer=1)
    who = world.customer(100_000)

    with customer_lock_off():
        outcomes = at_once([lambda n=n: redeem(who, "coffee", f"k{n}") for n in range(8)])

    # All eight passed the check; the unique slot let one through and broke the others.
    assert outcomes["limit_reached"] == 0
    assert outcomes["created"] == 1
    assert Redemption.objects.count() == 1


def test_one_key_sent_at_once_redeems_once():
    world.benefit(total=100)
    who = world.customer(100_000)

    outcomes = at_once([lambda: redeem(who, "coffee", "same") for _ in range(CLIENTS)])

    assert outcomes == {"created": 1, "replayed": CLIENTS - 1}
    assert world.balance(who) == 100_000 - 100


def test_without_the_customers_lock_one_key_is_raced_and_the_constraint_holds_it():
    world.benefit(total=100)
    who = world.customer(100_000)

    with customer_lock_off():
        outcomes = at_once([lambda: redeem(who, "coffee", "same") for _ in range(8)])

    assert outcomes["created"] == 1
    assert outcomes["replayed"] == 0
    assert Redemption.objects.count() == 1


def test_points_are_never_spent_twice():
    world.benefit(total=100)
    who = world.customer(250)

    outcomes = at_once([lambda n=n: redeem(who, "coffee", f"k{n}") for n in range(CLIENTS)])

    assert outcomes == {"created": 2, "insufficient_points": CLIENTS - 2}
    assert world.balance(who) == 50


def test_cancelling_at_once_refunds_once():
    benefit = world.benefit(total=5)
    who = world.customer(500)
    made = redemption.redeem(customer_id=who.pk, benefit_code="coffee", key="k").redemption

    outcomes = at_once([partial(cancel, who, made)] * CLIENTS)

    assert outcomes["not_cancellable"] == CLIENTS - 1
    assert world.balance(who) == 500
    assert sum(shard.remaining for shard in benefit.shards.all()) == 5
    assert not list(reconcile.differences())


def test_using_and_cancelling_at_once_have_one_winner():
    for round_ in range(10):
        who = world.customer(500)
        world.benefit(code=f"coffee-{round_}", total=5)
        made = redemption.redeem(
            customer_id=who.pk, benefit_code=f"coffee-{round_}", key="k"
        ).redemption
        calls = [
            partial(cancel, who, made),
            partial(redemption.mark_used, redemption_id=made.pk, actor="till"),
        ]

        outcomes = at_once(calls)

        assert outcomes["not_cancellable"] + outcomes["not_usable"] == 1
        assert world.balance(who) == (400 if outcomes["not_cancellable"] else 500)
    assert not list(reconcile.differences())


def test_redeeming_while_the_points_expire_ends_cleanly():
    world.benefit(total=1000, price=100)
    tomorrow = world.days(1)
    for _ in range(20):
        who = world.customer(100, expires=tomorrow)
        calls = [
            partial(redeem, who, "coffee", "k"),
            partial(ledger.expire_lots, customer_id=who.pk, today=tomorrow),
        ]

        outcomes = at_once(calls)

        # Either the points bought something, or they expired and were not there.
        assert outcomes["created"] + outcomes["insufficient_points"] == 1, outcomes
        assert world.balance(who) == 0
    assert not list(ledger.differences())


def test_changing_the_total_while_selling_keeps_the_count():
    benefit = world.benefit(total=40)
    people = [world.customer(500) for _ in range(48)]
    calls: list[Callable[[], Any]] = [lambda p=p: redeem(p, "coffee", "k") for p in people]
    calls += [lambda n=n: stock.set_total(benefit=benefit, total=n) for n in (45, 50, 44)]

    at_once(calls)

    benefit.refresh_from_db()
    left = sum(shard.remaining for shard in benefit.shards.all())
    assert left + stock.units_held(benefit) == benefit.total
    assert not list(reconcile.differences())
