"""What make-up check-ins cost. The price follows the make-up: undone, it comes back (0010)."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

from growth import bankday, ledger
from growth.difference import Difference
from growth.models import PointsTransfer
from growth.task_rules import MADE_UP, MAKE_UP_SOURCE

Kind = PointsTransfer.Kind


def charge(*, customer_id: int, event_id: str, points: int, origin: Mapping[str, Any]) -> None:
    """Take the price of a make-up, once. The customer must be locked.

    Raises:
        InsufficientPoints: the customer cannot pay it.
    """
    if points:
        ledger.spend(
            customer_id=customer_id,
            points=points,
            key=_key(event_id),
            reason="make_up",
            origin=dict(origin),
            locked=True,
        )


def follow(changed: Iterable[tuple[int, str, str, bool]]) -> None:
    """Give prices back for make-ups that ceased to count; take them for those that count again.

    ``changed`` are events as (customer, source, id, whether it counts now); the customers must be
    locked. Where it cannot be paid again, only what is there is taken: nobody owes for a make-up.
    """
    for customer_id, source, event_id, counts in changed:
        if source != MAKE_UP_SOURCE:
            continue
        moves = list(_moves(customer_id, event_id))
        if not moves:  # it cost nothing
            continue
        returned = moves[-1].kind == Kind.REFUND
        if counts and returned:
            _take_again(moves, event_id)
        elif not counts and not returned:
            ledger.refund(
                transfer=moves[-1],
                key=f"{_key(event_id)}:undone:{len(moves)}",
                reason="make_up_undone",
                origin=moves[0].origin,
            )


def _take_again(moves: list[PointsTransfer], event_id: str) -> None:
    first = moves[0]
    there = ledger.available_points(customer_id=first.customer_id, today=bankday.today())
    if points := min(first.points, there):
        ledger.spend(
            customer_id=first.customer_id,
            points=points,
            key=f"{_key(event_id)}:again:{len(moves)}",
            reason="make_up",
            origin=first.origin,
            locked=True,
        )


def _key(event_id: str) -> str:
    return f"make-up:{event_id}"


def _moves(customer_id: int, event_id: str) -> Iterable[PointsTransfer]:
    """What was taken and given back for a make-up, in that order."""
    mine = PointsTransfer.objects.filter(customer=customer_id)
    return mine.filter(key__startswith=_key(event_id)).order_by("pk")


# Prices taken and given back that make-ups stand for (``registry.points_causes``).
CAUSE = f"""
    SELECT t.id, t.customer_id
    FROM growth_bankevent e JOIN growth_pointstransfer t ON t.customer_id = e.customer_id
    WHERE e.type = '{MADE_UP}' AND e.source = '{MAKE_UP_SOURCE}' AND t.kind IN ('redeem', 'refund')
      AND t.key LIKE 'make-up:%' AND starts_with(t.key || ':', 'make-up:' || e.event_id || ':')
"""  # noqa: S608
_PAID = """
    SELECT e.customer_id, e.event_id, e.counts, (e.data->>'points')::bigint,
           coalesce(sum(CASE t.kind WHEN 'refund' THEN -t.points ELSE t.points END), 0)
    FROM growth_bankevent e LEFT JOIN growth_pointstransfer t
      ON t.customer_id = e.customer_id AND starts_with(t.key, 'make-up:' || e.event_id)
    WHERE e.type = %s AND e.source = %s AND (e.data->>'points')::bigint > 0
    GROUP BY e.customer_id, e.source, e.event_id, e.counts, e.data
"""


def differences() -> Iterable[str]:
    """Make-ups whose price is gone though they are undone, or for which too much was taken."""
    with connection.cursor() as cursor:
        cursor.execute(_PAID, [MADE_UP, MAKE_UP_SOURCE])
        for customer_id, event_id, counts, price, paid in cursor.fetchall():
            if not 0 <= paid <= (price if counts else 0):
                said = "counts" if counts else "is undone"
                text = f"customer {customer_id}: make-up {event_id} {said}, {paid} of {price} paid"
                yield Difference(f"make-up {event_id} of customer {customer_id}", text)
