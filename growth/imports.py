"""Take in whole files: customers and events. Commands and the admin call these."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import BinaryIO, NamedTuple

from growth import bankday, feeds, intake, lanes, settling
from growth.cloudevents import Incoming, Rejected, read_line
from growth.customers import Description, describe, describe_all
from growth.feeds import Tally
from growth.retrying import retried

BATCH = 1000
# Batches of a feed that are settled at once, each on a connection of its own.
LANES = 2

# Told how many rows each batch had.
Progress = Callable[[int], object]


class Read(NamedTuple):
    """A batch of lines as far as it can be judged without the database."""

    events: list[tuple[feeds.Line, Incoming]]
    rejected: list[tuple[int, str, str, str]]  # line, text, code, detail


class Taken(NamedTuple):
    """What became of a batch; ``rejected`` are numbers of lines."""

    accepted: int
    duplicate: int
    rejected: set[int]


def import_events(file: BinaryIO, feed: str, on_batch: Progress) -> Tally:
    """Take in a feed of CloudEvents, one a line; what was accepted is settled, or failed, then.

    A customer's events stay in their order: the lanes share the customers.
    """
    tally = Tally()
    source = feeds.lines(file)
    batches = iter(lambda: list(islice(source, BATCH * LANES)), [])
    # Once: whoever reads ahead has no connection to ask for the time.
    read_batch = partial(_read, now=bankday.now())
    with lanes.opened(LANES) as side_by_side:
        for read in feeds.ahead(map(read_batch, batches)):
            for taken in side_by_side(partial(_take_in, feed=feed), _by_customer(read)):
                tally.add(*taken)
            on_batch(len(read.events) + len(read.rejected))
    settling.settle_all()
    return tally


def take_in_lines(batch: list[feeds.Line], feed: str, tally: Tally) -> set[int]:
    """Take in one batch of lines; returns the numbers of those that were rejected."""
    taken = _take_in(_read(batch, now=bankday.now()), feed=feed)
    tally.add(*taken)
    return taken.rejected


def _read(batch: list[feeds.Line], *, now: datetime) -> Read:
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


def _by_customer(read: Read) -> list[Read]:
    """A part for each lane. Who has an event's id first has it: both go to one lane, in order."""
    parts = [Read([], read.rejected), *(Read([], []) for _ in range(LANES - 1))]
    lane_of: dict[tuple[str, str], int] = {}
    for line, event in read.events:
        identity = event.source, event.event_id
        lane = lane_of.setdefault(identity, hash(event.subject) % LANES)
        parts[lane].events.append((line, event))
    return [part for part in parts if part.events or part.rejected]


def _take_in(read: Read, *, feed: str) -> Taken:
    outcome = intake.take_in([event for _, event in read.events], settle=True)
    rejected = list(read.rejected)
    for index, code, detail in outcome.rejected:
        line = read.events[index][0]
        rejected.append((line.number, line.text, code, detail))
    if rejected:
        retried(lambda: feeds.keep_rejected(feed, "event", rejected))
    return Taken(outcome.accepted, outcome.duplicate, {number for number, *_ in rejected})


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
