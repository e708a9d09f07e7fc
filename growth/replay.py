"""Rejected rows once more: some could not be taken in then and can be now."""

import json
from datetime import datetime

from growth import imports, registry, settling
from growth.feeds import KEPT, CsvRow, Line, Tally
from growth.models import RejectedRow

# What was kept of such rows is not what came.
UNREADABLE = ("columns", "encoding", "too_long")


def replay_rejected(*, since: datetime | None, at: datetime) -> Tally:
    """Take in again what was rejected and not yet replayed; settle dead letters (since then).

    A row that is still refused stays as it is, with its first reason.
    """
    tally = Tally()
    waiting = RejectedRow.objects.filter(replayed_at__isnull=True).order_by("pk")
    if since:
        waiting = waiting.filter(rejected_at__gte=since)
    for row in waiting.iterator(chunk_size=500):
        if row.code in UNREADABLE or len(row.row) >= KEPT or "\ufffd" in row.row:
            tally.rejected += 1
        elif row.kind == "event":
            _replay_event(row, tally, at)
        elif row.kind == "customer":
            _replay_customer(row, tally, at)
        elif row.kind in registry.replayers:
            _replay_by_room(row, tally, at)
        else:
            tally.rejected += 1
    settling.revive_dead_letters(since=since)
    settling.settle_all()
    return tally


def _replay_event(row: RejectedRow, tally: Tally, at: datetime) -> None:
    if not imports.take_in_lines([Line(row.line, row.row)], row.feed, tally):
        RejectedRow.objects.filter(pk=row.pk).update(replayed_at=at)


def _replay_customer(row: RejectedRow, tally: Tally, at: datetime) -> None:
    cells = json.loads(row.row)
    if not imports.take_in_rows([CsvRow(row.line, row.row, cells)], row.feed, tally):
        RejectedRow.objects.filter(pk=row.pk).update(replayed_at=at)


def _replay_by_room(row: RejectedRow, tally: Tally, at: datetime) -> None:
    if registry.replayers[row.kind](row.row, row.feed):
        tally.rejected += 1
        return
    tally.accepted += 1
    RejectedRow.objects.filter(pk=row.pk).update(replayed_at=at)
