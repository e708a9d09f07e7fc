"""Back-test: what a draft of the growth program would have done with the events stored.

The same fold and the same limits that settle events judge them here, in a transaction that cannot
write. The outcome is what live settlement would have come to, had the draft been live from the
first day on: events taken in as they happened, rewards claimed at once, nothing used up before.
"""

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import date
from time import monotonic
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

from growth.backtest import reading, worlds
from growth.backtest.judging import Sorter, judge
from growth.backtest.reading import Slice, Tally
from growth.backtest.report import report
from growth.backtest.sums import Sums
from growth.backtest.worlds import Plan

Advance = Callable[[int, int], object]  # called with events done, and events in all


def run(
    document: Any,
    *,
    first: date | None = None,
    last: date | None = None,
    processes: int = 1,
    advance: Advance = lambda done, total: None,
) -> dict[str, Any]:
    """Try the tasks of a program file on the events of these bank days (both included).

    Returns the figures of ``report``. Stores nothing: the database would refuse to.
    More ``processes`` are forked, and share a snapshot of what is committed.

    Raises:
        ProgramFaults: the file cannot be applied, or it has no task.
    """
    began = monotonic()
    with _reading():
        plan = worlds.plan(document, first=first, last=last)
        parts = reading.slices(plan)
        sums, sorter = Sums(parts), Sorter()
        total = sum(part.events for part in parts)
        with _tallies(plan, parts, processes) as tallies:
            for tally in tallies:
                sums.add(tally)
                sorter.add(tally.asking)
                advance(sums.events, total)
        found = report(plan, sums, judge(plan, sorter, sums))
    seconds = monotonic() - began
    rate = round(sums.events / seconds)
    return found | {"seconds": round(seconds, 3), "events_a_second": rate}


@contextmanager
def _reading() -> Iterator[None]:
    """A transaction that sees one moment, cannot write, and is undone."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        with connection.cursor() as cursor:
            if outermost:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            else:
                cursor.execute("SET LOCAL transaction_read_only = on")
        yield
        transaction.set_rollback(True)


@contextmanager
def _tallies(plan: Plan, parts: Sequence[Slice], processes: int) -> Iterator[Iterable[Tally]]:
    """What each slice comes to, in their order; from several processes where that is wanted."""
    if processes < 2 or len(parts) < 2:
        yield (reading.read(plan, part) for part in parts)
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
    pool = ProcessPoolExecutor(
        min(processes, len(parts)),
        multiprocessing.get_context("fork"),
        initializer=_join,
        initargs=(plan, snapshot),
    )
    try:
        yield pool.map(_read, parts)
    finally:
        pool.shutdown(cancel_futures=True)


_plan: Plan


def _join(plan: Plan, snapshot: str) -> None:
    """In a process that was forked: a connection of its own, on the same snapshot."""
    global _plan
    _plan = plan
    own = connection.copy()
    connections[DEFAULT_DB_ALIAS] = own
    own.set_autocommit(False)
    with own.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'")


def _read(part: Slice) -> Tally:
    return reading.read(_plan, part)
