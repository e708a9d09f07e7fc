"""What of an event's data no rule can read: kept beside the inbox for some months, then dropped.

Rules read the fields of ``data`` that hold a number, a yes or no, or a short text. Those stay with
the event for ever, so folding again and back-tests always see the same. Whatever is nested or long
is replaced there by its hash, and kept whole in a table that is partitioned by the month in which
it came: a month is forgotten by dropping its part.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from growth import bankday
from growth.bulk import columns, rows_as
from growth.values import canonical

LONGEST = 512  # characters of a text that a rule may read
MONTHS_AHEAD = 2


def readable(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """``data`` as rules read it; the very same object where nothing is nested or long."""
    if all(map(_is_readable, data.values())):
        return data
    return {key: value if _is_readable(value) else _stand_in(value) for key, value in data.items()}


def _is_readable(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST
    return not isinstance(value, dict | list)


def _stand_in(value: Any) -> str:
    """Equal for equal values, so ``distinct_by`` and ``exists`` mean what they meant."""
    return f"sha256:{hashlib.sha256(canonical(value).encode()).hexdigest()}"


_ROWS = rows_as("n", source="text", event_id="text", data="jsonb")


def store(bodies: Iterable[tuple[str, str, str]]) -> None:
    """Keep whole data: (source, id, its JSON) of events that are stored now."""
    if rows := list(bodies):
        with connection.cursor() as cursor:
            cursor.execute(
                f"""INSERT INTO growth_eventbody (source, event_id, data)
                    SELECT * FROM {_ROWS}""",  # noqa: S608
                columns(rows),
            )


def whole(source: str, event_id: str) -> str | None:
    """An event's whole data as JSON, where some of it is not with the event and is still kept."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT data::text FROM growth_eventbody WHERE source = %s AND event_id = %s",
            [source, event_id],
        )
        row = cursor.fetchone()
    return row[0] if row else None


@transaction.atomic
def keep(today: date | None = None) -> list[str]:
    """Make the parts of the months to come, drop those of months past ``EVENT_BODY_MONTHS``.

    What came while its month had no part is put into one, or dropped like its month. Safe to run
    at any time and twice. Returns the names of the parts that were dropped.
    """
    month = (today or bankday.today()).replace(day=1)
    oldest = _later(month, -settings.EVENT_BODY_MONTHS)
    with connection.cursor() as cursor:
        # A function of the tables' owner: the role that jobs sign in with may own none.
        cursor.execute("SELECT growth_keep_event_bodies(%s, %s, %s)", [month, MONTHS_AHEAD, oldest])
        return list(cursor.fetchone()[0])


def _later(month: date, months: int) -> date:
    number = month.year * 12 + month.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)
