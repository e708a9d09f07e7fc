"""Points ledger. No other module may write wallets, transfers, lots, allocations or write-offs.

Every writer first locks the customers concerned (in primary-key order), so their wallets and
lots need no locks of their own and crossing transfers cannot deadlock.
"""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import F, Q, Sum

from growth import bankday, prepared
from growth.bulk import columns, rows_as
from growth.errors import IdempotencyConflict, InsufficientPoints
from growth.models import (
    Customer,
    PointsAllocation,
    PointsLot,
    PointsTransfer,
    PointsWriteOff,
    Wallet,
)

# Points refunded into a lot that has expired meanwhile stay good for this long.
REFUND_GRACE_DAYS = 30

Kind = PointsTransfer.Kind


class Earning(NamedTuple):
    """Points to post to a customer, once per key."""

    customer_id: int
    points: int
    key: str
    reason: str
    origin: dict[str, Any]
    expires_on: date | None


def lock_customers(customer_ids: Iterable[int]) -> None:
    """Lock customers in primary-key order; every verb that changes what they hold does it first."""
    rows = Customer.objects.filter(pk__in=set(customer_ids)).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk"))


_POST = f"""
    WITH earned AS MATERIALIZED (SELECT * FROM {
    rows_as(
        "e",
        customer_id="bigint",
        points="bigint",
        key="text",
        reason="text",
        origin="jsonb",
        expires_on="date",
        place="int",
    )
}),
    moved AS (
        INSERT INTO growth_pointstransfer (key, source_id, destination_id, customer_id, points,
                                           kind, reason, origin, day)
        SELECT e.key, (SELECT id FROM growth_wallet WHERE customer_id IS NULL), w.id,
               e.customer_id, e.points, 'earn', e.reason, e.origin, %s
        FROM earned e JOIN growth_wallet w ON w.customer_id = e.customer_id ORDER BY e.place
        RETURNING id, key, customer_id, points),
    lots AS (
        INSERT INTO growth_pointslot (customer_id, transfer_id, points, remaining, expires_on)
        SELECT m.customer_id, m.id, m.points, m.points, e.expires_on
        FROM moved m JOIN earned e ON e.key = m.key ORDER BY m.id)
    UPDATE growth_wallet w SET balance = w.balance + s.points
    FROM (SELECT customer_id, sum(points) AS points FROM moved GROUP BY 1) s
    WHERE w.customer_id = s.customer_id
"""  # noqa: S608


@transaction.atomic(savepoint=False)
def post_earnings(earnings: list[Earning], *, today: date) -> None:
    """Post points in one statement: transfers, their lots and the balances.

    The customers must be locked. A key that was posted before fails the whole transaction:
    callers post each completion once.
    """
    earnings = [earning for earning in earnings if earning.points]
    if not earnings:
        return
    rows = [
        (*row[:4], json.dumps(row.origin), row.expires_on, place)
        for place, row in enumerate(earnings)
    ]
    with prepared.cursor() as cursor:
        cursor.execute(_POST, [*columns(rows), today])


@transaction.atomic
def spend(
    *,
    customer_id: int,
    points: int,
    key: str,
    reason: str,
    origin: dict[str, Any],
    today: date | None = None,
) -> PointsTransfer:
    """Take ``points`` from the customer's lots, soonest expiry first, once per ``key``.

    A replay with the same facts returns the first transfer and takes nothing.

    Raises:
        InsufficientPoints: fewer points can be spent today.
        IdempotencyConflict: ``key`` already stands for other facts.
    """
    today = today or bankday.today()
    lock_customers([customer_id])
    if earlier := PointsTransfer.objects.filter(key=key).first():
        if (earlier.customer_id, earlier.points, earlier.kind) != (
            customer_id,
            points,
            Kind.REDEEM,
        ):
            raise IdempotencyConflict(key)
        return earlier
    expire_lots(customer_id=customer_id, today=today)
    lots = spendable_lots(customer_id)
    if sum(lot.remaining for lot in lots) < points:
        raise InsufficientPoints
    return _debit(Kind.REDEEM, customer_id, points, key, reason, origin, lots, today)


