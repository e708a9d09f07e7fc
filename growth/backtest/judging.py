"""Limits and budgets in a back-test: judged as live, in the order of events over all customers."""

import heapq
import marshal
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import IO

from growth.backtest.reading import DRAFT, LIVE, Asking, moment_of
from growth.backtest.sums import Ends, Sums
from growth.backtest.worlds import Plan
from growth.budgets import Left
from growth.limits import BUDGET, Claim, Room, Status
from growth.models import Budget

IN_MEMORY = 100_000
CHUNK = 2000


class Sorter:
    """Completions in the order of their events; all but the newest wait in sorted files."""

    def __init__(self) -> None:
        self._waiting: list[Asking] = []
        self._runs: list[IO[bytes]] = []

    def add(self, asking: list[Asking]) -> None:
        """Take these in, in any order."""
        self._waiting += asking
        if len(self._waiting) >= IN_MEMORY:
            self._spill()

    def __iter__(self) -> Iterator[Asking]:
        """All of them in order, once."""
        return heapq.merge(sorted(self._waiting), *map(_read, self._runs))

    def _spill(self) -> None:
        run = tempfile.TemporaryFile()  # noqa: SIM115 - closed once it is read
        self._waiting.sort()
        for start in range(0, len(self._waiting), CHUNK):
            marshal.dump(self._waiting[start : start + CHUNK], run)
        run.seek(0)
        self._runs.append(run)
        self._waiting = []


def _read(run: IO[bytes]) -> Iterator[Asking]:
    with run:
        while True:
            try:
                chunk = marshal.load(run)  # noqa: S302 - written a moment ago by ourselves
            except EOFError:
                return
            yield from chunk


def judge(plan: Plan, asking: Iterable[Asking], sums: Sums) -> Ends:
    """Let pass what limits and budgets let pass, on the day of the event; count all of it."""
    worlds = {DRAFT: plan.draft, LIVE: plan.live}
    rooms = {number: _room(plan.budgets) for number in worlds}
    ends = Ends()
    for asked in asking:
        _time, _source, _id, customer_id, task_id, _key, world, day, points, _, version = asked
        room, tried = rooms[world], worlds[world].tried.get(task_id)
        rule = tried or worlds[world].rivals[task_id, version]
        if room.today.toordinal() != day:
            room.today = date.fromordinal(day)
        verdict = room.admit(Claim(customer_id, rule, points, moment_of(asked)))
        refused = verdict.status == Status.REFUSED
        if tried and refused:
            sums.refuse(asked, verdict.reason)
        elif tried:
            sums.give(asked)
        if refused and world == DRAFT and (tried or verdict.reason == BUDGET):
            _note(ends, room, rule.draws, (task_id, verdict.reason), day)
    return ends


def _room(budgets: Mapping[str, Budget]) -> Room:
    """Nothing is used: limits and budgets begin with the days under test."""
    room = Room(date.min)
    room.budgets = {
        budget.pk: Left(budget.points, budget.starts, budget.ends, 0) for budget in budgets.values()
    }
    return room


def _note(ends: Ends, room: Room, draws: Iterable[int], met: tuple[int, str], day: int) -> None:
    """Keep the first day on which a limit or a budget refused."""
    if met[1] != BUDGET:
        ends.limits.setdefault(met, day)
        return
    for budget_id in draws:
        if room.budgets[budget_id].refused:
            ends.budgets.setdefault(budget_id, day)
