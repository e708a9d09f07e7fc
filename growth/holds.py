"""Holds: points that a customer has and may not spend until they are released.

A hold names no lots. What expires or is reversed may go below what is held; then the customer
has simply nothing to spend.
"""

from datetime import date

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from growth import bankday, ledger, lots
from growth.errors import IdempotencyConflict, InsufficientPoints, NotFound
from growth.models import PointsHold, Wallet


@transaction.atomic
def place_hold(
    *, customer_id: int, points: int, key: str, reason: str, today: date | None = None
) -> PointsHold:
    """Keep ``points`` of a customer from being spent, once per ``key``.

    A replay with the same facts returns the first hold, released or not.

    Raises:
        InsufficientPoints: fewer points can be spent today.
        IdempotencyConflict: ``key`` already stands for other facts.
    """
    ledger.lock_customers([customer_id])
    if earlier := PointsHold.objects.filter(key=key).first():
        if (earlier.customer_id, earlier.points) != (customer_id, points):
            raise IdempotencyConflict(key)
        return earlier
    if lots.look(customer_id, today or bankday.today(), key).available < points:
        raise InsufficientPoints
    hold = PointsHold.objects.create(key=key, customer_id=customer_id, points=points, reason=reason)
    Wallet.objects.filter(customer_id=customer_id).update(held=F("held") + points)
    return hold


@transaction.atomic
def release_hold(*, key: str) -> PointsHold:
    """Let a customer spend what a hold kept back. Again: nothing happens.

    Raises:
        NotFound: there is no hold of that key.
    """
    hold = PointsHold.objects.filter(key=key).first()
    if hold is None:
        raise NotFound
    ledger.lock_customers([hold.customer_id])
    if PointsHold.objects.filter(pk=hold.pk, released_at=None).update(released_at=Now()):
        Wallet.objects.filter(customer_id=hold.customer_id).update(held=F("held") - hold.points)
    hold.refresh_from_db()
    return hold