@transaction.atomic
def refund(
    *,
    transfer: PointsTransfer,
    key: str,
    reason: str,
    origin: dict[str, Any],
    today: date | None = None,
) -> PointsTransfer:
    """Give back what ``transfer`` took, into the lots it came from, once per ``key``.

    A lot that has expired meanwhile is good again for ``REFUND_GRACE_DAYS`` days, with what comes
    back. Points of a reversed earning that were written off are taken at last.

    Raises:
        IdempotencyConflict: ``key`` already stands for other facts.
    """
    today = today or bankday.today()
    lock_customers([transfer.customer_id])
    if earlier := PointsTransfer.objects.filter(key=key).first():
        facts = earlier.customer_id, earlier.points, earlier.kind
        if facts != (transfer.customer_id, transfer.points, Kind.REFUND):
            raise IdempotencyConflict(key)
        return earlier
    # What is still in an overdue lot is gone before anything comes back into it.
    expire_lots(customer_id=transfer.customer_id, today=today)
    back = _transfer(Kind.REFUND, transfer.customer_id, transfer.points, key, reason, origin, today)
    for used in transfer.allocations.select_related("lot").order_by("lot_id"):
        lot = used.lot
        if lot.expires_on and lot.expires_on <= today:
            lot.expires_on = today + timedelta(days=REFUND_GRACE_DAYS)
        PointsAllocation.objects.create(transfer=back, lot=lot, points=-used.points)
        PointsLot.objects.filter(pk=lot.pk).update(
            remaining=F("remaining") + used.points, expires_on=lot.expires_on
        )
        _take_written_off(lot, used.points, back, today)
    return back


@transaction.atomic
def take_back(*, earning_key: str, points: int, key: str, reason: str, today: date) -> int:
    """Reverse ``points`` of an earning; returns how many were there to take.

    They are taken from its own lot. What was spent of them is written off; what had expired of
    them is gone already. The customer must be locked.
    """
    lot = PointsLot.objects.select_related("transfer").get(transfer__key=earning_key)
    taken = min(points, lot.remaining)
    if taken:
        origin = lot.transfer.origin
        _debit(Kind.REVERSE, lot.customer_id, taken, key, reason, origin, [lot], today, taken)
    used = lot.allocations.filter(transfer__kind__in=(Kind.REDEEM, Kind.REFUND))
    spent = int(used.aggregate(n=Sum("points"))["n"] or 0) - _written_off(lot)
    if missing := min(points - taken, max(0, spent)):
        PointsWriteOff.objects.create(key=key, lot=lot, points=missing)
    return taken


def _written_off(lot: PointsLot) -> int:
    """Points of a lot that were spent when their earning was reversed, and not taken since."""
    return int(lot.write_offs.aggregate(n=Sum("points"))["n"] or 0)


def earnings_of(customer_id: int, award: str, *, gross: bool = False) -> list[tuple[str, int]]:
    """The earnings posted for an award, newest first, as (key, points not yet reversed)."""
    mine = PointsTransfer.objects.filter(customer=customer_id)
    earned = mine.filter(kind=Kind.EARN).filter(Q(key=award) | Q(key__startswith=f"{award}:more:"))
    found = []
    for transfer in earned.order_by("-pk"):
        back = mine.filter(kind=Kind.REVERSE, key__startswith=f"{transfer.key}:reversed:")
        written = PointsWriteOff.objects.filter(
            lot__transfer=transfer, points__gt=0, key__startswith=f"{transfer.key}:reversed:"
        )
        gone = sum(row.points for row in back) + sum(row.points for row in written)
        if gross or transfer.points > gone:
            found.append((transfer.key, transfer.points - gone))
    return found


@transaction.atomic
def expire_lots(*, customer_id: int, today: date) -> int:
    """Expire what remains in a customer's due lots; returns the points. Locks the customer."""
    lock_customers([customer_id])
    due = PointsLot.objects.filter(customer_id=customer_id, remaining__gt=0, expires_on__lte=today)
    expired = 0
    for lot in due.order_by("expires_on", "pk"):
        _debit(
            Kind.EXPIRE,
            customer_id,
            lot.remaining,
            f"expire:{lot.pk}:{today}",
            "expired",
            {"lot": lot.pk},
            [lot],
            today,
        )
        expired += lot.remaining
    return expired


def customers_with_due_lots(today: date, limit: int) -> list[int]:
    """Ids of customers who hold points that have expired, a batch at a time."""
    due = PointsLot.objects.filter(remaining__gt=0, expires_on__lte=today)
    return list(
        due.order_by("customer_id").values_list("customer_id", flat=True).distinct()[:limit]
    )


def spendable_lots(customer_id: int) -> list[PointsLot]:
    """Lots with points left, in the order in which they are spent: soonest expiry, then oldest."""
    lots = PointsLot.objects.filter(customer_id=customer_id, remaining__gt=0)
    return list(lots.order_by(F("expires_on").asc(nulls_last=True), "pk"))


