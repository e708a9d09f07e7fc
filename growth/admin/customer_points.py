"""The parts of the customer's page that say what became of their points."""

from collections.abc import Iterable
from typing import Any

from growth import adjustments, changes, hold_requests, queries
from growth.admin import change_words, words
from growth.admin.listing import page_of
from growth.models import ChangeRequest, PointsLot

# Requests that are about one customer's points.
KINDS = (adjustments.ADJUSTMENT, *hold_requests.KINDS)


def parts(customer: Any, request: Any) -> dict[str, Any]:
    """What the page shows of a customer's points, and what the reader may ask for."""
    user = request.user
    return {
        "points": queries.points(customer.pk),
        "lots_page": (page := page_of(request, queries.open_lots(customer.pk), "lots")),
        "lots": _lots(page),
        "holds": list(queries.open_holds(customer.pk)),
        "waiting": [(change.pk, change_words.asked(change)) for change in _waiting(customer.ref)],
        "can_adjust": changes.may_ask(user, adjustments.ADJUSTMENT),
        "can_hold": changes.may_ask(user, hold_requests.HOLD),
    }


def _lots(page: Iterable[PointsLot]) -> list[tuple[PointsLot, str]]:
    """Lots with what they were earned by."""
    rows = list(page)
    sources = queries.sources(row.transfer for row in rows)
    return [(row, words.source(row.transfer, sources[row.transfer_id])) for row in rows]


def _waiting(ref: str) -> Iterable[ChangeRequest]:
    """Requests about a customer's points that are open."""
    rows = ChangeRequest.objects.filter(
        kind__in=KINDS, payload__customer=ref, state__in=changes.OPEN
    )
    return rows.select_related("maker")
