"""A feed is settled in lanes, side by side: the outcome is that of one line after the other."""

import io
import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest
from django.db import connection, transaction

from growth import imports, lanes
from growth.models import BankEvent, PointsTransfer, Wallet
from tests.growth import world
from tests.growth.world import event, load, task

pytestmark = pytest.mark.usefixtures("programme")
CUSTOMERS, EVENTS = 40, 4500
TASKS = (task(kind="cumulative"), task("run", "streak", target=3), task("first", "once"))


@pytest.fixture
def programme(real_commits: None) -> None:
    Wallet.objects.get_or_create(customer=None)
    load(*TASKS)


def take_in(*events: dict[str, Any]) -> dict[str, float]:
    lines = b"".join(json.dumps(one).encode() + b"\n" for one in events)
    told = imports.import_events(io.BytesIO(lines), "feed", lambda rows: None).as_dict()
    return {name: number for name, number in told.items() if name != "seconds"}


def someone(lane: int) -> str:
    """A customer whose events go to this lane."""
    return next(who for n in range(99) if hash(who := f"c{n}") % imports.LANES == lane)


@contextmanager
def threads_seen() -> Iterator[set[str]]:
    seen, real = set(), imports._take_in

    def watched(read: imports.Read, *, feed: str) -> imports.Taken:
        seen.add(threading.current_thread().name)
        return real(read, feed=feed)

    with mock.patch.object(imports, "_take_in", watched):
        yield seen


def test_each_event_counts_once_whichever_lane_it_went_to() -> None:
    dice = random.Random(7)
    events = [
        event(who=f"c{n % CUSTOMERS}", when=f"2025-{1 + n % 12:02}-{1 + n % 28:02}")
        for n in range(EVENTS)
    ]
    dice.shuffle(events)
    again = dice.sample(events, 200)

    with threads_seen() as seen:
        told = take_in(*events[:3000], *again, *events[3000:])

    assert told == {"accepted": EVENTS, "duplicate": 200, "rejected": 0}
    assert len(seen) == imports.LANES
    assert PointsTransfer.objects.filter(origin__task="t").count() == EVENTS
    assert PointsTransfer.objects.filter(origin__task="first").count() == CUSTOMERS
    assert world.differences() == []
    assert BankEvent.objects.filter(settled_at=None).count() == 0


@contextmanager
def the_later_lane_first() -> Iterator[lanes.Lanes]:
    yield lambda verb, things: [verb(thing) for thing in reversed(things)]


def test_an_id_is_its_first_sender_s_however_fast_the_other_lane_is() -> None:
    first, other = event(who=someone(0), event_id="x"), event(who=someone(1), event_id="x")
    with mock.patch.object(lanes, "opened", lambda number: the_later_lane_first()):
        assert take_in(first, other) == {"accepted": 1, "duplicate": 0, "rejected": 1}
    assert BankEvent.objects.get().customer.ref == someone(0)


def test_planted_lanes_that_know_customers_only() -> None:
    def by_subject(read: imports.Read) -> list[imports.Read]:
        parts = [imports.Read([], []) for _ in range(imports.LANES)]
        for line, one in read.events:
            parts[hash(one.subject) % imports.LANES].events.append((line, one))
        return parts

    first, other = event(who=someone(0), event_id="x"), event(who=someone(1), event_id="x")
    with (
        mock.patch.object(lanes, "opened", lambda number: the_later_lane_first()),
        mock.patch.object(imports, "_by_customer", by_subject),
    ):
        take_in(first, other)
    assert BankEvent.objects.get().customer.ref == someone(1)


def test_no_connection_is_left_open() -> None:
    def connections() -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND backend_type = 'client backend'"
            )
            return int(cursor.fetchone()[0])

    before = connections()
    take_in(*[event(who=f"c{n}") for n in range(20)])
    late = time.monotonic() + 5  # a server process is gone a moment after its client
    while connections() > before and time.monotonic() < late:
        time.sleep(0.01)
    assert connections() == before


def test_within_a_transaction_all_is_part_of_it() -> None:
    with transaction.atomic(), threads_seen() as seen:
        take_in(*[event(who=f"c{n}") for n in range(20)])
        transaction.set_rollback(True)
    assert seen == {threading.current_thread().name}
    assert not BankEvent.objects.exists()
