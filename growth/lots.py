"""Moves of points in and out of lots, each in one statement whatever it touches.

Part of the ledger: only ``ledger``, ``holds`` and ``debts`` may call it, with the customers locked
by an earlier statement, so that what these statements read cannot change under them.
"""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from growth import prepared
from growth.bulk import array, columns, rows_as
from growth.models import PointsTransfer


class Earning(NamedTuple):
    """Points to post to a customer, once per key."""

    customer_id: int
    points: int
    key: str
    reason: str
    origin: dict[str, Any]
    expires_on: date | None
    cost_centre: str = ""


class Facts(NamedTuple):
    """What a transfer of one customer is to say."""

    customer_id: int
    points: int
    key: str
    kind: str
    reason: str
    origin: dict[str, Any]
    day: date


class Standing(NamedTuple):
    """A customer's wallet. ``due`` is what of the balance has expired and was not taken yet;
    ``known`` is the transfer that stands under the key that was asked for."""

    balance: int
    held: int
    debt: int
    due: int
    known: int | None

    @property
    def available(self) -> int:
        """Points that can be spent; none while some are owed."""
        return 0 if self.debt else max(0, self.balance - self.due - self.held)


PROGRAMME = "(SELECT id FROM growth_wallet WHERE customer_id IS NULL)"

# Sides and customer of a transfer that takes points, for one that gives them: the other way round.
TRANSFER = """
    INSERT INTO growth_pointstransfer
      (key, source_id, destination_id, customer_id, points, kind, reason, origin, day)
"""
_ASKED = """
    asked AS (SELECT %s::bigint AS customer_id, %s::bigint AS points, %s::text AS key,
                     %s::text AS kind, %s::text AS reason, %s::jsonb AS origin, %s::date AS day)
"""
_TOLD = "m.id, m.source_id, m.destination_id, m.posted_at"

# What is owed is repaid by what comes in, in the order in which it comes.
_POST = f"""
    WITH asked AS (SELECT %s::text AS kind, %s::date AS day),
    earned AS MATERIALIZED (
        SELECT e.*, w.id AS wallet_id, CASE WHEN w.debt = 0 OR e.expires_on <= a.day THEN 0
          ELSE greatest(0, least(e.points, w.debt + e.points
            - sum(e.points) FILTER (WHERE e.expires_on IS NULL OR e.expires_on > a.day)
              OVER (PARTITION BY e.customer_id ORDER BY e.place)))::bigint END AS repays
        FROM asked a, {
    rows_as(
        "e",
        customer_id="bigint",
        points="bigint",
        key="text",
        reason="text",
        origin="jsonb",
        expires_on="date",
        cost_centre="text",
        place="int",
    )
} JOIN growth_wallet w ON w.customer_id = e.customer_id),
    moved AS ({TRANSFER}
        SELECT e.key, {PROGRAMME}, e.wallet_id, e.customer_id, e.points, a.kind, e.reason,
               e.origin, a.day
        FROM earned e, asked a ORDER BY e.place
        RETURNING id, key, customer_id, points),
    lots AS (
        INSERT INTO growth_pointslot
          (customer_id, transfer_id, points, remaining, expires_on, cost_centre)
        SELECT m.customer_id, m.id, m.points, m.points - e.repays, e.expires_on, e.cost_centre
        FROM moved m JOIN earned e ON e.key = m.key ORDER BY m.id
        RETURNING id, transfer_id, customer_id, points - remaining AS repays),
    repaid AS (
        SELECT l.*, m.key || ':repaid' AS key
        FROM lots l JOIN moved m ON m.id = l.transfer_id WHERE l.repays > 0),
    back AS ({TRANSFER}
        SELECT r.key, w.id, {
    PROGRAMME
}, r.customer_id, r.repays, 'reverse', 'repaid', '{{}}'::jsonb, a.day
        FROM repaid r JOIN growth_wallet w ON w.customer_id = r.customer_id, asked a ORDER BY r.id
        RETURNING id, key),
    used AS (
        INSERT INTO growth_pointsallocation (customer_id, transfer_id, lot_id, points)
        SELECT r.customer_id, b.id, r.id, r.repays FROM back b JOIN repaid r ON r.key = b.key),
    booked AS (
        INSERT INTO growth_pointsdebt (key, customer_id, lot_id, points)
        SELECT r.key, r.customer_id, r.id, -r.repays FROM repaid r)
    UPDATE growth_wallet w SET balance = w.balance + s.points - s.repays, debt = w.debt - s.repays
    FROM (SELECT l.customer_id, sum(m.points) AS points, sum(l.repays) AS repays
          FROM lots l JOIN moved m ON m.id = l.transfer_id GROUP BY 1) s
    WHERE w.customer_id = s.customer_id
"""  # noqa: S608