def differences() -> Iterable[str]:
    """Where wallets and lots are not what the transfers and allocations say."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT w.customer_id, w.balance, coalesce(t.points, 0), coalesce(l.points, 0)
            FROM growth_wallet w
            LEFT JOIN (SELECT customer_id,
                         sum(CASE WHEN kind IN ('earn', 'grant', 'refund') THEN points
                                  ELSE -points END) AS points
                       FROM growth_pointstransfer GROUP BY 1) t USING (customer_id)
            LEFT JOIN (SELECT customer_id, sum(remaining) AS points
                       FROM growth_pointslot GROUP BY 1) l USING (customer_id)
            WHERE w.customer_id IS NOT NULL
              AND (w.balance <> coalesce(t.points, 0) OR w.balance <> coalesce(l.points, 0))
            """
        )
        for customer, balance, moved, held in cursor.fetchall():
            yield f"customer {customer}: balance {balance}, transfers {moved}, lots {held}"
        cursor.execute(
            """
            SELECT l.id, l.remaining, l.points - coalesce(sum(a.points), 0)
            FROM growth_pointslot l LEFT JOIN growth_pointsallocation a ON a.lot_id = l.id
            GROUP BY l.id HAVING l.remaining <> l.points - coalesce(sum(a.points), 0)
            """
        )
        for lot, remaining, expected in cursor.fetchall():
            yield f"lot {lot}: {remaining} remaining, {expected} by its allocations"


def _debit(
    kind: str,
    customer_id: int,
    points: int,
    key: str,
    reason: str,
    origin: dict[str, Any],
    lots: list[PointsLot],
    today: date,
    at_most_first: int | None = None,
) -> PointsTransfer:
    """Take ``points`` from ``lots`` in their order (from the first at most that many)."""
    transfer = _transfer(kind, customer_id, points, key, reason, origin, today)
    allocations, left = [], points
    for index, lot in enumerate(lots):
        most = lot.remaining if index or at_most_first is None else at_most_first or lot.remaining
        part = min(left, most)
        if not part:
            break
        allocations.append(PointsAllocation(transfer=transfer, lot=lot, points=part))
        PointsLot.objects.filter(pk=lot.pk).update(remaining=F("remaining") - part)
        left -= part
    PointsAllocation.objects.bulk_create(allocations)
    return transfer


def _transfer(
    kind: str,
    customer_id: int,
    points: int,
    key: str,
    reason: str,
    origin: dict[str, Any],
    today: date,
) -> PointsTransfer:
    wallet = Wallet.objects.get(customer_id=customer_id)
    programme = Wallet.objects.get(customer__isnull=True)
    gains = kind == Kind.REFUND
    Wallet.objects.filter(pk=wallet.pk).update(
        balance=F("balance") + (points if gains else -points)
    )
    return PointsTransfer.objects.create(
        key=key,
        source=programme if gains else wallet,
        destination=wallet if gains else programme,
        customer_id=customer_id,
        points=points,
        kind=kind,
        reason=reason,
        origin=origin,
        day=today,
    )


def _take_written_off(lot: PointsLot, returned: int, back: PointsTransfer, today: date) -> None:
    """A refund into a reversed lot: what was written off can be taken after all."""
    taken = min(_written_off(lot), returned)
    if taken <= 0:
        return
    key = f"{back.key}:written-off:{lot.pk}"
    fresh = PointsLot.objects.select_related("transfer").get(pk=lot.pk)
    origin = fresh.transfer.origin
    _debit(Kind.REVERSE, lot.customer_id, taken, key, "reversed", origin, [fresh], today, taken)
    PointsWriteOff.objects.create(key=key, lot=lot, points=-taken)


def totals() -> dict[str, int]:
    """Points issued, spent (net of refunds), expired and reversed; what is outstanding."""
    found = PointsTransfer.objects.values_list("kind").annotate(Sum("points")).order_by()
    sums = Counter(dict(found))
    issued = sums[Kind.EARN] + sums[Kind.GRANT]
    spent = sums[Kind.REDEEM] - sums[Kind.REFUND]
    back = sums[Kind.REVERSE] + sums[Kind.DEDUCT]
    return {
        "issued": issued,
        "spent": spent,
        "expired": sums[Kind.EXPIRE],
        "reversed": back,
        "outstanding": issued - spent - sums[Kind.EXPIRE] - back,
    }
