"""Names of everything that rules refer to, in a handful of queries."""

from django.apps import apps

from growth.admin import choices
from growth.admin.sentences import Names
from growth.text import localized


def names() -> Names:
    """All names in the active language."""
    return Names(
        segments=dict(choices.segments()),
        levels=dict(choices.levels()),
        tasks=dict(choices.tasks()),
        benefits=dict(benefits()),
        badges=dict(choices.badges()),
        budgets=dict(choices.budgets()),
    )


def benefits() -> list[tuple[str, str]]:
    """Benefits by code; the room above registers them as a model, not as an import."""
    if not apps.is_installed("benefits"):
        return []
    rows = apps.get_model("benefits", "Benefit").objects.values_list("code", "name")
    return [(code, localized(name) or code) for code, name in rows.order_by("code")]