def post(kind: str, earnings: Sequence[Earning], today: date) -> None:
    """Transfers to customers with a lot each, and the balances; debts are repaid from the lots."""
    rows = [
        (*row[:4], json.dumps(row.origin), row.expires_on, row.cost_centre, place)
        for place, row in enumerate(earnings)
    ]
    with prepared.cursor() as cursor:
        cursor.execute(_POST, [kind, today, *columns(rows)])


_LOOK = """
    SELECT w.balance, w.held, w.debt,
           (SELECT coalesce(sum(l.remaining), 0)::bigint FROM growth_pointslot l
            WHERE l.customer_id = w.customer_id AND l.remaining > 0 AND l.expires_on <= %s::date),
           (SELECT id FROM growth_pointstransfer WHERE key = %s::text)
    FROM growth_wallet w WHERE w.customer_id = %s::bigint
"""


def look(customer_id: int, today: date, key: str) -> Standing:
    """The customer's wallet, and whether a transfer of this key is known."""
    with prepared.cursor() as cursor:
        cursor.execute(_LOOK, [today, key, customer_id])
        return Standing(*cursor.fetchone())


PARTS = """
    open AS (
        SELECT l.id, l.remaining, sum(l.remaining) OVER (ORDER BY l.expires_on, l.id) AS until
        FROM growth_pointslot l JOIN asked a ON l.customer_id = a.customer_id
        WHERE l.remaining > 0 AND (%s::bigint IS NULL OR l.id = %s::bigint)),
    part AS (
        SELECT o.id, least(o.remaining, a.points - (o.until - o.remaining))::bigint AS points
        FROM open o, asked a WHERE o.until - o.remaining < a.points)
"""
_LESS = """
    less AS (UPDATE growth_pointslot l SET remaining = l.remaining - p.points
             FROM part p, moved m WHERE l.id = p.id AND l.customer_id = m.customer_id),
    used AS (INSERT INTO growth_pointsallocation (customer_id, transfer_id, lot_id, points)
             SELECT m.customer_id, m.id, p.id, p.points FROM moved m, part p ORDER BY p.id)
"""
_TAKE = f"""
    WITH {_ASKED}, {PARTS},
    moved AS ({TRANSFER}
        SELECT a.key, w.id, {PROGRAMME}, a.customer_id, a.points, a.kind, a.reason, a.origin, a.day
        FROM asked a JOIN growth_wallet w ON w.customer_id = a.customer_id
        WHERE a.points <= (SELECT coalesce(sum(points), 0) FROM part)
        RETURNING *),
    {_LESS}
    UPDATE growth_wallet w SET balance = w.balance - m.points
    FROM moved m WHERE w.customer_id = m.customer_id RETURNING {_TOLD}
"""  # noqa: S608


def take(facts: Facts, *, lot_id: int | None = None) -> PointsTransfer | None:
    """Take points from the lots that expire first, or from one lot; None if they are not there.

    What is overdue must have been expired before.
    """
    with prepared.cursor() as cursor:
        cursor.execute(_TAKE, [*_values(facts), lot_id, lot_id])
        row = cursor.fetchone()
    return _transfer(facts, row) if row else None


