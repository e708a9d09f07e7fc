"""Filters of the admin's templates."""

from typing import Any

from django import template

from growth.text import localized

register = template.Library()


@register.filter
def in_language(texts: Any) -> str:
    """A text in the active language."""
    return localized(texts) if isinstance(texts, dict) else ""


@register.filter
def thousands(number: Any) -> str:
    """A number with its thousands apart, in every language."""
    return f"{number:,}" if isinstance(number, int) else str(number)
