"""Points as a liability: what is outstanding, whose cost it is, and how that came about.

All figures come from transfers, lots and allocations, never from a lot's ``remaining``, so any day
of the past can be asked for. Days that are over are kept as sums (``close_days``), and reports
read the ledger itself only for the days since; ``differences`` compares both with the ledger.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction

from growth import ledger, lot_history
from growth.bulk import columns, rows_as
from growth.models import LiabilityClose, LiabilityFlow, LiabilityStanding, PointsTransfer

Kind = PointsTransfer.Kind

# A transaction that began before midnight may post to its day a little later; never a day later.
DAYS_UNTIL_CLOSED = 2


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
        SELECT t.id, t.day, t.kind, t.points FROM growth_pointstransfer t
        WHERE t.day > %(after)s AND t.day <= %(until)s),
    shared AS (
        SELECT m.id, m.day, m.kind, l.cost_centre, l.points
        FROM moved m JOIN growth_pointslot l ON l.transfer_id = m.id
        UNION ALL
        SELECT m.id, m.day, m.kind, l.cost_centre,
               CASE WHEN m.kind = 'refund' THEN -a.points ELSE a.points END
        FROM moved m JOIN growth_pointsallocation a ON a.transfer_id = m.id
        JOIN growth_pointslot l ON l.id = a.lot_id),
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


def standing(day: date) -> list[Standing]:
    """Points outstanding when ``day`` ended, by cost centre and expiry month.

    Kept figures where the day has them, else from lots and allocations (which reads all of them).
    A lot that a refund revived counts under the expiry that it has now.
    """
    kept = LiabilityStanding.objects.filter(day=day).order_by("cost_centre", "expires")
    found = [Standing(row.cost_centre, row.expires, row.points) for row in kept]
    return found or standing_from_ledger(day)


def standing_from_ledger(day: date) -> list[Standing]:
    """The same, always from lots and allocations."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, {"day": day})
        return [Standing(*row) for row in cursor.fetchall()]


def kept_days() -> list[date]:
    """Days whose standing is kept, newest first: ends of months, and the newest closed day."""
    days = LiabilityStanding.objects.order_by("-day").values_list("day", flat=True)
    return list(days.distinct())


@transaction.atomic
def close_days(*, today: date) -> int:
    """Keep the figures of the days that are over and not kept yet; returns how many days.

    Nothing posts to them any more: a bank day is closed when it is two days past. Run again it
    finds nothing to do; two at once wait for each other.
    """
    last = today - timedelta(days=DAYS_UNTIL_CLOSED)
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE growth_liabilityclose IN EXCLUSIVE MODE")
    before = closed_through()
    if before is not None and before >= last:
        return 0
    flows = flows_from_ledger(after=before, until=last)
    if before is None and not flows:
        return 0
    first = before + timedelta(days=1) if before else flows[0].day
    LiabilityFlow.objects.bulk_create(
        [LiabilityFlow(**flow._asdict()) for flow in flows], batch_size=5000
    )
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    _keep_standing([day for day in days if is_month_end(day) or day == last], before)
    LiabilityClose.objects.update(history=None)
    history = lot_history.read(until=last)
    LiabilityClose.objects.bulk_create(
        [LiabilityClose(day=day, history=history if day == last else None) for day in days]
    )
    return len(days)


def is_month_end(day: date) -> bool:
    """Whether ``day`` is its month's last one."""
    return (day + timedelta(days=1)).day == 1


def _keep_standing(days: list[date], before: date | None) -> None:
    """Keep what was outstanding on these days; the day kept before stays if it ended a month."""
    if before is not None and not is_month_end(before):
        LiabilityStanding.objects.filter(day=before).delete()
    LiabilityStanding.objects.bulk_create(
        [LiabilityStanding(day=day, **row._asdict()) for day, row in _standings(days)],
        batch_size=5000,
    )


