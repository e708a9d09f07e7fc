"""Tags for customer pages."""

from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide

from content.blocks.fields import ICONS

register = template.Library()

# What the script draws with, besides the icons that tasks may name.
_OWN = frozenset(
    {"arrow-up-right", "check", "chevron-right", "coins", "copy", "gift", "lock", "refresh-cw", "x"}
)


# What main.js imports at once: asked for together, instead of one after the other as found.
MODULES = ("dom", "api", "store", "level", "tasks", "makeup", "shelf", "sheet", "vouchers", "track")


@register.simple_tag
def module_preloads() -> SafeString:
    """Links that fetch the script's modules early."""
    addresses = ((static(f"zones/{name}.js"),) for name in MODULES)
    return format_html_join("\n", '<link rel="modulepreload" href="{}">', addresses)


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
