"""Points ledger: the verbs. No other module may write wallets, transfers, lots, allocations or
write-offs, but ``lots`` (the statements), ``debts``, ``holds`` and ``seals``, which belong to it.

Every writer first locks the customers concerned (in primary-key order), so their wallets and
lots need no locks of their own and crossing transfers cannot deadlock.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction

from growth import bankday, debts, lots
from growth.books import differences, totals
from growth.errors import IdempotencyConflict, InsufficientPoints
from growth.lots import Earning, Facts
from growth.models import Customer, PointsLot, PointsTransfer, PointsWriteOff

__all__ = [
    "ALLOW_NEGATIVE",
    "CAP_AT_ZERO",
    "Earning",
    "available_points",
    "customers_with_due_lots",
    "deduct",
    "differences",
    "earnings_of",
    "expire_lots",
    "expire_many",
    "grant",
    "grant_many",
    "lock_customers",
    "post_earnings",
    "refund",
    "spend",
    "take_back",
    "totals",
]

# Points refunded into a lot that has expired meanwhile stay good for this long.
REFUND_GRACE_DAYS = 30

# What becomes of points that were spent when their earning is reversed.
CAP_AT_ZERO = "cap_at_zero"
ALLOW_NEGATIVE = "allow_negative"

Kind = PointsTransfer.Kind


def lock_customers(customer_ids: Iterable[int]) -> None:
    """Lock customers in primary-key order; every verb that changes what they hold does it first."""
    rows = Customer.objects.filter(pk__in=set(customer_ids)).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk"))


@transaction.atomic(savepoint=False)
def post_earnings(earnings: Sequence[Earning], *, today: date) -> None:
    """Post points in one statement: transfers, their lots and the balances.

    Who owes points repays with them. The customers must be locked. A key that was posted before
    fails the whole transaction: callers post each completion once.
    """
    if earnings := [earning for earning in earnings if earning.points]:
        lots.post(Kind.EARN, earnings, today)


def grant(*, earning: Earning, today: date | None = None) -> PointsTransfer:
    """Give a customer points that no task earned, once per key.

    A replay with the same facts returns the first transfer and gives nothing.

    Raises:
        IdempotencyConflict: the key already stands for other facts.
    """
    grant_many(earnings=[earning], today=today)
    return PointsTransfer.objects.get(key=earning.key)


@transaction.atomic
def grant_many(*, earnings: Sequence[Earning], today: date | None = None) -> int:
    """``grant`` to many customers at once, all or nothing; returns how many were new.

    Raises:
        IdempotencyConflict: a key already stands for other facts.
    """
    lock_customers(earning.customer_id for earning in earnings)
    known = PointsTransfer.objects.filter(key__in=[earning.key for earning in earnings])
    facts = {row.key: (row.customer_id, row.points, row.kind) for row in known}
    for earning in earnings:
        asked = earning.customer_id, earning.points, Kind.GRANT
        if facts.get(earning.key, asked) != asked:
            raise IdempotencyConflict(earning.key)
    fresh = [earning for earning in earnings if earning.key not in facts]
    if fresh:
        lots.post(Kind.GRANT, fresh, today or bankday.today())
    return len(fresh)


@transaction.atomic(savepoint=False)
def spend(
    *,
    customer_id: int,
    points: int,
    key: str,
    reason: str,
    origin: dict[str, Any],
    today: date | None = None,
    locked: bool = False,
) -> PointsTransfer:
    """Take ``points`` from the customer's lots, soonest expiry first, once per ``key``.

    A replay with the same facts returns the first transfer and takes nothing. ``locked``: the
    caller's transaction has locked the customer already.

    Raises:
        InsufficientPoints: fewer points can be spent today; none can while points are owed.
        IdempotencyConflict: ``key`` already stands for other facts.
    """
    facts = Facts(customer_id, points, key, Kind.REDEEM, reason, origin, today or bankday.today())
    if not locked:
        lock_customers([customer_id])
    standing = lots.look(customer_id, facts.day, key)
    if standing.known:
        return _replayed(standing.known, facts)
    if standing.available < points:
        raise InsufficientPoints
    return _debit(facts, standing)


@transaction.atomic(savepoint=False)
def deduct(
    *,
    customer_id: int,
    points: int,
    key: str,
    reason: str,
    origin: dict[str, Any],
    cap: bool = False,
    today: date | None = None,
) -> PointsTransfer | None:
    """Take points away as a correction, soonest expiry first, once per ``key``.

    With ``cap`` no more than what can be spent; None where that is nothing. A replay returns
    the first transfer and takes nothing.

    Raises:
        InsufficientPoints: fewer points can be spent today, and not ``cap``.
        IdempotencyConflict: ``key`` already stands for other facts.
    """
    facts = Facts(customer_id, points, key, Kind.DEDUCT, reason, origin, today or bankday.today())
    lock_customers([customer_id])
    standing = lots.look(customer_id, facts.day, key)
    if standing.known:
        return _replayed(standing.known, facts, at_most=cap)
    if standing.available < points:
        if not cap:
            raise InsufficientPoints
        facts = facts._replace(points=standing.available)
    return _debit(facts, standing) if facts.points else None


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
    back. Points of a reversed earning that were written off are taken at last, and what the
    customer owes is repaid.

    Raises:
        IdempotencyConflict: ``key`` already stands for other facts.
    """
    today = today or bankday.today()
    facts = Facts(transfer.customer_id, transfer.points, key, Kind.REFUND, reason, origin, today)
    lock_customers([transfer.customer_id])
    standing = lots.look(transfer.customer_id, today, key)
    if standing.known:
        return _replayed(standing.known, facts)
    if standing.due:  # what is left in an overdue lot is gone before anything comes back into it
        lots.expire([transfer.customer_id], today)
    back, owed, written_off = lots.give_back(facts, of=transfer.pk, grace_days=REFUND_GRACE_DAYS)
    if written_off:
        _take_written_off(back, today)
    if owed:
        debts.repay(customer_id=transfer.customer_id, key=key, today=today)
    return back


