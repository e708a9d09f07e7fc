"""What day it is at the bank. The database's clock is the only one."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now, TruncDate

REFRESH_SECONDS = 60
# The database's time where this machine's steady counter began, and when it was asked by that.
_read: tuple[float, float] | None = None


def zone() -> ZoneInfo:
    """The bank's time zone (``BANK_TIME_ZONE``)."""
    return ZoneInfo(settings.BANK_TIME_ZONE)


def now() -> datetime:
    """This instant, by the database's clock, in the bank's time zone."""
    return _asked().astimezone(zone())


def _asked() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
        return found


def clock() -> float:
    """Unix time by the database's clock, cheap enough for each request.

    It is asked for once a minute. In between it is this machine's steady counter that goes on,
    never its own idea of the time, which may be wrong by an hour.
    """
    global _read
    if _read is None or monotonic() - _read[1] > REFRESH_SECONDS:
        before = monotonic()
        told = _asked().timestamp()
        after = monotonic()
        _read = told - (before + after) / 2, after
    return _read[0] + monotonic()


def instant() -> datetime:
    """The same as a time."""
    return datetime.fromtimestamp(clock(), UTC)


def today() -> date:
    """The bank day that it is now."""
    return now().date()


def today_in_sql() -> TruncDate:
    """``today`` within a query, which is then the only one."""
    return TruncDate(Now(), tzinfo=zone())


def day_of(instant: datetime) -> date:
    """The bank day in which ``instant`` lies."""
    return instant.astimezone(zone()).date()


def expires_on(policy: Mapping[str, Any] | None, posted_on: date) -> date | None:
    """First day on which points posted on a day can no longer be spent; None = never.

    ``{"after_days": n}`` counts days; ``{"end_of_month_after": n}`` keeps them to the end of the
    month n months later; ``{"on": day}`` is the day itself (posted later: gone on the next day).
    """
    if not policy:
        return None
    if "on" in policy:
        return max(date.fromisoformat(policy["on"]), posted_on + timedelta(days=1))
    if "after_days" in policy:
        return posted_on + timedelta(days=policy["after_days"])
    months = posted_on.year * 12 + posted_on.month - 1 + policy["end_of_month_after"] + 1
    return date(months // 12, months % 12 + 1, 1)
