"""The growth engine under fire: real threads, real commits. A race is proved real first."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from random import Random
from typing import Any
from unittest import mock

import pytest
from django.db import connection, transaction

from growth import claims, intake, jobs, ledger, limits, progress, settling
from growth.models import BankEvent, Customer, PointsTransfer, TaskCompletion, Wallet
from growth.rules import hold_release
from tests.growth import world
from tests.growth.world import balance, completions, event, load, reversal, task

THREADS = 64

pytestmark = pytest.mark.usefixtures("programme")


@pytest.fixture
def programme(real_commits: None) -> None:
    """Real commits, with the programme's wallet, which emptying the database takes away."""
    Wallet.objects.get_or_create(customer=None)


def at_once(calls: list[Callable[[], Any]]) -> Counter[Any]:
    """Run all calls in threads that start together; counts what they returned or raised."""
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            gate.wait()
            return call()
        except Exception as error:
            return getattr(error, "code", None) or type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return Counter(pool.map(run, calls))


def take(*events: dict, settle: bool = True) -> tuple[int, int, int]:
    outcome = world.take(*events, settle=settle)
    return outcome.accepted, outcome.duplicate, len(outcome.rejected)


@contextmanager
def without(lock: str):
    """The planted bug: this lock is not taken, by anybody."""
    execute = connection.cursor().__class__.execute

    def unlocked(self: Any, sql: Any, params: Any = None) -> Any:
        if isinstance(sql, str):
            sql = sql.replace(lock, "")
        return execute(self, sql, params)

    with mock.patch("django.db.backends.utils.CursorWrapper.execute", unlocked):
        yield


class Together:
    """Makes threads wait for each other where the planted bug would let them."""

    def __init__(self, parties: int) -> None:
        self.barrier = threading.Barrier(parties)

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def slow(*args: Any, **options: Any) -> Any:
            try:
                self.barrier.wait(timeout=10)
            except threading.BrokenBarrierError:
                pass
            return function(*args, **options)

        return slow


def test_one_event_taken_in_64_times_at_once_is_one_award():
    load(task(kind="cumulative", reward={"points": 10, "growth": 5}))
    sent = event()

    outcomes = at_once([lambda: take(sent)] * THREADS)

    assert outcomes == {(1, 0, 0): 1, (0, 1, 0): THREADS - 1}
    assert (BankEvent.objects.count(), completions(), balance()) == (1, 1, 10)
    assert world.differences() == []


def test_of_64_contents_of_one_identity_the_first_stands():
    load(task(kind="cumulative"))
    sent = event()

    outcomes = at_once([lambda n=n: take(sent | {"data": {"n": n}}) for n in range(THREADS)])

    assert outcomes == {(1, 0, 0): 1, (0, 0, 1): THREADS - 1}
    assert (BankEvent.objects.count(), balance()) == (1, 10)


def test_without_the_lock_of_the_customer_progress_is_lost():
    """The race is real: everybody reads the same progress, and the last one's is kept."""
    load(task(kind="cumulative", target=2))
    world.take(event("b.done"))
    settle = Together(8)(progress.settle)

    unlocked = without("FOR NO KEY UPDATE"), without("FOR NO KEY UPDATE OF c")
    with unlocked[0], unlocked[1], mock.patch.object(progress, "settle", settle):
        outcomes = at_once([lambda n=n: take(event(when=f"2025-02-{n + 1:02}")) for n in range(8)])

    assert outcomes == {(1, 0, 0): 8}
    assert completions() < 4


def test_intakes_of_one_customer_at_once_come_to_what_one_after_the_other_comes_to():
    """With claims, reversals and sweeps between them, against the same events in one batch."""
    tasks = [
        task("sum", "cumulative", sum_of="n", target=7),
        task("streak", "streak", target=3, reward={"points": 3, "growth": 60}),
        task("once", event="b.done", requires=["streak"], reward={"points": 100}),
        task("manual", "daily", event="b.done", claim="manual", reward={"points": 1000}),
    ]
    load(*tasks, levels=world.levels())

    def life(who: str) -> list[dict]:
        random = Random(5)
        events = [
            event(random.choice(["a.done", "b.done"]), who, f"2025-01-{random.randint(1, 28):02}",
                  event_id=f"{who}-{n}", data={"n": random.randint(1, 9)})
            for n in range(90)
        ]  # fmt: skip
        return events + [reversal(events[n], event_id=f"{who}-r{n}") for n in (4, 40, 80)]

    def sweep() -> str:
        jobs.settle_bank_events()
        return "swept"

    batches = [life("ada")[n::12] for n in range(12)]
    calls = [lambda b=batch, n=n: take(*b, settle=n % 3 > 0) for n, batch in enumerate(batches * 2)]
    outcomes = at_once([*calls, *[sweep] * 8])

    world.settle_all()
    world.take(*life("bob"))
    assert sum(n * told[0] for told, n in outcomes.items() if told != "swept") == 93
    for who in ("ada", "bob"):
        claims.claim_task(customer_id=world.customer(who).pk, code="manual")
    for code in ("sum", "streak", "once", "manual"):
        assert world.completion_days(code, "ada") == world.completion_days(code, "bob")
    assert (balance("ada"), world.level("ada")) == (balance("bob"), world.level("bob"))
    assert world.differences() == []


