"""Filters of the admin's templates."""

from typing import Any

from django import template

from growth.text import localized

register = template.Library()


@register.filter
def in_language(texts: Any) -> str:
    """A text in the active language."""
    return localized(texts) if isinstance(texts, dict) else ""
