"""Requests that come together are settled together, and each hears of its own events only."""

import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest import mock

import pytest
from django.db import OperationalError, connection, transaction

from growth import group_commit, intake, progress
from growth.intake import Outcome
from growth.models import BankEvent, PointsTransfer, Wallet
from tests.growth import world
from tests.growth.world import balance, event, load, task

pytestmark = pytest.mark.usefixtures("programme")
THREADS = 16
ROUNDS = 15


@pytest.fixture
def programme(real_commits: None) -> None:
    Wallet.objects.get_or_create(customer=None)
    load(task(kind="cumulative"))


def together(*requests: list[dict[str, Any]]) -> list[Outcome | str]:
    """What each request was answered, all of them sent at the same moment."""
    read = [world.read(*map(json.dumps, request)) for request in requests]
    gate = threading.Barrier(len(requests))

    def send(events: Any) -> Outcome | str:
        try:
            gate.wait()
            return group_commit.take_in(events)
        except Exception as error:
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(send, read))


def test_they_share_transactions_and_each_is_settled_when_it_is_answered() -> None:
    requests = [[event(who=f"c{number}")] for number in range(THREADS)]
    with mock.patch.object(intake, "_take_in", wraps=intake._take_in) as transactions:
        outcomes = together(*requests)
    assert outcomes == [Outcome(accepted=1)] * THREADS
    assert [balance(f"c{number}") for number in range(THREADS)] == [10] * THREADS
    assert transactions.call_count < THREADS
    assert BankEvent.objects.filter(settled_at=None).count() == 0


def test_each_hears_its_own_verdicts_in_its_own_order() -> None:
    """Twice in one group is a duplicate, other content a conflict: whoever comes first counts."""
    same, other = event(event_id="e"), event(event_id="e", data={"amount": 2})
    requests = [[event(who=f"c{number}"), same if number % 2 else other] for number in range(8)]
    outcomes = together(*requests)
    told = Counter((o.accepted, o.duplicate, tuple(o.rejected)) for o in outcomes)
    conflict = ((1, intake.CONFLICT, intake.ANOTHER),)
    assert told == {(2, 0, ()): 1, (1, 1, ()): 3, (1, 0, conflict): 4}
    assert BankEvent.objects.count() == 9


def test_a_poison_event_stops_nobody_else() -> None:
    real = progress.fold

    def fold(rules_for: Any, states: Any, events: Any) -> Any:
        if any(one.data.get("poison") for one in events):
            raise ValueError("poison")
        return real(rules_for, states, events)

    requests = [[event(who=f"c{number}")] for number in range(7)]
    with mock.patch.object(progress, "fold", fold):
        outcomes = together(*requests, [event(who="bad", data={"poison": True})])
    assert outcomes == [Outcome(accepted=1)] * 8
    assert [balance(f"c{number}") for number in range(7)] == [10] * 7
    assert BankEvent.objects.get(settled_at=None).customer.ref == "bad"


def test_who_waits_too_long_goes_on_alone() -> None:
    """A group that a locked customer holds up does not hold up the others for long."""
    world.take(event(who="held"))
    locked, free = threading.Event(), threading.Event()
    with mock.patch.object(group_commit, "PATIENCE_SECONDS", 0.05):
        holder = threading.Thread(target=_hold, args=("held", locked, free))
        holder.start()
        locked.wait(10)
        with ThreadPoolExecutor(3) as pool:
            held = pool.submit(together, [event(who="held")])
            while not group_commit._settling or group_commit._waiting:
                pass  # its group is not made up yet, and would take the others in
            answered = [pool.submit(together, [event(who=who)]) for who in ("bob", "eve")]
            assert [one.result(timeout=10) for one in answered] == [[Outcome(accepted=1)]] * 2
            assert not held.done()
            free.set()
            assert held.result(timeout=10) == [Outcome(accepted=1)]
        holder.join()


def _hold(ref: str, locked: threading.Event, free: threading.Event) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM growth_customer WHERE ref = %s FOR UPDATE", [ref])
        locked.set()
        free.wait(10)
    connection.close()


def test_a_database_that_is_away_is_told_to_everybody_and_nobody_waits_for_ever() -> None:
    with mock.patch.object(intake, "_take_in", side_effect=OperationalError("gone")):
        outcomes = together(*[[event()] for _ in range(8)])
    assert outcomes == ["OperationalError"] * 8
    assert together([event(who="ada")]) == [Outcome(accepted=1)]


def test_a_connection_that_the_server_ends_is_made_anew(caplog: pytest.LogCaptureFixture) -> None:
    """The group is settled on the new one, together."""
    real, ended = intake._take_in, threading.Event()

    def take_in(events: Any, *, settle: bool) -> Any:
        if not ended.is_set():
            ended.set()
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return real(events, settle=settle)

    for _ in range(ROUNDS):
        ended.clear()
        requests = [[event(who=f"c{number}")] for number in range(THREADS)]
        with mock.patch.object(intake, "_take_in", take_in):
            assert together(*requests) == [Outcome(accepted=1)] * THREADS
    assert not any("failed together" in record.getMessage() for record in caplog.records)


def test_many_rounds_lose_nothing_and_double_nothing() -> None:
    """64 events, each sent by four requests at once: each counts once."""
    events = [event(who=f"c{number % 5}") for number in range(64)]
    for start in range(0, 64, 4):
        part = events[start : start + 4]
        outcomes = together(*[[one] for one in part for _ in range(4)])
        assert sum(o.accepted for o in outcomes) == 4
        assert sum(o.duplicate for o in outcomes) == 12
    assert PointsTransfer.objects.count() == 64
