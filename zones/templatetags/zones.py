"""Tags for customer pages."""

from typing import Any

from django import template
from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide

from content.blocks.fields import ICONS

register = template.Library()

# What the script draws with, besides the icons that tasks may name.
_OWN = frozenset(
    {"arrow-up-right", "check", "chevron-right", "coins", "copy", "gift", "lock", "refresh-cw", "x"}
)


@register.simple_tag
def script_icons() -> SafeString:
    """Every icon that the script may need, for a ``<template>``."""
    return SafeString(
        "".join(
            lucide(name, size=24, aria_hidden="true", data_icon=name, **{"class": "icon"})
            for name in sorted(_OWN | {code for code, _label in ICONS})
        )
    )


@register.simple_tag
def codes(value: Any) -> str:
    """Codes of a list block, separated by spaces."""
    return " ".join(code for code in value or [] if code)
