"""What editors may choose from: segments, tasks and benefits, by name."""

from collections.abc import Callable

from django.apps import apps

from growth.text import localized

Options = list[tuple[str, str]]


def segments() -> Options:
    """Every segment, as (code, name)."""
    return _named("growth", "Segment")


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
