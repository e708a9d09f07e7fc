"""Points as a liability: what is outstanding, whose cost it is, and how that came about.

All figures come from transfers, lots and allocations, never from a lot's ``remaining``, so any day
of the past can be asked for. Days that are over are kept as sums (``liability_days``), and reports
read the ledger itself only for the days since.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.db import connection

from growth import ledger
from growth.models import LiabilityClose, LiabilityStanding, PointsTransfer

Kind = PointsTransfer.Kind


class Flow(NamedTuple):
    """Points moved on a day (or, where summed, in the month that begins then)."""

    day: date
    cost_centre: str
    kind: str
    points: int


class Standing(NamedTuple):
    """Points outstanding; ``expires`` is the first of the month in which they do, None = never."""

    cost_centre: str
    expires: date | None
    points: int


@dataclass
class Month:
    """A month of one cost centre ("" = the programme itself), or of all of them (None)."""

    start: date
    cost_centre: str | None
    opening: int
    moved: Counter[str] = field(default_factory=Counter)

    @property
    def issued(self) -> int:
        """Points earned and granted."""
        return self.moved[Kind.EARN] + self.moved[Kind.GRANT]

    @property
    def spent(self) -> int:
        """Points redeemed, less what was refunded."""
        return self.moved[Kind.REDEEM] - self.moved[Kind.REFUND]

    @property
    def expired(self) -> int:
        """Points that expired."""
        return self.moved[Kind.EXPIRE]

    @property
    def reversed(self) -> int:
        """Points taken back and deducted."""
        return self.moved[Kind.REVERSE] + self.moved[Kind.DEDUCT]

    @property
    def closing(self) -> int:
        """Points outstanding when the month ends."""
        return self.opening + self.issued - self.spent - self.expired - self.reversed


# Whose cost moved points are: of the lot that they came in with, or were taken from or put back to.
# What no lot accounts for (there should be nothing) counts for the programme itself, so that no sum
# is ever short of the ledger's.
_MOVED = """
    WITH moved AS (
        SELECT t.id, t.customer_id, t.day, t.kind, t.points FROM growth_pointstransfer t
        WHERE t.day > %(after)s AND t.day <= %(until)s),
    shared AS (
        SELECT m.id, m.day, m.kind, l.cost_centre, l.points
        FROM moved m
        JOIN growth_pointslot l ON l.transfer_id = m.id AND l.customer_id = m.customer_id
        UNION ALL
        SELECT m.id, m.day, m.kind, l.cost_centre,
               CASE WHEN m.kind = 'refund' THEN -a.points ELSE a.points END
        FROM moved m
        JOIN growth_pointsallocation a ON a.transfer_id = m.id AND a.customer_id = m.customer_id
        JOIN growth_pointslot l ON l.id = a.lot_id AND l.customer_id = a.customer_id),
    known AS (
        SELECT day, cost_centre, kind, sum(points) AS points FROM shared GROUP BY 1, 2, 3),
    missing AS (
        SELECT m.day, '' AS cost_centre, m.kind, m.points - coalesce(k.points, 0) AS points
        FROM (SELECT day, kind, sum(points) AS points FROM moved GROUP BY 1, 2) m
        LEFT JOIN (SELECT day, kind, sum(points) AS points FROM known GROUP BY 1, 2) k
          USING (day, kind))
    SELECT day, cost_centre, kind, sum(points)::bigint
    FROM (SELECT * FROM known UNION ALL SELECT * FROM missing) found
    GROUP BY 1, 2, 3 HAVING sum(points) <> 0 ORDER BY 1, 2, 3
"""


def flows_from_ledger(*, after: date | None = None, until: date) -> list[Flow]:
    """What was moved after one day and until another (inclusive), read from the ledger itself."""
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, {"after": after or date.min, "until": until})
        return [Flow(*row) for row in cursor.fetchall()]


def closed_through() -> date | None:
    """The newest day whose figures are kept, and with it all days before; None = none yet."""
    return LiabilityClose.objects.order_by("-day").values_list("day", flat=True).first()


def flows_by_month(*, until: date) -> list[Flow]:
    """What was moved, by month: kept sums of closed days, and the ledger for the days since."""
    closed = closed_through()
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT date_trunc('month', day)::date, cost_centre, kind, sum(points)::bigint
               FROM growth_liabilityflow WHERE day <= %s GROUP BY 1, 2, 3""",
            [until],
        )
        kept = [Flow(*row) for row in cursor.fetchall()]
    if closed is None or closed < until:
        fresh = flows_from_ledger(after=closed, until=until)
        kept += [flow._replace(day=flow.day.replace(day=1)) for flow in fresh]
    return kept


