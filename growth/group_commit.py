"""Group commit: bank events of requests that come at the same time share one transaction.

A statement costs hardly more for ten events than for one, and neither does making them durable.
So each process has one thread that settles, and it settles all that came meanwhile. (Databases do
so with commits: PostgreSQL's ``commit_delay``.)
"""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from django.db import close_old_connections, connection

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
        self.done = threading.Event()  # it is settled, or failed with others


# One thread and so one connection, which stays warm. By turns the requests lead an eighth slower.
_settler = ThreadPoolExecutor(1, "settler")
_lock = threading.Lock()  # of what stands below; held for moments only
_gathered = threading.Condition(_lock)  # as many wait as had company a moment ago
_waiting: list[_Request] = []
_settling = False
_company = 1  # requests that were in the last group or waited for its end


def take_in(events: Sequence[Incoming]) -> Outcome:
    """Take in and settle a request's checked events, as ``intake.take_in`` does.

    Should a group fail, each of its requests goes on alone: a poison event stops only its own.
    Inside a transaction they are settled in it.
    """
    if connection.in_atomic_block:
        return intake.take_in(events, settle=True)
    mine = _Request(events)
    _call(mine)
    if not mine.done.wait(PATIENCE_SECONDS):
        with _lock:
            grouped = mine not in _waiting
            if not grouped:
                _waiting.remove(mine)
        if grouped:
            mine.done.wait()
    return mine.outcome or intake.take_in(events, settle=True)


def _call(mine: _Request) -> None:
    """Have the settler see to the request."""
    global _settling
    with _lock:
        _waiting.append(mine)
        if not _settling:
            _settler.submit(_settle_waiting)
            _settling = True
        elif len(_waiting) >= _company:
            _gathered.notify()


def _settle_waiting() -> None:
    """Settle group after group until nobody waits."""
    # Whether the connection lives is asked when there is something to do again and after a group
    # that failed: asking before each group would take a tenth of its time.
    close_old_connections()
    while group := _next_group():
        if not _settle(group):
            close_old_connections()


def _next_group() -> list[_Request]:
    global _settling
    with _lock:
        _gathered.wait_for(lambda: len(_waiting) >= _company, GATHER_SECONDS)
        number, events = 0, 0
        for request in _waiting:
            events += len(request.events)
            if number and events > MOST_EVENTS:
                break
            number += 1
        group = _waiting[:number]
        del _waiting[:number]
        _settling = bool(group)
        return group


def _settle(group: Sequence[_Request]) -> bool:
    """Settle them together and tell them; False: it failed, and each goes on alone."""
    global _company
    try:
        together = intake.take_in_together([request.events for request in group])
        for request, outcome in zip(group, together or (), strict=bool(together)):
            request.outcome = outcome
        return together is not None
    finally:
        with _lock:
            _company = len(group) + len(_waiting)
        for request in group:
            request.done.set()
