"""A customer's month in points, as a bank statement says it: opening, every entry, closing.

A past month's statement never changes: transfers are append-only, and a bank day that is over gets
no more of them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from growth import bankday, queries
from growth.errors import NotFound
from growth.liability import months_between
from growth.models import PointsTransfer
from growth.queries import Expiring, Source

# Days on which points expire next that a statement names.
EXPIRIES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """Points in or out; ``balance`` is what was there after it."""

    id: int
    day: date
    kind: str
    kind_label: str
    source: Source
    points: int
    balance: int

    @property
    def what(self) -> str:
        """What the points were for, in the active language."""
        return self.source.name or self.kind_label


@dataclass(frozen=True, slots=True)
class Statement:
    """A month from ``month``, its first day, to ``last``; ``expiring`` is as of its end."""

    month: date
    last: date
    opening: int
    entries: Sequence[Entry]
    closing: int
    expiring: tuple[Expiring, ...]
    whole: bool

    @property
    def gained(self) -> int:
        """Points that came in."""
        return sum(entry.points for entry in self.entries if entry.points > 0)

    @property
    def taken(self) -> int:
        """Points that went out, as a positive number."""
        return -sum(entry.points for entry in self.entries if entry.points < 0)

    @property
    def code(self) -> str:
        """The month as addresses and file names write it."""
        return f"{self.month:%Y-%m}"


_OPENING = """
    SELECT coalesce(sum(CASE WHEN kind IN ('earn', 'grant', 'refund') THEN points
                             ELSE -points END), 0)::bigint, count(*)
    FROM growth_pointstransfer WHERE customer_id = %s AND day < %s
"""
# A lot that a later refund made good again says another day now; that refund says which it was.
# It goes from the customer's transfers to their lots one by one: only lots that still hold points
# have an index by customer.
_EXPIRING = """
    SELECT w.expires_on, sum(l.points - coalesce(u.points, 0))::bigint
    FROM growth_pointstransfer e
    CROSS JOIN LATERAL (
        SELECT * FROM growth_pointslot o
        WHERE o.transfer_id = e.id AND o.customer_id = e.customer_id OFFSET 0) l
    LEFT JOIN LATERAL (
        SELECT sum(a.points) AS points FROM growth_pointsallocation a
        JOIN growth_pointstransfer t ON t.id = a.transfer_id AND t.customer_id = a.customer_id
        WHERE a.lot_id = l.id AND a.customer_id = l.customer_id AND t.day <= %(last)s) u ON true
    CROSS JOIN LATERAL (SELECT coalesce((
        SELECT (r.origin -> 'extended' -> l.id::text ->> 0)::date FROM growth_pointsallocation a
        JOIN growth_pointstransfer r ON r.id = a.transfer_id AND r.customer_id = a.customer_id
        WHERE a.lot_id = l.id AND a.customer_id = l.customer_id AND r.day > %(last)s
          AND r.origin -> 'extended' ? l.id::text
        ORDER BY r.id LIMIT 1), l.expires_on) AS expires_on) w
    WHERE e.customer_id = %(customer)s AND e.day <= %(last)s AND w.expires_on > %(last)s
    GROUP BY 1 HAVING sum(l.points - coalesce(u.points, 0)) > 0 ORDER BY 1 LIMIT %(most)s
"""


def month_of(text: str) -> date:
    """The first day of a month written ``2026-10``.

    Raises:
        NotFound: it is no month.
    """
    try:
        if len(text) == len("2026-10"):
            return date.fromisoformat(f"{text}-01")
    except ValueError:
        pass
    raise NotFound


def statement(*, customer_id: int, month: date) -> Statement:
    """The statement of a month, up to today where the month is not over.

    Raises:
        NotFound: the month has not begun, or is before the customer's first points.
    """
    today = bankday.today()
    following = (month + timedelta(days=31)).replace(day=1)
    last = min(today, following - timedelta(days=1))
    rows = PointsTransfer.objects.filter(customer_id=customer_id, day__gte=month, day__lte=last)
    transfers = list(rows.order_by("day", "id"))
    with connection.cursor() as cursor:
        cursor.execute(_OPENING, [customer_id, month])
        opening, before = cursor.fetchone()
        if month > today or not (transfers or before):
            raise NotFound
        cursor.execute(_EXPIRING, {"customer": customer_id, "last": last, "most": EXPIRIES_SHOWN})
        expiring = tuple(Expiring(points, on) for on, points in cursor.fetchall())
    entries = list(_entries(transfers, opening))
    return Statement(
        month=month,
        last=last,
        opening=opening,
        entries=entries,
        closing=entries[-1].balance if entries else opening,
        expiring=expiring,
        whole=following <= today,
    )


def _entries(transfers: list[PointsTransfer], opening: int) -> Iterator[Entry]:
    sources, balance = queries.sources(transfers), opening
    for row in transfers:
        balance += row.signed_points
        told = row.kind, str(row.kind_label), sources[row.pk]
        yield Entry(row.pk, row.day, *told, row.signed_points, balance)


def months(*, customer_id: int) -> list[date]:
    """First days of the months that have a statement, newest first."""
    rows = PointsTransfer.objects.filter(customer_id=customer_id)
    first = rows.order_by("id").values_list("day", flat=True).first()
    return list(months_between(first, bankday.today()))[::-1] if first else []


def rows(found: Statement, *, bank: str, customer: str) -> Iterable[Sequence[Any]]:
    """The statement as a table for spreadsheets, in the active language."""
    yield [_("Points statement"), bank]
    yield [_("Customer id"), customer]
    yield [_("Period"), found.month, found.last]
    yield []
    yield [_("Day"), _("For"), _("Kind"), _("Points"), _("Balance")]
    yield [found.month, _("Opening balance"), "", "", found.opening]
    for entry in found.entries:
        yield [entry.day, entry.what, entry.kind_label, entry.points, entry.balance]
    yield [found.last, _("Closing balance"), "", "", found.closing]
    for expiring in found.expiring:
        yield [expiring.on - timedelta(days=1), _("Last day of these points"), "", expiring.points]
