"""Sixty kinds of poison among 3,000 good events stop nobody; after the fix, each pays once."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from typing import Any
from unittest import mock

import pytest
from django.db import connection

from benefits.models import Redemption
from growth import bankday, intake, jobs, progress, registry, settling
from growth.models import BankEvent, Customer, PointsTransfer, TaskCompletion, TaskProgress
from tests.growth import world
from tests.growth.world import event, load, task

KINDS, GOOD, PEOPLE = 60, 3000, 1000
# In the fold of an event, by its data; in the payer of a benefit; in the database, by sqlstate.
ERRORS = [
    ValueError, KeyError, TypeError, ZeroDivisionError, OverflowError, RecursionError, IndexError,
    AttributeError, UnicodeError, MemoryError, ArithmeticError, LookupError, AssertionError,
    NotImplementedError, RuntimeError, OSError, TimeoutError, StopIteration, BufferError, EOFError,
]  # fmt: skip
REFUSALS = [
    "22003", "22001", "22007", "22012", "22021", "22023", "22P02", "23502", "23503", "23505",
    "23514", "23P01", "0A000", "P0001", "42883", "42P01", "42501", "54000", "54001", "XX000",
]  # fmt: skip
# Settling refuses whatever a customer with such a name is paid.
TRIGGER = """
    CREATE FUNCTION poisoned() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE code text := (SELECT substr(ref, 9) FROM growth_customer
                          WHERE id = NEW.customer_id AND ref LIKE 'refused-%');
    BEGIN
      IF code IS NOT NULL THEN RAISE EXCEPTION 'poison' USING ERRCODE = code; END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER poisoned BEFORE INSERT ON growth_pointstransfer
    FOR EACH ROW EXECUTE FUNCTION poisoned();
