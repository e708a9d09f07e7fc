"""Group commit: bank events of requests that come at the same time share one transaction.

A statement costs hardly more for ten events than for one, and neither does making them durable.
So one request of this process settles at a time, and it settles all that came meanwhile. Nobody
waits where nobody else is there. (Databases do so with commits: PostgreSQL's ``commit_delay``.)
"""

import threading
from collections.abc import Sequence

from growth import intake
from growth.cloudevents import Incoming
from growth.intake import Outcome

MOST_EVENTS = 100  # in one transaction
# Who waits longer (for a customer that another process holds, say) goes on alone.
PATIENCE_SECONDS = 0.25
# Who had company a moment ago gives it time to come back, at most so long. Measured with eight
# clients: groups of four instead of two, and twice the events a second.
GATHER_SECONDS = 0.004


class _Request:
    """What one request brought, and in the end what became of it."""

    def __init__(self, events: Sequence[Incoming]) -> None:
        self.events = events
        self.outcome: Outcome | None = None
        self.called = threading.Event()  # it is settled, failed with others, or is to lead


_lock = threading.Lock()  # of what stands below; held for moments only
_gathered = threading.Condition(_lock)  # as many wait as had company a moment ago
_waiting: list[_Request] = []
_led = False
_company = 1  # requests that were in the last group or waited for its end


def take_in(events: Sequence[Incoming]) -> Outcome:
    """Take in and settle a request's checked events, as ``intake.take_in`` does.

    Should a group fail, each of its requests goes on alone: a poison event stops only its own.
    """
    global _led
    mine = _Request(events)
    with _lock:
        _waiting.append(mine)
        if len(_waiting) >= _company:
            _gathered.notify()
        lead, _led = not _led, True
    if lead or _is_to_lead(mine):
        _settle_waiting()
    return mine.outcome or intake.take_in(events, settle=True)


def _is_to_lead(mine: _Request) -> bool:
    """Wait for the request's turn, or for another to have settled it."""
    if not mine.called.wait(PATIENCE_SECONDS):
        with _lock:
            if mine in _waiting and not mine.called.is_set():
                _waiting.remove(mine)
                return False
        mine.called.wait()
    return mine in _waiting


def _settle_waiting() -> None:
    """Settle a group of those who wait, then call them and the next to lead."""
    global _led, _company
    with _lock:
        _gathered.wait_for(lambda: len(_waiting) >= _company, GATHER_SECONDS)
    group = _next_group()
    try:
        if len(group) == 1:
            group[0].outcome = intake.take_in(group[0].events, settle=True)
        else:
            together = intake.take_in_together([request.events for request in group])
            for request, outcome in zip(group, together or (), strict=bool(together)):
                request.outcome = outcome
    finally:
        with _lock:
            _led, _company = bool(_waiting), len(group) + len(_waiting)
            for request in [*group, *_waiting[:1]]:
                request.called.set()


def _next_group() -> list[_Request]:
    with _lock:
        number, events = 0, 0
        for request in _waiting:
            events += len(request.events)
            if number and events > MOST_EVENTS:
                break
            number += 1
        group = _waiting[:number]
        del _waiting[:number]
        return group