def test_a_claim_and_the_events_that_bring_more_to_claim_lose_nothing():
    load(task(kind="cumulative", claim="manual"))
    world.take(event())
    ada = world.customer().pk

    def claim() -> int:
        return len(claims.claim_task(customer_id=ada, code="t"))

    outcomes = at_once([claim, lambda: take(event())[0] and 0] * 16)
    claimed = sum(n * told for told, n in outcomes.items() if isinstance(told, int))
    left = TaskCompletion.objects.filter(status="claimable").count()
    assert (claimed + left, balance()) == (17, claimed * 10)
    assert world.differences() == []


LIMITS = [
    ({"completions": 10}, 10),
    ({"points": 105}, 10),
    ({"completions_a_day": 10}, 10),
    ({"completions": 30, "points": 100, "completions_a_day": 20}, 10),
    ({"completions": 0}, 0),
]


@pytest.mark.parametrize(("limit", "posted"), LIMITS)
def test_64_customers_at_once_get_exactly_what_the_limit_lets_through(limit, posted):
    load(task(limit=limit))

    at_once([lambda n=n: take(event(who=f"c{n}")) for n in range(THREADS)])
    world.settle_all()

    assert completions() == posted
    assert sum(world.figures()["refused"].values()) == THREADS - posted
    assert Wallet.objects.filter(balance=10).count() == posted
    assert world.differences() == []


def test_without_the_lock_of_the_counters_the_limit_is_overrun():
    load(task(limit={"completions": 3}))
    world.take(event())
    judge = Together(8)(limits.admit)
    with without("FOR UPDATE"), mock.patch.object(limits, "admit", judge):
        at_once([lambda n=n: take(event(who=f"c{n}")) for n in range(8)])
    assert completions() > 3


def test_one_customer_gets_no_more_than_their_own_limit():
    load(task(kind="cumulative", limit={"per_customer": 5}))
    at_once([lambda: take(event()) for _ in range(THREADS)])
    world.settle_all()
    assert (completions(), balance(), world.figures()["refused"]) == (
        5,
        50,
        {"per_customer": THREADS - 5},
    )


def test_claims_at_once_get_exactly_what_the_limit_lets_through():
    load(task(claim="manual", limit={"completions": 10}))
    world.take(*(event(who=f"c{n}") for n in range(THREADS)))
    people = list(Customer.objects.values_list("pk", flat=True))

    def claim(pk: int) -> str:
        return claims.claim_task(customer_id=pk, code="t")[0].status

    outcomes = at_once([lambda pk=pk: claim(pk) for pk in people])
    assert outcomes == {"posted": 10, "refused": THREADS - 10}
    assert PointsTransfer.objects.count() == 10


