"""What operators choose from, by name in their language."""

from django.utils.translation import gettext as _

from growth import segments as segment_rules
from growth.admin import words
from growth.levels import current_levels
from growth.models import Badge, Budget, Customer, GrowthTask, Segment, TaskVersion
from growth.text import localized

Choices = list[tuple[str, str]]
SAMPLE = 300


def segments() -> Choices:
    """Every segment, as (code, name)."""
    rows = Segment.objects.values_list("code", "name")
    return sorted(((code, _named(code, name)) for code, name in rows), key=lambda row: row[1])


def tasks() -> Choices:
    """Every task, as (code, name)."""
    return [
        (code, _named(code, name)) for code, name in GrowthTask.objects.values_list("code", "name")
    ]


def levels() -> Choices:
    """The levels of the scheme in force, from the lowest up."""
    rows = current_levels().values_list("code", "name")
    return [(code, _named(code, name)) for code, name in rows]


def badges() -> Choices:
    """Every badge, as (code, name)."""
    return [(code, _named(code, name)) for code, name in Badge.objects.values_list("code", "name")]


def budgets() -> Choices:
    """Every budget, as (code, name)."""
    return [(code, _named(code, name)) for code, name in Budget.objects.values_list("code", "name")]


def kinds() -> Choices:
    """Kinds of tasks."""
    return [(code, str(text)) for code, text in words.KINDS.items()]


def events() -> Choices:
    """Event types that are in use here, with what they mean."""
    live = TaskVersion.objects.filter(end_release__isnull=True)
    rules = dict(Segment.objects.values_list("code", "rule"))
    found = {*words.EVENTS, *live.values_list("spec__event", flat=True)}
    for rule in rules.values():
        found |= segment_rules.event_types(rule, rules)
    return [(code, words.event(code)) for code in sorted(filter(None, found))]


def attributes() -> Choices:
    """Details that a sample of customers has."""
    rows = Customer.objects.order_by("-pk").values_list("attributes", flat=True)[:SAMPLE]
    return [(name, "") for name in sorted({name for row in rows for name in row})]


def tags() -> Choices:
    """Tags that a sample of customers has."""
    rows = Customer.objects.order_by("-pk").values_list("tags", flat=True)[:SAMPLE]
    return [(tag, "") for tag in sorted({tag for row in rows for tag in row})]


def suggestions() -> dict[str, Choices]:
    """Lists of suggestions by the id of their ``<datalist>``."""
    return {"gz-events": events(), "gz-attributes": attributes(), "gz-tags": tags()}


def _named(code: str, name: dict[str, str]) -> str:
    return localized(name) or code


def optional(found: Choices, empty: str = "") -> Choices:
    """``found`` with an empty choice in front."""
    return [("", empty or _("–")), *found]