def months(*, until: date, cost_centre: str | None = None) -> list[Month]:
    """Months up to a day, oldest first, for every cost centre that had points by then.

    The last month ends with that day. With ``cost_centre`` only that one's.
    """
    by_centre: dict[str, dict[date, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for flow in flows_by_month(until=until):
        if cost_centre is None or flow.cost_centre == cost_centre:
            by_centre[flow.cost_centre][flow.day][flow.kind] += flow.points
    rows = []
    for centre, moved in sorted(by_centre.items()):
        closing = 0
        for start in months_between(min(moved), until):
            row = Month(start, centre, closing, moved.get(start, Counter()))
            rows.append(row)
            closing = row.closing
    return sorted(rows, key=lambda row: (row.start, row.cost_centre or ""))


def totals(rows: Iterable[Month]) -> list[Month]:
    """The same months with all cost centres together."""
    found: dict[date, Month] = {}
    for row in rows:
        total = found.setdefault(row.start, Month(row.start, None, 0))
        total.opening += row.opening
        total.moved.update(row.moved)
    return list(found.values())


def months_between(first: date, last: date) -> Iterator[date]:
    """First days of the months from the one of ``first`` to the one of ``last``."""
    number, end = first.year * 12 + first.month - 1, last.year * 12 + last.month - 1
    for month in range(number, end + 1):
        yield date(month // 12, month % 12 + 1, 1)


_STANDING = """
    WITH used AS (
        SELECT a.lot_id, sum(a.points) AS points FROM growth_pointsallocation a
        JOIN growth_pointstransfer t ON t.id = a.transfer_id WHERE t.day <= %(day)s GROUP BY 1)
    SELECT l.cost_centre, date_trunc('month', l.expires_on)::date,
           sum(l.points - coalesce(u.points, 0))::bigint
    FROM growth_pointslot l
    JOIN growth_pointstransfer e ON e.id = l.transfer_id AND e.day <= %(day)s
    LEFT JOIN used u ON u.lot_id = l.id
    GROUP BY 1, 2 HAVING sum(l.points - coalesce(u.points, 0)) <> 0
    ORDER BY 1, 2 NULLS LAST
"""


# What changed it since a day whose standing is kept.
_CHANGED = """
    WITH moved AS (
        SELECT id, customer_id FROM growth_pointstransfer
        WHERE day > %(after)s AND day <= %(until)s)
    SELECT cost_centre, date_trunc('month', expires_on)::date, sum(points)::bigint FROM (
        SELECT l.cost_centre, l.expires_on, l.points
        FROM moved m
        JOIN growth_pointslot l ON l.transfer_id = m.id AND l.customer_id = m.customer_id
        UNION ALL
        SELECT l.cost_centre, l.expires_on, -a.points
        FROM moved m
        JOIN growth_pointsallocation a ON a.transfer_id = m.id AND a.customer_id = m.customer_id
        JOIN growth_pointslot l ON l.id = a.lot_id AND l.customer_id = a.customer_id) found
    GROUP BY 1, 2
"""
# A refund that may have given a lot another expiry: what was kept knows only the one before.
_REVIVED = """
    SELECT EXISTS (
        SELECT FROM growth_pointstransfer t
        JOIN growth_pointsallocation a ON a.transfer_id = t.id AND a.customer_id = t.customer_id
        JOIN growth_pointslot l ON l.id = a.lot_id AND l.customer_id = a.customer_id
        WHERE t.kind = 'refund' AND t.day > %(after)s AND t.day <= %(until)s
          AND l.expires_on = t.day + %(grace)s)
"""


def standing(day: date) -> list[Standing]:
    """Points outstanding when ``day`` ended, by cost centre and expiry month.

    Kept figures where the day has them; for the days since the newest closed one those, and what
    changed them; else from lots and allocations (which reads all of them). A lot that a refund
    revived counts under the expiry that it has now.
    """
    closed = closed_through()
    start = day if closed is None or day < closed else closed
    kept = LiabilityStanding.objects.filter(day=start)
    found = Counter({(row.cost_centre, row.expires): row.points for row in kept})
    span: dict[str, date | int] = {"after": start, "until": day, "grace": ledger.REFUND_GRACE_DAYS}
    with connection.cursor() as cursor:
        if start < day:
            cursor.execute(_REVIVED, span)
            if cursor.fetchone()[0]:
                found.clear()
        if not found:
            return standing_from_ledger(day)
        if start < day:
            cursor.execute(_CHANGED, span)
            for centre, expires, points in cursor.fetchall():
                found[centre, expires] += points
    rows = [Standing(*key, points) for key, points in found.items() if points]
    return sorted(rows, key=lambda row: (row.cost_centre, row.expires or date.max))


def standing_from_ledger(day: date) -> list[Standing]:
    """The same, always from lots and allocations."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, {"day": day})
        return [Standing(*row) for row in cursor.fetchall()]


def kept_days() -> list[date]:
    """Days whose standing is kept, newest first: ends of months, and the newest closed day."""
    days = LiabilityStanding.objects.order_by("-day").values_list("day", flat=True)
    return list(days.distinct())


def as_figures(*, until: date, outstanding: list[Standing]) -> dict[str, Any]:
    """The report as plain data: months by cost centre, and what is outstanding."""
    return {
        "as_of": str(until),
        "outstanding": sum(row.points for row in outstanding),
        "by_expiry": [
            {
                "cost_centre": row.cost_centre,
                "expires": str(row.expires) if row.expires else None,
                "points": row.points,
            }
            for row in outstanding
        ],
        "months": [
            {
                "month": f"{row.start:%Y-%m}",
                "cost_centre": row.cost_centre,
                "opening": row.opening,
                "issued": row.issued,
                "spent": row.spent,
                "expired": row.expired,
                "reversed": row.reversed,
                "closing": row.closing,
            }
            for row in months(until=until)
        ],
    }
