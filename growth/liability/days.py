"""Days of the liability that are over: kept as sums, and compared with the ledger."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db import connection, transaction

from growth import ledger, liability
from growth.bulk import columns, rows_as
from growth.difference import Difference
from growth.liability import Standing, lot_history
from growth.models import LiabilityClose, LiabilityFlow, LiabilityStanding, PointsTransfer

Kind = PointsTransfer.Kind

# A transaction that began before midnight may post to its day a little later; never a day later.
DAYS_UNTIL_CLOSED = 2


@transaction.atomic
def close_days(*, today: date) -> int:
    """Keep the figures of the days that are over and not kept yet; returns how many days.

    Nothing posts to them any more: a bank day is closed when it is two days past. Run again it
    finds nothing to do; two at once wait for each other.
    """
    last = today - timedelta(days=DAYS_UNTIL_CLOSED)
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE growth_liabilityclose IN EXCLUSIVE MODE")
    before = liability.closed_through()
    if before is not None and before >= last:
        return 0
    flows = liability.flows_from_ledger(after=before, until=last)
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
    closed = liability.closed_through()
    if closed is None:
        return
    kept = {(row.day, row.cost_centre, row.kind): row.points for row in LiabilityFlow.objects.all()}
    real = {
        (flow.day, flow.cost_centre, flow.kind): flow.points
        for flow in liability.flows_from_ledger(until=closed)
    }
    for key in sorted(kept.keys() | real.keys()):
        if kept.get(key, 0) != real.get(key, 0):
            day, centre, kind = key
            which = f"liability of {day}, cost centre {centre or '-'}, {kind}"
            yield Difference(
                which, f"{which}: {kept.get(key, 0)} kept, {real.get(key, 0)} by the ledger"
            )
    outstanding = sum(_sign(kind) * points for (_, _, kind), points in kept.items())
    held = sum(row.points for row in LiabilityStanding.objects.filter(day=closed))
    if outstanding != held:
        yield Difference(
            "liability outstanding by what was moved",
            f"liability of {closed}: {outstanding} outstanding by what was moved, {held} by lots",
        )


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
            said = f"liability: {moved} points of kind {kind}, {accounted} by lots"
            yield Difference(f"liability of kind {kind}", said)
    outstanding = ledger.totals()["outstanding"]
    if outstanding != balances:
        said = f"liability: {outstanding} outstanding by transfers, {balances} in wallets"
        yield Difference("liability outstanding by transfers", said)


def _sign(kind: str) -> int:
    return 1 if kind in (Kind.EARN, Kind.GRANT, Kind.REFUND) else -1
