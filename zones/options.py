"""What editors may choose from: segments, tasks and benefits, by name."""

from collections.abc import Callable

from django.apps import apps
from django.utils.translation import gettext

from growth import levels
from growth.text import localized
from zones.facts import LEVEL

Options = list[tuple[str, str]]


def segments() -> Options:
    """Every segment, as (code, name)."""
    return _named("growth", "Segment")


def audiences() -> Options:
    """Whom a component may be limited to: every segment, and every level above the lowest."""
    above = list(levels.current_levels())[1:]
    text = gettext("Level {level} and above")
    return [*segments(), *((f"{LEVEL}{step.code}", text.format(level=step)) for step in above)]


def tasks() -> Options:
    """Every task, as (code, name)."""
    return _named("growth", "GrowthTask")


def benefits() -> Options:
    """Every benefit, as (code, name)."""
    return _named("benefits", "Benefit")


def _named(app: str, model: str) -> Options:
    rows = apps.get_model(app, model).objects.order_by("code").values_list("code", "name")
    return [(code, localized(name) or code) for code, name in rows]


CHOICES: dict[str, Callable[[], Options]] = {
    "segments": segments,
    "tasks": tasks,
    "benefits": benefits,
}
