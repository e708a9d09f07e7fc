"""Compares stock and redemptions with each other; every difference is a sentence."""

from collections.abc import Iterable

from django.db import connection

from growth.difference import Difference

_NUMBERED = """
    SELECT b.code, b.total, coalesce(s.remaining, 0), coalesce(r.held, 0)
    FROM benefits_benefit b
    LEFT JOIN (SELECT benefit_id, sum(remaining) AS remaining
               FROM benefits_stockshard GROUP BY 1) s ON s.benefit_id = b.id
    LEFT JOIN (SELECT benefit_id, count(*) AS held FROM benefits_redemption
               WHERE status NOT IN ('waiting', 'cancelled') GROUP BY 1) r ON r.benefit_id = b.id
    WHERE b.total IS NOT NULL AND b.total <> coalesce(s.remaining, 0) + coalesce(r.held, 0)
"""
_CODES = """
    SELECT b.code, c.id, c.state, r.status
    FROM benefits_benefitcode c
    JOIN benefits_benefit b ON b.id = c.benefit_id
    LEFT JOIN benefits_redemption r ON r.unit_id = c.id
    WHERE (c.state = 'issued') <> (r.id IS NOT NULL AND r.status <> 'cancelled')
       OR (c.state = 'free' AND r.id IS NOT NULL)
       OR r.benefit_id <> c.benefit_id
"""
_STATUSES = """
    SELECT r.id, r.status, h.after
    FROM benefits_redemption r
    LEFT JOIN LATERAL (SELECT after FROM benefits_redemptionevent e
                       WHERE e.redemption_id = r.id ORDER BY e.id DESC LIMIT 1) h ON true
    WHERE h.after IS DISTINCT FROM r.status
"""
_REFUNDS = """
    SELECT r.id, r.points, t.points, f.points
    FROM benefits_redemption r
    LEFT JOIN growth_pointstransfer t ON t.id = r.transfer_id
    LEFT JOIN growth_pointstransfer f ON f.id = r.refund_id
    WHERE r.points <> coalesce(t.points, 0)
       OR coalesce(f.points, 0) <> CASE WHEN r.status = 'cancelled' THEN r.points ELSE 0 END
"""
# Transfers that redemptions stand for (``registry.points_causes``).
CAUSE = """
    SELECT transfer_id, customer_id FROM benefits_redemption WHERE transfer_id IS NOT NULL
    UNION ALL
    SELECT refund_id, customer_id FROM benefits_redemption WHERE refund_id IS NOT NULL
"""


def differences() -> Iterable[str]:
    """Where stock, codes, statuses and points are not what the redemptions say."""
    for code, total, remaining, held in _rows(_NUMBERED):
        said = f"benefit {code}: {total} in all, but {remaining} left and {held} redeemed"
        yield Difference(f"stock of benefit {code}", said)
    for code, unit, state, status in _rows(_CODES):
        yield f"benefit {code}: code {unit} is {state}, its redemption {status or 'missing'}"
    for redemption, status, logged in _rows(_STATUSES):
        yield f"redemption {redemption}: {status}, its history says {logged or 'nothing'}"
    for redemption, points, paid, refunded in _rows(_REFUNDS):
        said = f"redemption {redemption}: {points} points, paid {paid}, refunded {refunded}"
        yield Difference(f"points of redemption {redemption}", said)


def _rows(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()
