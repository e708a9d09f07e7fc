"""Take in whole files: customers and events. Commands and the admin call these."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import BinaryIO, NamedTuple

from growth import bankday, feeds, intake, settling
from growth.cloudevents import Incoming, Rejected, read_line
from growth.customers import Description, describe, describe_all
from growth.feeds import Tally

BATCH = 1000


# Told how many rows each batch had.
Progress = Callable[[int], object]


class Read(NamedTuple):
    """A batch of lines as far as it can be judged without the database."""

    events: list[tuple[feeds.Line, Incoming]]
    rejected: list[tuple[int, str, str, str]]  # line, text, code, detail


def import_events(file: BinaryIO, feed: str, on_batch: Progress) -> Tally:
    """Take in a feed of CloudEvents, one a line, and settle all that was accepted."""
    tally = Tally()
    source = feeds.lines(file)
    batches = iter(lambda: list(islice(source, BATCH)), [])
    for read in feeds.ahead(map(_read, batches)):
        _take_in(read, feed, tally)
        on_batch(len(read.events) + len(read.rejected))
    settle_all()
    return tally


def settle_all() -> None:
    """Settle whatever was stored without being settled; dead letters stay behind."""
    while settling.settle_stored(due_only=False):
        pass


def take_in_lines(batch: list[feeds.Line], feed: str, tally: Tally) -> set[int]:
    """Take in one batch of lines; returns the numbers of those that were rejected."""
    return _take_in(_read(batch), feed, tally)


def _read(batch: list[feeds.Line]) -> Read:
    now = bankday.now()
    read = Read([], [])
    for line in batch:
        if line.fault:
            read.rejected.append((line.number, line.text, *line.fault))
            continue
        try:
            read.events.append((line, read_line(line.text, now=now)))
        except Rejected as refusal:
            read.rejected.append((line.number, line.text, refusal.code, refusal.detail))
    return read


def _take_in(read: Read, feed: str, tally: Tally) -> set[int]:
    outcome = intake.take_in([event for _, event in read.events], settle=True)
    rejected = list(read.rejected)
    for index, code, detail in outcome.rejected:
        line = read.events[index][0]
        rejected.append((line.number, line.text, code, detail))
    if rejected:
        feeds.keep_rejected(feed, "event", rejected)
    tally.accepted += outcome.accepted
    tally.duplicate += outcome.duplicate
    tally.rejected += len(rejected)
    return {number for number, *_ in rejected}


def import_customers(file: BinaryIO, path: str, on_batch: Progress) -> Tally:
    """Add or update the customers of a CSV file."""
    tally = Tally()
    rows = feeds.csv_rows(file, path, required="customer_id")
    while batch := list(islice(rows, BATCH)):
        take_in_rows(batch, path, tally)
        on_batch(len(batch))
    return tally


def take_in_rows(batch: list[feeds.CsvRow], feed: str, tally: Tally) -> set[int]:
    """Take in one batch of customer rows; returns the lines of those that were rejected."""
    rejected: list[tuple[int, str, str, str]] = []
    described: list[Description] = []
    for row in batch:
        found = row.fault or describe(row.cells)
        if isinstance(found, Description):
            described.append(found)
        else:
            # Kept with its columns' names, so that it can be replayed without its file.
            text = json.dumps(row.cells, ensure_ascii=False) if row.cells else row.text
            rejected.append((row.line, text, *found))
    for part in _without_repeats(described):
        changed = describe_all(part)
        tally.accepted += changed
        tally.duplicate += len(part) - changed
    if rejected:
        feeds.keep_rejected(feed, "customer", rejected)
    tally.rejected += len(rejected)
    return {line for line, *_ in rejected}


def _without_repeats(described: Iterable[Description]) -> Iterator[list[Description]]:
    """Cut a batch so that no customer stands twice in a part; what comes later wins."""
    part: dict[str, Description] = {}
    for description in described:
        if description.ref in part:
            yield list(part.values())
            part = {}
        part[description.ref] = description
    if part:
        yield list(part.values())


def utc(text: str) -> datetime:
    """A date or a time with a zone, as an option gives it."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=bankday.zone() or UTC)
