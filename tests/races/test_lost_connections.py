"""The server ends a connection at the worst moments: nothing is lost, nothing counts twice."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.db import OperationalError, connection
from django.test import Client

from growth import access, imports, intake, jobs, progress, retrying, settling
from growth.models import BankEvent, PointsTransfer, RejectedRow, Wallet
from tests.growth import world
from tests.growth.world import event, load, task
from tests.signing import Bank

MOMENTS = ["before it begins", "before it commits", "after it has committed"]
pytestmark = pytest.mark.usefixtures("programme")


@pytest.fixture
def programme(real_commits: None) -> None:
    Wallet.objects.get_or_create(customer=None)
    access.forget()
    load(task(kind="cumulative"))


def hang_up() -> None:
    """The server ends this thread's connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def dropping(moment: str, verb: Callable[..., Any], every: int) -> Callable[..., Any]:
    """``verb``, whose transaction loses its connection at every so manieth call."""
    calls = count()

    def attempt(*args: Any, **options: Any) -> Any:
        lost = next(calls) % every == 0
        if lost and moment == MOMENTS[0]:
            hang_up()
        done = verb(*args, **options)
        if lost and moment != MOMENTS[0]:
            hang_up()
        return done

    return attempt


@contextmanager
def lines_cut(moment: str, every: int) -> Iterator[None]:
    if moment == MOMENTS[1]:
        cut = dropping(moment, progress.settle, every)
        with mock.patch.object(progress, "settle", cut):
            yield
        return
    taken, settled = (
        dropping(moment, verb, every) for verb in (intake._take_in, settling._settle_batch)
    )
    with (
        mock.patch.object(intake, "_take_in", taken),
        mock.patch.object(settling, "_settle_batch", settled),
    ):
        yield


def paid() -> int:
    assert not BankEvent.objects.filter(settled_at=None).exists()
    assert world.differences() == []
    return PointsTransfer.objects.filter(kind="earn").count()


@pytest.mark.parametrize("moment", MOMENTS)
def test_under_a_feed(moment: str, tmp_path: Path) -> None:
    events = [event(who=f"c{n % 40}") for n in range(900)]
    path = world.feed(tmp_path / "feed.jsonl", *events, "{not json")
    with mock.patch.object(imports, "BATCH", 100), lines_cut(moment, every=3):
        told = world.tally("import_events", path)
    # What was committed before the line broke is told as what it is by then: there already.
    assert told["accepted"] + told["duplicate"] == 900
    assert told["duplicate"] == 0 or moment == MOMENTS[2]
    assert (paid(), RejectedRow.objects.count()) == (900, 1)


@pytest.mark.parametrize("moment", MOMENTS)
def test_under_a_request(moment: str) -> None:
    bank, sent = Bank(Client()), [event(who=f"c{n % 3}") for n in range(6)]
    with lines_cut(moment, every=2):
        answers = [bank.send(found).json() for found in sent]
    assert [told["accepted"] + told["duplicate"] for told in answers] == [1] * 6
    assert paid() == 6


@pytest.mark.parametrize("moment", MOMENTS)
def test_under_the_job(moment: str) -> None:
    world.take(*(event(who=f"c{n}") for n in range(30)), settle=False)
    with lines_cut(moment, every=2):
        jobs.settle_bank_events()
    assert paid() == 30


def test_without_another_try_the_request_would_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted bug: a lost connection is raised. What was promised is kept all the same."""
    monkeypatch.setattr(retrying, "PAUSES_SECONDS", ())
    with lines_cut(MOMENTS[1], every=1):
        answer = Bank(Client()).send(event())
    assert (answer.status_code, BankEvent.objects.count()) == (503, 0)


def test_a_database_that_stays_away_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "PAUSES_SECONDS", (0, 0))
    with lines_cut(MOMENTS[0], every=1), pytest.raises(OperationalError):
        world.take(event())
    assert (world.take(event()).accepted, paid()) == (1, 1)
