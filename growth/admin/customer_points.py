"""The parts of the customer's page that say what became of their points."""

from collections.abc import Iterable
from typing import Any

from growth import adjustments, changes, hold_requests, queries
from growth.admin import change_words
from growth.models import ChangeRequest

# Requests that are about one customer's points.
KINDS = (adjustments.ADJUSTMENT, *hold_requests.KINDS)


def parts(customer: Any, request: Any) -> dict[str, Any]:
    """What the page shows of a customer's points, and what the reader may ask for."""
    user = request.user
    return {
        "points": queries.points(customer.pk),
        "holds": list(queries.open_holds(customer.pk)),
        "waiting": [(change.pk, change_words.asked(change)) for change in _waiting(customer.ref)],
        "can_adjust": changes.may_ask(user, adjustments.ADJUSTMENT),
        "can_hold": changes.may_ask(user, hold_requests.HOLD),
    }


def _waiting(ref: str) -> Iterable[ChangeRequest]:
    """Requests about a customer's points that are open."""
    rows = ChangeRequest.objects.filter(
        kind__in=KINDS, payload__customer=ref, state__in=changes.OPEN
    )
    return rows.select_related("maker")
