"""Points kept from being spent, and released again, once a second person agrees."""

from typing import Any

from growth import holds
from growth.adjustments import MOST_POINTS, customer_id_of
from growth.errors import GrowthError, HoldReleased, NotFound
from growth.models import ChangeRequest, PointsHold
from growth.registry import Applied

HOLD, RELEASE = "points_hold", "points_release"
KINDS = (HOLD, RELEASE)


def validate_hold(payload: dict[str, Any]) -> None:
    """Refuse a hold of no points, of too many, or of nobody's."""
    if not 0 < payload["points"] <= MOST_POINTS:
        raise GrowthError(f"from 1 to {MOST_POINTS} points can be held")
    customer_id_of(payload["customer"])


def apply_hold(payload: dict[str, Any], change: ChangeRequest) -> Applied:
    """Hold the points, once for each request."""
    hold = holds.place_hold(
        customer_id=customer_id_of(payload["customer"]),
        points=payload["points"],
        key=f"hold:{change.pk}",
        reason=change.reason[:200],
    )
    return Applied({"hold": hold.key})


def release_payload(hold: PointsHold) -> dict[str, Any]:
    """What a request to release a hold says."""
    return {"hold": hold.key, "customer": hold.customer.ref, "points": hold.points}


def validate_release(payload: dict[str, Any]) -> None:
    """Refuse to release what is not held any more."""
    if hold_of(payload).released_at:
        raise HoldReleased


def apply_release(payload: dict[str, Any], change: ChangeRequest) -> Applied:
    """Release the hold, unless somebody else's request has done so."""
    validate_release(payload)
    holds.release_hold(key=payload["hold"])
    return Applied({"released": payload["hold"]})


def hold_of(payload: dict[str, Any]) -> PointsHold:
    """The hold that a request is about.

    Raises:
        NotFound: there is none of that key.
    """
    hold = PointsHold.objects.filter(key=payload["hold"]).first()
    if hold is None:
        raise NotFound
    return hold
