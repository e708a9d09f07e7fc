"""Back-tests that operators ask for: rows that wait, and a job that works them off."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from time import monotonic
from typing import Any

from django.db import connection, transaction
from django.db.models import Min
from django.db.models.functions import Now

from growth import backtest, bankday, program
from growth.errors import ProgramFaults
from growth.models import BacktestRun, BankEvent
from growth.program_check import check_program

logger = logging.getLogger(__name__)

State = BacktestRun.State
# A run that is under way for so long has lost its worker.
LOST_AFTER = timedelta(hours=2)
TOLD_EVERY = 1.0  # seconds


def ask(*, document: Any, first_day: date, last_day: date, operator: Any = None) -> BacktestRun:
    """Ask for a back-test of a program file's tasks; a job works it off. Asking again runs again.

    Raises:
        ProgramFaults: the file cannot be applied.
    """
    if faults := check_program(document, program.known()):
        raise ProgramFaults(faults)
    return BacktestRun.objects.create(
        document=program.plain(document),
        first_day=first_day,
        last_day=last_day,
        operator=operator,
    )


def work() -> int:
    """Run what waits, one after another, until nothing does; returns how many. Many may work."""
    lost = BacktestRun.objects.filter(state=State.RUNNING, started_at__lt=Now() - LOST_AFTER)
    lost.update(state=State.FAILED, error="lost", finished_at=Now())
    done = 0
    while run := _take():
        _run(run)
        done += 1
    return done


def first_day_of_events() -> date:
    """The first bank day with an event; today where there is none."""
    first = BankEvent.objects.aggregate(first=Min("time"))["first"]
    return bankday.day_of(first) if first else bankday.today()


@transaction.atomic
def _take() -> BacktestRun | None:
    waiting = BacktestRun.objects.filter(state=State.WAITING).order_by("pk")
    run = waiting.select_for_update(skip_locked=True).first()
    if run is not None:
        run.state, run.started_at = State.RUNNING, Now()
        run.save(update_fields=["state", "started_at"])
    return run


def _run(run: BacktestRun) -> None:
    found: dict[str, Any] = {}
    error = ""
    try:
        with _telling(run) as advance:
            found = backtest.run(
                run.document, first=run.first_day, last=run.last_day, advance=advance
            )
    except ProgramFaults as refusal:
        error = str(refusal)
    except Exception:
        logger.exception("back-test %d failed", run.pk)
        error = "failed"
    BacktestRun.objects.filter(pk=run.pk).update(
        state=State.FAILED if error else State.DONE,
        error=error,
        result=found,
        done=found.get("events", 0),
        finished_at=Now(),
    )


@contextmanager
def _telling(run: BacktestRun) -> Iterator[Callable[[int, int], None]]:
    """Tells the row how far the run is, every second, past the run's own transaction."""
    other = connection.copy()
    told = 0.0

    def advance(done: int, total: int) -> None:
        nonlocal told
        if monotonic() - told < TOLD_EVERY:
            return
        told = monotonic()
        with other.cursor() as cursor:
            cursor.execute(
                "UPDATE growth_backtestrun SET done = %s, total = %s WHERE id = %s",
                [done, total, run.pk],
            )

    try:
        yield advance
    finally:
        other.close()
