"""The parts of the customer's page that say how their growth value and level came about."""

from typing import Any

from growth.admin import choices
from growth.admin.listing import page_of
from growth.levels import standing
from growth.models import LevelChange

SHOWN = 20


def parts(customer: Any, request: Any) -> dict[str, Any]:
    """Growth value day by day, and the changes of the level."""
    page = page_of(request, standing.entries(customer.pk), "growth")
    changes = _changes(customer)
    return {"growth_page": page, "growth_lines": standing.lines(page), "changes": changes}


def _changes(customer: Any) -> list[dict[str, Any]]:
    names = dict(choices.levels())
    lowest = next(iter(names.values()), "")
    rows = LevelChange.objects.filter(customer=customer).select_related("scheme")
    return [
        {
            "before": names.get(row.before, row.before) or lowest,
            "after": names.get(row.after, row.after) or lowest,
            "value": row.growth_value,
            "cause": row.get_cause_display(),
            "scheme": row.scheme.version,
            "at": row.changed_at,
        }
        for row in rows.order_by("-id")[:SHOWN]
    ]