_LOT = """
    SELECT l.id, l.customer_id, l.remaining, t.origin,
           (SELECT coalesce(sum(a.points), 0)::bigint FROM growth_pointsallocation a
            JOIN growth_pointstransfer u ON u.id = a.transfer_id AND u.customer_id = a.customer_id
            WHERE a.lot_id = l.id AND a.customer_id = l.customer_id
              AND u.kind IN ('redeem', 'refund')),
           (SELECT coalesce(sum(points), 0)::bigint FROM growth_pointswriteoff o
            WHERE o.lot_id = l.id),
           (SELECT coalesce(sum(points), 0)::bigint FROM growth_pointsdebt d WHERE d.lot_id = l.id)
    FROM growth_pointstransfer t
    JOIN growth_pointslot l ON l.transfer_id = t.id AND l.customer_id = t.customer_id
    WHERE t.key = %s
"""


@transaction.atomic
def take_back(
    *,
    earning_key: str,
    points: int,
    key: str,
    reason: str,
    today: date,
    policy: str = CAP_AT_ZERO,
) -> int:
    """Reverse ``points`` of an earning; returns how many were there to take.

    They are taken from its own lot. What was spent of them is written off (``cap_at_zero``) or
    owed (``allow_negative``); what had repaid a debt is owed again under either policy; what had
    expired of them is gone already. The customer must be locked.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOT, [earning_key])
        lot, customer_id, remaining, origin, spent, written_off, owed = cursor.fetchone()
    taken = min(points, int(remaining))
    if taken:
        facts = Facts(customer_id, taken, key, Kind.REVERSE, reason, json.loads(origin), today)
        lots.take(facts, lot_id=lot)
    missing = min(points - taken, max(0, spent - written_off - owed))
    again = missing if policy == ALLOW_NEGATIVE else min(missing, max(0, -owed))
    if missing > again:
        PointsWriteOff.objects.create(
            key=key, customer_id=customer_id, lot_id=lot, points=missing - again
        )
    if again:
        debts.owe(customer_id=customer_id, lot_id=lot, points=again, key=key, today=today)
    return taken


_EARNINGS = """
    SELECT t.key, t.points - coalesce((
        SELECT sum(r.points) FROM growth_pointstransfer r
        WHERE r.customer_id = t.customer_id AND r.kind = 'reverse'
          AND starts_with(r.key, t.key || ':reversed:')), 0)::bigint
      - coalesce((
        SELECT sum(o.points) FROM growth_pointswriteoff o
        WHERE o.lot_id = l.id AND o.points > 0
          AND starts_with(o.key, t.key || ':reversed:')), 0)::bigint
      - coalesce((
        SELECT sum(d.points) FROM growth_pointsdebt d
        WHERE d.lot_id = l.id AND d.points > 0
          AND starts_with(d.key, t.key || ':reversed:')), 0)::bigint
    FROM growth_pointstransfer t
    JOIN growth_pointslot l ON l.transfer_id = t.id AND l.customer_id = t.customer_id
    WHERE t.customer_id = %s AND t.kind = 'earn'
      AND (t.key = %s OR starts_with(t.key, %s)) ORDER BY t.id DESC
