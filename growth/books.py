"""The books of points: their sums, and where what is kept is not what the records say."""

from collections import Counter
from collections.abc import Iterator

from django.db import connection
from django.db.models import Sum

from growth.difference import Difference
from growth.models import PointsTransfer

Kind = PointsTransfer.Kind


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


_WALLETS = """
    SELECT w.customer_id, w.balance, coalesce(t.points, 0), coalesce(l.points, 0),
           w.held, coalesce(h.points, 0), w.debt, coalesce(d.points, 0)
    FROM growth_wallet w
    LEFT JOIN (SELECT customer_id,
                 sum(CASE WHEN kind IN ('earn', 'grant', 'refund') THEN points
                          ELSE -points END) AS points
               FROM growth_pointstransfer GROUP BY 1) t USING (customer_id)
    LEFT JOIN (SELECT customer_id, sum(remaining) AS points
               FROM growth_pointslot GROUP BY 1) l USING (customer_id)
    LEFT JOIN (SELECT customer_id, sum(points) AS points
               FROM growth_pointshold WHERE released_at IS NULL GROUP BY 1) h USING (customer_id)
    LEFT JOIN (SELECT customer_id, sum(points) AS points
               FROM growth_pointsdebt GROUP BY 1) d USING (customer_id)
    WHERE w.customer_id IS NOT NULL
      AND (w.balance <> coalesce(t.points, 0) OR w.balance <> coalesce(l.points, 0)
           OR w.held <> coalesce(h.points, 0) OR w.debt <> coalesce(d.points, 0))
"""
_LOTS = """
    SELECT l.id, l.remaining, l.points - coalesce(sum(a.points), 0)
    FROM growth_pointslot l
    LEFT JOIN growth_pointsallocation a ON a.lot_id = l.id AND a.customer_id = l.customer_id
    GROUP BY l.id, l.customer_id HAVING l.remaining <> l.points - coalesce(sum(a.points), 0)
"""
_PARTS = """
    SELECT t.id, t.kind, t.points, coalesce(sum(a.points), 0)
    FROM growth_pointstransfer t
    LEFT JOIN growth_pointsallocation a ON a.transfer_id = t.id AND a.customer_id = t.customer_id
    GROUP BY t.id, t.customer_id
    HAVING coalesce(sum(a.points), 0) <> CASE WHEN t.kind IN ('earn', 'grant') THEN 0
                                              WHEN t.kind = 'refund' THEN -t.points
                                              ELSE t.points END
"""


def differences() -> Iterator[Difference]:
    """Where wallets and lots are not what the transfers and allocations say."""
    with connection.cursor() as cursor:
        cursor.execute(_WALLETS)
        for row in cursor.fetchall():
            customer, balance, moved, in_lots, held, holds, debt, debts = row
            if balance != moved or balance != in_lots:
                said = f"customer {customer}: balance {balance}, transfers {moved}, lots {in_lots}"
                yield Difference(f"balance of customer {customer}", said)
            if held != holds:
                said = f"customer {customer}: {held} held, {holds} by the holds"
                yield Difference(f"held by customer {customer}", said)
            if debt != debts:
                said = f"customer {customer}: {debt} owed, {debts} by the debts"
                yield Difference(f"owed by customer {customer}", said)
        cursor.execute(_LOTS)
        for lot, remaining, expected in cursor.fetchall():
            said = f"lot {lot}: {remaining} remaining, {expected} by its allocations"
            yield Difference(f"lot {lot}", said)
        cursor.execute(_PARTS)
        for transfer, kind, points, used in cursor.fetchall():
            said = f"transfer {transfer} ({kind}): {points} points, {used} by its allocations"
            yield Difference(f"allocations of transfer {transfer}", said)