# A lot that has expired meanwhile is good again; the transfer says until when it was good and is
# now, so that what a lot promised at first can be known for ever.
_GIVE_BACK = f"""
    WITH {_ASKED},
    back AS (
        SELECT l.id, u.customer_id, u.points, l.expires_on,
               coalesce(l.expires_on <= a.day, false) AS late, a.day + %s::int AS until
        FROM asked a JOIN growth_pointsallocation u USING (customer_id)
        JOIN growth_pointslot l ON l.id = u.lot_id AND l.customer_id = u.customer_id
        WHERE u.transfer_id = %s::bigint),
    moved AS ({TRANSFER}
        SELECT a.key, {PROGRAMME}, w.id, a.customer_id, a.points, a.kind, a.reason,
               a.origin || coalesce((SELECT jsonb_build_object('extended',
                 jsonb_object_agg(b.id, jsonb_build_array(b.expires_on, b.until)))
                 FROM back b WHERE b.late
                 HAVING count(*) > 0), '{{}}'), a.day
        FROM asked a JOIN growth_wallet w ON w.customer_id = a.customer_id
        RETURNING *),
    used AS (INSERT INTO growth_pointsallocation (customer_id, transfer_id, lot_id, points)
             SELECT m.customer_id, m.id, b.id, -b.points FROM moved m, back b ORDER BY b.id),
    more AS (UPDATE growth_pointslot l SET remaining = l.remaining + b.points,
               expires_on = CASE WHEN b.late THEN b.until ELSE b.expires_on END
             FROM back b WHERE l.id = b.id AND l.customer_id = b.customer_id)
    UPDATE growth_wallet w SET balance = w.balance + m.points
    FROM moved m WHERE w.customer_id = m.customer_id
    RETURNING {_TOLD}, w.debt, EXISTS (
        SELECT FROM back b JOIN growth_pointswriteoff o ON o.lot_id = b.id)
"""  # noqa: S608


def give_back(facts: Facts, *, of: int, grace_days: int) -> tuple[PointsTransfer, int, bool]:
    """Undo the transfer ``of``, lot by lot. A lot that has expired is good for ``grace_days``.

    Returns also what the customer owes, and whether any of those lots has write-offs.
    """
    with prepared.cursor() as cursor:
        cursor.execute(_GIVE_BACK, [*_values(facts), grace_days, of])
        row = cursor.fetchone()
    return _transfer(facts, row), row[4], row[5]


# A refund of the day before may come back into a lot that has expired already: the same lot then
# expires again on the same day, and how often it was used tells the two apart.
_EXPIRE = f"""
    WITH due AS (
        SELECT l.id, l.customer_id, l.remaining AS points, l.expires_on, a.day,
               'expire:' || l.id || ':' || to_char(a.day, 'YYYY-MM-DD') || ':' ||
                 (SELECT count(*) FROM growth_pointsallocation u
                  WHERE u.lot_id = l.id AND u.customer_id = l.customer_id) AS key
        FROM (SELECT %s::date AS day) a, growth_pointslot l
        WHERE l.customer_id = ANY(%s::bigint[]) AND l.remaining > 0 AND l.expires_on <= a.day),
    moved AS ({TRANSFER}
        SELECT d.key, w.id, {PROGRAMME}, d.customer_id, d.points, 'expire', 'expired',
               jsonb_build_object('lot', d.id), d.day
        FROM due d JOIN growth_wallet w ON w.customer_id = d.customer_id
        ORDER BY d.expires_on, d.id RETURNING id, key),
    used AS (INSERT INTO growth_pointsallocation (customer_id, transfer_id, lot_id, points)
             SELECT d.customer_id, m.id, d.id, d.points FROM moved m JOIN due d ON d.key = m.key),
    less AS (UPDATE growth_pointslot l SET remaining = l.remaining - d.points
             FROM due d WHERE l.id = d.id AND l.customer_id = d.customer_id),
    paid AS (UPDATE growth_wallet w SET balance = w.balance - s.points
             FROM (SELECT customer_id, sum(points) AS points FROM due GROUP BY 1) s
             WHERE w.customer_id = s.customer_id)
    SELECT coalesce(sum(points), 0)::bigint FROM due
"""  # noqa: S608


def expire(customer_ids: Sequence[int], today: date) -> int:
    """Take what remains in the due lots of customers; returns the points."""
    with prepared.cursor() as cursor:
        cursor.execute(_EXPIRE, [today, array(customer_ids)])
        return int(cursor.fetchone()[0])


def _values(facts: Facts) -> list[Any]:
    return [*facts[:5], json.dumps(facts.origin), facts.day]


def _transfer(facts: Facts, row: Sequence[Any]) -> PointsTransfer:
    pk, source, destination, posted_at = row[:4]
    told = facts._asdict() | {"source_id": source, "destination_id": destination}
    transfer = PointsTransfer(pk=pk, posted_at=posted_at, **told)
    transfer._state.adding = False
    return transfer