"""


def earnings_of(customer_id: int, award: str, *, gross: bool = False) -> list[tuple[str, int]]:
    """The earnings posted for an award, newest first, as (key, points not yet reversed)."""
    with connection.cursor() as cursor:
        cursor.execute(_EARNINGS, [customer_id, award, f"{award}:more:"])
        return [(key, left) for key, left in cursor.fetchall() if gross or left > 0]


def expire_lots(*, customer_id: int, today: date) -> int:
    """Expire what remains in a customer's due lots; returns the points. Locks the customer."""
    return expire_many(customer_ids=[customer_id], today=today)


@transaction.atomic
def expire_many(*, customer_ids: Sequence[int], today: date) -> int:
    """Expire what remains in the due lots of customers, all at once; returns the points.

    Again: nothing is left to expire. Locks the customers.
    """
    lock_customers(customer_ids)
    return lots.expire(customer_ids, today)


def customers_with_due_lots(today: date, limit: int) -> list[int]:
    """Ids of customers who hold points that have expired, a batch at a time."""
    due = PointsLot.objects.filter(remaining__gt=0, expires_on__lte=today)
    return list(
        due.order_by("customer_id").values_list("customer_id", flat=True).distinct()[:limit]
    )


def available_points(*, customer_id: int, today: date) -> int:
    """Points that a customer can spend today: neither held nor overdue, and none while owing."""
    return lots.look(customer_id, today, "").available


def _replayed(transfer_id: int, facts: Facts, *, at_most: bool = False) -> PointsTransfer:
    """The transfer that stands under the key of ``facts``, if it says the same."""
    earlier = PointsTransfer.objects.get(pk=transfer_id)
    same = earlier.points == facts.points or (at_most and earlier.points < facts.points)
    if not same or (earlier.customer_id, earlier.kind) != (facts.customer_id, facts.kind):
        raise IdempotencyConflict(facts.key)
    return earlier


def _debit(facts: Facts, standing: lots.Standing) -> PointsTransfer:
    """Take what the customer is known to have, what is overdue expired before."""
    if standing.due:
        lots.expire([facts.customer_id], facts.day)
    transfer = lots.take(facts)
    if transfer is None:  # the balance says more than the lots hold; `reconcile` names whose
        raise InsufficientPoints
    return transfer


def _take_written_off(back: PointsTransfer, today: date) -> None:
    """A refund into reversed lots: what was written off can be taken after all."""
    for used in back.allocations.select_related("lot__transfer").order_by("lot_id"):
        lot = used.lot
        written_off = sum(lot.write_offs.values_list("points", flat=True))
        taken = min(written_off, -used.points)
        if taken <= 0:
            continue
        key, origin = f"{back.key}:written-off:{lot.pk}", lot.transfer.origin
        facts = Facts(lot.customer_id, taken, key, Kind.REVERSE, "reversed", origin, today)
        lots.take(facts, lot_id=lot.pk)
        PointsWriteOff.objects.create(key=key, customer_id=lot.customer_id, lot=lot, points=-taken)