"""

pytestmark = pytest.mark.usefixtures("programme")


class Poison:
    """What is wrong, until ``cure``."""

    def __init__(self, patches: pytest.MonkeyPatch) -> None:
        self._patches = patches
        fold, pay = progress.fold, registry.reward_payers["benefit"]

        def folded(rules: Any, states: Any, events: Any) -> Any:
            for found in events:
                if "poison" in found.data:
                    raise ERRORS[int(found.data["poison"])]("poison")
            return fold(rules, states, events)

        def paid(*, customer_id: int, code: str, key: str) -> None:
            pay(customer_id=customer_id, code=code, key=key)
            ref = Customer.objects.get(pk=customer_id).ref
            if ref.startswith("unpaid-"):
                raise ERRORS[int(ref.removeprefix("unpaid-"))]("poison")

        patches.setattr(progress, "fold", folded)
        patches.setitem(registry.reward_payers, "benefit", paid)
        self._sql(TRIGGER)

    def cure(self) -> None:
        self._patches.undo()
        self._sql("DROP FUNCTION poisoned() CASCADE")

    def _sql(self, statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> Poison:
    caplog.set_level(logging.CRITICAL)  # the failures are meant
    coffee = {"code": "coffee", "name": {"en": "Coffee"}, "kind": "voucher", "price": 1}
    load(
        task(kind="cumulative"),
        task("gift", "cumulative", event="b.done", reward={"points": 10, "benefit": "coffee"}),
        benefits=[coffee | {"stock": 999}],
    )
    names = sorted({found["subject"] for found in [*good(), *bad()]})
    Random(1).shuffle(names)
    intake.enrol(names)
    return Poison(monkeypatch)


def good() -> list[dict]:
    return [
        event(who=f"good-{n % PEOPLE}", when=f"2025-01-{10 + n // PEOPLE}") for n in range(GOOD)
    ]


def bad() -> list[dict]:
    """One event of each kind, each of another customer."""
    return [
        *(event(who=f"odd-{n}", data={"poison": n}) for n in range(20)),
        *(event("b.done", f"unpaid-{n}") for n in range(20)),
        *(event(who=f"refused-{code}") for code in REFUSALS),
    ]


def mixed() -> list[dict]:
    """A poisoned one among each fifty."""
    events, each = good(), GOOD // KINDS
    for n, found in enumerate(bad()):
        events.insert(n * (each + 1), found)
    return events


class Work:
    """What was done meanwhile."""

    def __init__(self) -> None:
        self.queries = self.transactions = 0
        self.tries: Counter[int] = Counter()  # by customer, how often it was, or was tried

    def affordable(self, kinds: int = KINDS) -> bool:
        """Each customer is tried three times or so, and each poison costs a dozen transactions."""
        tries = self.tries.total() / len(self.tries)
        return tries <= 3.5 * GOOD / PEOPLE and self.transactions <= 13 * kinds

    def of_good(self) -> set[int]:
        """How often the good ones were tried."""
        people = Customer.objects.filter(ref__startswith="good-").values_list("pk", flat=True)
        return {self.tries[pk] for pk in people if self.tries[pk]}


@contextmanager
def counted() -> Iterator[Work]:
    work = Work()
    settle = progress.settle

    def watched(customers: Any, *args: Any) -> None:
        work.transactions += 1
        work.tries.update(one.customer_id for one in customers)
        settle(customers, *args)

    def query(execute: Callable[..., Any], *args: Any) -> Any:
        work.queries += 1
        return execute(*args)

    with mock.patch.object(progress, "settle", watched), connection.execute_wrapper(query):
        yield work


def take_all(events: list[dict]) -> None:
    for at in range(0, len(events), 1000):
        world.take(*events[at : at + 1000])


def let_time_pass() -> None:
    waiting = BankEvent.objects.filter(next_attempt_at__isnull=False)
    waiting.update(next_attempt_at=bankday.now() - timedelta(hours=1))


def waiting() -> set[tuple[int, bool]]:
    """Tries of the events that are not settled, and whether they are dead letters."""
    rows = BankEvent.objects.filter(settled_at=None)
    return {(row.attempts, row.next_attempt_at is None) for row in rows}


def paid() -> Counter[str]:
    """How often customers of each sort were paid; each poisoned one is of his own sort."""
    rows = PointsTransfer.objects.filter(kind="earn").values_list("customer__ref", flat=True)
    return Counter("good" if ref.startswith("good-") else ref for ref in rows)


EACH_ONCE = Counter({"good": GOOD} | {found["subject"]: 1 for found in bad()})


def test_they_stop_nobody_die_after_five_tries_and_pay_once_after_the_fix(poison):
    with counted() as work:
        take_all(mixed())
    assert (paid(), waiting()) == ({"good": GOOD}, {(1, False)})
    assert work.affordable()

    for tries in (2, 3, 4, 5):
        world.take(
            *(event(who=f"good-{n}", when=f"2025-02-0{tries}") for n in range(100)), settle=False
        )
        let_time_pass()
        with counted() as again:
            jobs.settle_bank_events()
        assert waiting() == {(tries, tries == 5)}
        assert again.of_good() == {1}  # nobody waits for who failed before
    assert paid() == {"good": GOOD + 400}
    assert jobs.settle_bank_events() == 0

    poison.cure()
    for _ in range(2):
        world.command("replay_rejected")
        assert (paid(), waiting()) == (EACH_ONCE + Counter(good=400), set())
    assert TaskCompletion.objects.filter(status="posted").count() == GOOD + 400 + KINDS
    assert Redemption.objects.count() == 20
    assert world.differences() == []


def test_who_comes_alone_never_notices(poison):
    """A request of its own for each: the good ones' 95th percentile of queries stays as it was."""

    def each(events: list[dict]) -> list[int]:
        costs = []
        for found in events:
            with counted() as work:
                world.take(found)
            if found["subject"].startswith("good-"):
                costs.append(work.queries)
        return sorted(costs)[: len(costs) * 95 // 100]

    assert each(mixed()[-612:])[-1] <= 2 * each(good()[-600:])[-1]


@pytest.mark.parametrize("planted", [False, True], ids=["as it is", "planted bug"])
def test_whoever_is_poisoned_in_the_fold_is_known_at_once(poison, monkeypatch, planted):
    """Tried as a whole, twice, then all but those; the bug: the first of them stops the others."""

    def stop(_poisoned: Any, _customer: Any, error: Exception) -> None:
        raise error

    if planted:
        monkeypatch.setattr(progress, "_note_poison", stop)
    with counted() as work:
        world.take(*mixed()[:1000])
    assert (work.transactions <= 3) is not planted


def test_customer_by_customer_would_cost_too_much(poison, monkeypatch):
    """The planted bug: of a batch that fails, all are settled one by one."""
    monkeypatch.setattr(settling, "PARTS", 10**6)
    with counted() as work:
        world.take(*mixed()[-510:])
    assert not work.affordable(kinds=10)


def test_all_in_one_again_would_settle_nobody(poison, monkeypatch):
    """The planted bug: what failed as a whole is left to the sweeper as a whole."""
    monkeypatch.setattr(settling, "settle_parts", lambda ids: 0)
    world.take(*mixed()[-510:])
    assert paid() == {}


def test_a_replay_that_posts_again_is_noticed(poison, monkeypatch):
    """The planted bug: what is replayed comes in as if it were new."""
    take_all(bad())
    poison.cure()
    let_time_pass()
    monkeypatch.setattr(settling, "revive_dead_letters", lambda **_: world.take(*bad()))
    world.command("replay_rejected")
    assert paid() != EACH_ONCE - Counter(good=GOOD)


def test_reconcile_names_who_cannot_be_folded_and_goes_on(programme):
    world.load(task())
    world.take(event(data={"poison": True}), event(who="bob"))
    real = progress.fold

    def poisoned(rules, states, events):
        if any(found.data.get("poison") for found in events):
            raise ValueError
        return real(rules, states, events)

    TaskProgress.objects.filter(customer__ref="bob").update(state={"n": 7})
    with mock.patch.object(progress, "fold", poisoned):
        told = world.differences()
    assert len(told) == 2
    assert "cannot be folded, ValueError" in told[0] and "stored progress" in told[1]