def _standings(days: list[date]) -> Iterator[tuple[date, Standing]]:
    """What was outstanding at the end of each of these days, oldest first, in one pass."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH ends AS (SELECT * FROM {rows_as("d", day="date")}),
                moved AS (
                  SELECT l.cost_centre, date_trunc('month', l.expires_on)::date AS expires,
                         t.day, l.points
                  FROM growth_pointslot l JOIN growth_pointstransfer t ON t.id = l.transfer_id
                  UNION ALL
                  SELECT l.cost_centre, date_trunc('month', l.expires_on)::date, t.day, -a.points
                  FROM growth_pointsallocation a
                  JOIN growth_pointstransfer t ON t.id = a.transfer_id
                  JOIN growth_pointslot l ON l.id = a.lot_id),
                daily AS (
                  SELECT cost_centre, expires, day, sum(points) AS points
                  FROM moved GROUP BY 1, 2, 3)
                SELECT e.day, m.cost_centre, m.expires, sum(m.points)::bigint
                FROM ends e JOIN daily m ON m.day <= e.day
                GROUP BY 1, 2, 3 HAVING sum(m.points) <> 0 ORDER BY 1, 2, 3""",  # noqa: S608
            columns([(day,) for day in days]),
        )
        for day, *row in cursor.fetchall():
            yield day, Standing(*row)


@transaction.atomic
def rebuild(*, today: date) -> int:
    """Forget what is kept and close all days anew, from the ledger; returns how many days."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE growth_liabilityclose IN EXCLUSIVE MODE")
    for model in (LiabilityFlow, LiabilityStanding, LiabilityClose):
        model.objects.all().delete()
    return close_days(today=today)


def differences() -> Iterator[str]:
    """Where what is kept of closed days is not what the ledger says, and where lots do not
    account for all that was moved."""
    yield from _unaccounted()
    closed = closed_through()
    if closed is None:
        return
    kept = {(row.day, row.cost_centre, row.kind): row.points for row in LiabilityFlow.objects.all()}
    real = {
        (flow.day, flow.cost_centre, flow.kind): flow.points
        for flow in flows_from_ledger(until=closed)
    }
    for key in sorted(kept.keys() | real.keys()):
        if kept.get(key, 0) != real.get(key, 0):
            day, centre, kind = key
            yield (
                f"liability of {day}, cost centre {centre or '-'}, {kind}: "
                f"{kept.get(key, 0)} kept, {real.get(key, 0)} by the ledger"
            )
    outstanding = sum(_sign(kind) * points for (_, _, kind), points in kept.items())
    held = sum(row.points for row in LiabilityStanding.objects.filter(day=closed))
    if outstanding != held:
        yield f"liability of {closed}: {outstanding} outstanding by what was moved, {held} by lots"


def _unaccounted() -> Iterator[str]:
    """Sums by kind that lots and allocations do not explain; the whole against the wallets."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT kind, sum(points)::bigint, coalesce(sum(own), 0)::bigint FROM (
                 SELECT t.kind, t.points, l.points AS own FROM growth_pointstransfer t
                 JOIN growth_pointslot l ON l.transfer_id = t.id
                 WHERE t.kind IN ('earn', 'grant')
                 UNION ALL
                 SELECT t.kind, t.points, 0 FROM growth_pointstransfer t
                 WHERE t.kind IN ('earn', 'grant')
                   AND NOT EXISTS (SELECT FROM growth_pointslot l WHERE l.transfer_id = t.id)
                 UNION ALL
                 SELECT kind, points, 0 FROM growth_pointstransfer
                 WHERE kind NOT IN ('earn', 'grant')
                 UNION ALL
                 SELECT t.kind, 0, abs(a.points) FROM growth_pointsallocation a
                 JOIN growth_pointstransfer t ON t.id = a.transfer_id) found
               GROUP BY 1 ORDER BY 1"""
        )
        rows = cursor.fetchall()
        cursor.execute("SELECT coalesce(sum(balance), 0)::bigint FROM growth_wallet")
        balances = cursor.fetchone()[0]
    for kind, moved, accounted in rows:
        if moved != accounted:
            yield f"liability: {moved} points of kind {kind}, {accounted} by lots"
    outstanding = ledger.totals()["outstanding"]
    if outstanding != balances:
        yield f"liability: {outstanding} outstanding by transfers, {balances} in wallets"


def _sign(kind: str) -> int:
    return 1 if kind in (Kind.EARN, Kind.GRANT, Kind.REFUND) else -1


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
