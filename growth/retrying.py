"""What failed for a reason that is not in the events themselves, and what is tried again."""

import time
from collections.abc import Callable
from typing import TypeVar

from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, connection

DEADLOCKED = ("40001", "40P01")
SHUT_DOWN = ("57P01", "57P02", "57P03")
CONNECTION = "08"
TOO_MUCH = "54"  # "program limit exceeded": psycopg calls it operational, the event's data does it
# A database that starts again, or a standby that takes over, may need a moment.
PAUSES_SECONDS = (0.1, 0.5, 2.0)

T = TypeVar("T")


def blameless(error: Exception) -> bool:
    """Whether no event can be to blame: the database is away, or the job's time is over."""
    if isinstance(error, OperationalError):
        return not _code(error).startswith(TOO_MUCH)
    return isinstance(error, InterfaceError | SoftTimeLimitExceeded)


def retried(attempt: Callable[[], T]) -> T:
    """What a deadlock, a serialization failure or a lost connection has undone is tried again.

    A connection may be lost after the commit, so an attempt must be safe to repeat (its rows have
    keys). Not inside of a transaction: only who began it can begin it again.
    """
    pauses = iter(PAUSES_SECONDS)
    while True:
        try:
            return attempt()
        except (OperationalError, InterfaceError) as error:
            if connection.in_atomic_block:
                raise
            lost, pause = _lost(error), next(pauses, None)
            if lost:
                connection.close()  # so that whatever comes next gets one that lives
            if pause is None or not (lost or _code(error) in DEADLOCKED):
                raise
            time.sleep(pause if lost else 0)


def _lost(error: Exception) -> bool:
    code = _code(error)
    if code.startswith(CONNECTION) or code in SHUT_DOWN:
        return True
    return connection.connection is None or bool(connection.connection.closed)


def _code(error: Exception) -> str:
    return getattr(error.__cause__, "sqlstate", None) or ""
