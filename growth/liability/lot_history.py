"""What became of the points of each period's lots, period by period: what forecasts learn from.

Lots that were issued in the same period, expire in the same period and are the same cost
centre's are one cohort. A period is a month, or a week while the history is short.
"""

from datetime import date, timedelta
from typing import Any, Literal

from django.db import connection, transaction

Unit = Literal["month", "week"]

# With fewer whole months than this a month says too little, and the period is a week.
MONTHS_WANTED = 9

_COHORTS = """
    SELECT l.cost_centre, date_trunc(%(unit)s, e.day)::date,
           date_trunc(%(unit)s, l.expires_on)::date, sum(l.points)::bigint,
           (sum(l.points * (l.expires_on - date_trunc(%(unit)s, l.expires_on)::date))
            / sum(l.points))::float
    FROM growth_pointslot l
    JOIN growth_pointstransfer e ON e.id = l.transfer_id AND e.day < %(end)s
    GROUP BY 1, 2, 3 HAVING sum(l.points) > 0 ORDER BY 1, 2, 3
"""
_MOVES = """
    SELECT l.cost_centre, date_trunc(%(unit)s, e.day)::date,
           date_trunc(%(unit)s, l.expires_on)::date, date_trunc(%(unit)s, t.day)::date,
           coalesce(sum(a.points) FILTER (WHERE t.kind IN ('redeem', 'refund')), 0)::bigint,
           coalesce(sum(a.points) FILTER (WHERE t.kind = 'expire'), 0)::bigint,
           coalesce(sum(a.points) FILTER (WHERE t.kind IN ('reverse', 'deduct')), 0)::bigint
    FROM growth_pointsallocation a
    JOIN growth_pointstransfer t ON t.id = a.transfer_id AND t.day < %(end)s
    JOIN growth_pointslot l ON l.id = a.lot_id
    JOIN growth_pointstransfer e ON e.id = l.transfer_id AND e.day < %(end)s
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""


def read(*, until: date, unit: Unit | None = None) -> dict[str, Any] | None:
    """The history of all lots up to the last whole period before ``until`` ends, or None.

    Plain data, so that it can be kept: ``unit``; ``first`` and ``end``, the first days of the first
    period and of the one after the last; ``cohorts`` as [cost centre, period issued, period of
    expiry or None, days into that, points]; ``moves`` as [cohort, period, redeemed net of
    refunds, expired, taken back]. Periods are numbered from 0. Reads all lots and allocations.
    """
    unit = unit or _unit(until)
    end = start_of(unit, until + timedelta(days=1))
    values = {"unit": unit, "end": end}
    with transaction.atomic(), connection.cursor() as cursor:
        # All rows are read. Where statistics are missing, loops over them would never end.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(_COHORTS, values)
        cohorts = cursor.fetchall()
        cursor.execute(_MOVES, values)
        moves = cursor.fetchall()
        cursor.execute("SET LOCAL enable_nestloop TO DEFAULT")
    if not cohorts:
        return None
    first = min(issued for _, issued, *_ in cohorts)
    places = {row[:3]: place for place, row in enumerate(cohorts)}
    return {
        "unit": unit,
        "first": str(first),
        "end": str(end),
        "cohorts": [
            [centre, number(unit, first, issued), _number(unit, first, expires), points, days or 0]
            for centre, issued, expires, points, days in cohorts
        ],
        "moves": [
            [places[tuple(cohort)], number(unit, first, period), *points]
            for *cohort, period, redeemed, expired, back in moves
            for points in [(redeemed, expired, back)]
        ],
    }


def _unit(until: date) -> Unit:
    """Months where there are enough of them, else weeks."""
    with connection.cursor() as cursor:
        # The first transfer posted is (nearly) the first by day, too; its key finds it at once.
        cursor.execute("SELECT day FROM growth_pointstransfer ORDER BY id LIMIT 1")
        row = cursor.fetchone()
    whole = number("month", row[0].replace(day=1), until) if row else 0
    return "month" if whole >= MONTHS_WANTED else "week"


def start_of(unit: Unit, day: date) -> date:
    """The first day of the period in which ``day`` lies."""
    return day.replace(day=1) if unit == "month" else day - timedelta(days=day.weekday())


def number(unit: Unit, first: date, day: date) -> int:
    """How many periods the one of ``day`` comes after the one that begins on ``first``."""
    if unit == "week":
        return (start_of(unit, day) - first).days // 7
    return (day.year - first.year) * 12 + day.month - first.month


def _number(unit: Unit, first: date, day: date | None) -> int | None:
    return None if day is None else number(unit, first, day)


def period(unit: Unit, first: date, place: int) -> date:
    """The first day of the period of that number."""
    if unit == "week":
        return first + timedelta(days=7 * place)
    months = first.year * 12 + first.month - 1 + place
    return date(months // 12, months % 12 + 1, 1)
