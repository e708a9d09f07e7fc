"""What customers owe since an earning was reversed after its points were spent.

Part of the ledger. A debt stands apart from the lots, and whatever comes in repays it first: who
owes points has none to spend. The customers must be locked.
"""

from datetime import date

from growth import lots, prepared

_OWE = """
    WITH booked AS (
        INSERT INTO growth_pointsdebt (key, customer_id, lot_id, points)
        VALUES (%s::text, %s::bigint, %s::bigint, %s::bigint) RETURNING customer_id, points)
    UPDATE growth_wallet w SET debt = w.debt + b.points
    FROM booked b WHERE w.customer_id = b.customer_id
"""


def owe(*, customer_id: int, lot_id: int, points: int, key: str, today: date) -> None:
    """Book ``points`` of a reversed lot as owed, and repay what other lots can pay at once."""
    with prepared.cursor() as cursor:
        cursor.execute(_OWE, [key, customer_id, lot_id, points])
    repay(customer_id=customer_id, key=key, today=today)


_REPAY = f"""
    WITH asked AS (SELECT customer_id, debt AS points, %s::text AS key, %s::date AS day
                   FROM growth_wallet WHERE customer_id = %s::bigint AND debt > 0),
    {lots.PARTS},
    moved AS ({lots.TRANSFER}
        SELECT 'repaid:' || a.key || ':' || p.id, w.id, {lots.PROGRAMME}, a.customer_id, p.points,
               'reverse', 'repaid', '{{}}'::jsonb, a.day
        FROM part p, asked a JOIN growth_wallet w ON w.customer_id = a.customer_id ORDER BY p.id
        RETURNING id, key, customer_id, points),
    paid AS (SELECT m.*, p.id AS lot_id FROM part p, asked a, moved m
             WHERE m.key = 'repaid:' || a.key || ':' || p.id),
    less AS (UPDATE growth_pointslot l SET remaining = l.remaining - p.points
             FROM paid p WHERE l.id = p.lot_id AND l.customer_id = p.customer_id),
    used AS (INSERT INTO growth_pointsallocation (customer_id, transfer_id, lot_id, points)
             SELECT p.customer_id, p.id, p.lot_id, p.points FROM paid p),
    booked AS (INSERT INTO growth_pointsdebt (key, customer_id, lot_id, points)
               SELECT p.key, p.customer_id, p.lot_id, -p.points FROM paid p)
    UPDATE growth_wallet w SET balance = w.balance - s.points, debt = w.debt - s.points
    FROM (SELECT customer_id, sum(points) AS points FROM paid GROUP BY 1) s
    WHERE w.customer_id = s.customer_id
"""  # noqa: S608


def repay(*, customer_id: int, key: str, today: date) -> None:
    """Repay what a customer owes from the lots that expire first, as far as they go.

    Each lot's part is a transfer named after ``key``. What has expired pays nothing.
    """
    lots.expire([customer_id], today)
    with prepared.cursor() as cursor:
        cursor.execute(_REPAY, [key, today, customer_id, None, None])
