"""The database's clock decides, also on a node whose own is an hour wrong."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
import time_machine

from growth import bankday
from growth.models import TaskCompletion
from tests.growth import world
from tests.growth.api.test_events import rejection
from tests.signing import Bank, event, signed

DAY, HOUR = 86_400, 3600
OFF = [-DAY, -301, -300, 0, 300, 301, DAY]
SKEWS = [-HOUR, 0, HOUR]
# The last moment of 29 February at the bank; so whatever is a second off is another day and month.
NOW = datetime(2028, 2, 29, 15, 59, 59, 999_999, tzinfo=UTC)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Iterator[datetime]:
    """The database's clock stands still, so that a second makes a difference."""
    monkeypatch.setattr(bankday, "monotonic", lambda: 5.0)
    monkeypatch.setattr(bankday, "_read", None)
    monkeypatch.setattr(bankday, "_asked", lambda: NOW)
    yield NOW


@pytest.fixture(params=SKEWS, ids="node {:+}".format)
def skew(request: pytest.FixtureRequest) -> Iterator[int]:
    """How wrong the node's own clock is."""
    with time_machine.travel(NOW + timedelta(seconds=request.param)):
        yield request.param


def send(bank: Bank, body: dict[str, Any], stamp: float) -> Any:
    """Post an event whose request carries this webhook-timestamp."""
    raw = json.dumps(body).encode()
    return bank.send(body, **signed(bank.client_id, bank.secret, raw, timestamp=str(int(stamp))))


def stamped(bank: Bank, off: int) -> int:
    """What a request is answered whose webhook-timestamp is so many seconds off."""
    status: int = send(bank, event(), NOW.timestamp() + off).status_code
    return status


def told_of_event(bank: Bank, off: int) -> str:
    """What an event is rejected for that happened so many seconds ago or ahead."""
    happened = NOW + timedelta(seconds=off)
    answer = send(bank, event(time=happened.isoformat()), NOW.timestamp())
    return rejection(answer) if answer.json()["rejected"] else ""


@pytest.mark.parametrize("off", OFF)
def test_a_request_is_good_for_300_seconds_by_the_databases_clock(bank, now, skew, off):
    assert stamped(bank, off) == (202 if abs(off) <= 300 else 401)


@pytest.mark.parametrize("off", OFF)
def test_an_event_may_be_late_and_five_minutes_early_by_the_databases_clock(bank, now, skew, off):
    assert told_of_event(bank, off) == ("future" if off > 300 else "")


EDGES = ["2024-02-29", "2023-02-28", "2023-12-31", "2024-06-14"]


@pytest.mark.parametrize(("last", "skewed"), list(product(EDGES, [-HOUR, HOUR])))
def test_the_day_ends_at_the_banks_midnight_on_every_node(bank, last, skewed):
    world.load(world.task("each-day", "daily", event="a.done"))
    first = datetime.fromisoformat(last).date() + timedelta(days=1)
    with time_machine.travel(time.time() + skewed):
        for n, when in enumerate((f"{last}T23:59:59.999999", f"{first}T00:00:00")):
            sent = event(type="a.done", time=world.at(when), id=f"edge-{n}", subject="eve")
            assert send(bank, sent, bankday.clock()).json()["accepted"] == 1
    assert world.completion_days("each-day", "eve") == [last, str(first)]
    assert TaskCompletion.objects.filter(posted_on=bankday.today()).count() == 2


def test_the_nodes_own_clock_would_turn_the_bank_away(bank, now, monkeypatch):
    """The planted bug: an hour fast, it refuses what is fresh and takes what is yet to be."""
    monkeypatch.setattr(bankday, "clock", time.time)
    with time_machine.travel(NOW + timedelta(hours=1)):
        assert stamped(bank, 0) == 401
        assert stamped(bank, HOUR) == 202


def test_the_database_is_asked_once_a_minute(db, monkeypatch, django_assert_num_queries):
    counter = [1000.0]
    monkeypatch.setattr(bankday, "_read", None)
    monkeypatch.setattr(bankday, "monotonic", lambda: counter[0])
    with time_machine.travel(0), django_assert_num_queries(1):
        first = bankday.clock()
        counter[0] += 59
        assert bankday.clock() == pytest.approx(first + 59)
    counter[0] += 2
    with django_assert_num_queries(1):
        assert bankday.clock() == pytest.approx(time.time(), abs=5)