def deadlocks() -> int:
    """How many the database has had to end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush(), pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]


def test_batches_that_cross_in_customers_and_identities_all_succeed():
    """Customers are wanted in every order, and half of them are new."""
    load(task(kind="cumulative"))
    random, before = Random(3), deadlocks()
    early = [event(who=f"c{n % 12}", when=f"2025-02-{n % 28 + 1:02}") for n in range(60)]
    world.take(*early)
    pool = [event(who=f"c{n % 24}", when=f"2025-0{n % 3 + 1}-05") for n in range(200)]
    batches = [random.sample(pool, 12) for _ in range(24)]
    for batch in batches:
        batch += [reversal(found, event_id=f"r-{found['id']}") for found in random.sample(early, 2)]
        random.shuffle(batch)

    outcomes = at_once([lambda b=batch: sum(take(*b)) for batch in batches])

    assert outcomes == {14: 24}
    assert BankEvent.objects.filter(settled_at__isnull=True).count() == 0  # none was put off
    assert world.differences() == []
    assert deadlocks() == before


def test_batches_that_cross_in_conflicting_identities_all_succeed():
    """The same identities in opposite orders, for other customers each: one of each is stored."""
    load(task(kind="cumulative"))
    names = [f"e{n}" for n in range(300)]
    batches = [
        [event(who=f"{turn}-{n % 40}", event_id=name) for n, name in enumerate(names)]
        for turn in range(8)
    ]
    for batch in batches[::2]:
        batch.reverse()
    before = deadlocks()
    insert = Together(8)(intake._insert)

    with mock.patch.object(intake, "_insert", insert):
        outcomes = at_once([lambda b=batch: sum(take(*b)) for batch in batches])

    assert outcomes == {300: 8}
    assert (BankEvent.objects.count(), completions(), deadlocks()) == (300, 300, before)
    assert world.differences() == []


def test_batches_of_different_customers_that_cross_in_limits_all_succeed():
    """In each batch one task is gone on with, one judged again, one reversed: in every order."""
    load(*(task(f"t{n}", "cumulative", event=f"e{n}", limit={"completions": 99}) for n in range(4)))
    batches = []
    for number in range(24):
        kinds = Random(number).sample(range(4), 4)
        early = [event(f"e{kind}", f"{number}-{kind}", "2025-02-02") for kind in kinds]
        world.take(*early)
        batches.append([
            event(f"e{kinds[0]}", f"{number}-{kinds[0]}", "2025-03-02"),
            event(f"e{kinds[1]}", f"{number}-{kinds[1]}", "2025-01-02"),
            reversal(early[2]),
            event(f"e{kinds[3]}", f"{number}-{kinds[3]}", "2025-03-02"),
        ])  # fmt: skip
    before = deadlocks()

    outcomes = at_once([lambda b=batch: take(*b) for batch in batches])

    assert outcomes == {(4, 0, 0): 24}
    assert BankEvent.objects.filter(settled_at__isnull=True).count() == 0  # none was put off
    assert sum(completions(f"t{n}") for n in range(4)) == 24 * (4 + 3 - 1)
    assert world.differences() == []
    assert deadlocks() == before


def test_an_event_finds_its_reversal_that_was_just_being_taken_in():
    """The reversal comes first and commits while its event waits for the customer."""
    load(task())
    world.take(event("b.done"))
    done = event()
    taken, waiting = threading.Event(), threading.Event()

    def undo() -> str:
        with transaction.atomic():
            world.take(reversal(done))
            taken.set()
            waiting.wait(10)
        return "undone"

    def do() -> str:
        taken.wait(10)
        threading.Timer(0.5, waiting.set).start()
        return f"accepted {take(done)[0]}"

    assert at_once([undo, do]) == {"undone": 1, "accepted 1": 1}
    assert (completions(), balance(), world.differences()) == (0, 0, [])


def test_reconciling_while_events_come_in_finds_no_difference():
    load(task(kind="cumulative", reward={"points": 1, "growth": 30}), levels=world.levels())
    world.take(event())
    stop = threading.Event()

    def bring() -> str:
        while not stop.is_set():
            world.take(event())
        return "brought"

    def reconcile() -> str:
        try:
            return "; ".join(found for _ in range(15) for found in world.differences()) or "clean"
        finally:
            stop.set()

    assert at_once([reconcile, bring, bring]) == {"clean": 1, "brought": 2}


def test_a_change_of_the_program_waits_for_the_events_being_taken_in():
    """Each event is judged by the release that was live when it was stored."""
    load(task(kind="cumulative", reward={"points": 1}))
    stop = threading.Event()

    def bring(who: str) -> str:
        while not stop.is_set():
            world.take(event(who=who))
        return "brought"

    def change() -> str:
        for points in range(2, 12):
            load(task(kind="cumulative", reward={"points": points}))
        stop.set()
        return "changed"

    at_once([change, lambda: bring("ada"), lambda: bring("bob"), lambda: bring("ada")])
    assert world.differences() == []
    with transaction.atomic():
        rules, _ = hold_release()
    for row in TaskCompletion.objects.select_related("event"):
        (rule,) = rules.for_event("a.done", row.event.release)
        assert (row.version_id, row.points) == (rule.version_id, rule.reward.points)


def test_two_sweepers_share_the_work_and_do_nothing_twice():
    load(task(kind="cumulative"))
    world.take(*(event(who=f"c{n % 50}") for n in range(500)), settle=False)
    done = at_once([lambda: settling.settle_stored()] * 8)
    world.settle_all()
    assert sum(n * told for told, n in done.items()) <= 500
    assert (completions(), Wallet.objects.filter(balance=100).count()) == (500, 50)
    assert world.differences() == []


def test_spending_and_taking_back_at_once_balance():
    load(task(kind="cumulative"))
    events = [event() for _ in range(20)]
    world.take(*events)
    ada = world.customer().pk

    def spend(n: int) -> str:
        ledger.spend(customer_id=ada, points=15, key=f"k{n}", reason="test", origin={})
        return "spent"

    outcomes = at_once(
        [lambda n=n: spend(n) for n in range(20)]
        + [lambda e=found: take(reversal(e)) for found in events]
    )
    assert outcomes[(1, 0, 0)] == 20
    assert set(outcomes) <= {(1, 0, 0), "spent", "insufficient_points"}
    assert (completions(), balance(), world.differences()) == (0, 0, [])
