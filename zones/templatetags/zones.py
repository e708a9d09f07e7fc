"""Tags for customer pages."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide

from content.blocks.fields import ICON_NAMES, ICONS
from zones import pictures

register = template.Library()

# What the script draws with, besides the icons that tasks may name.
_OWN = frozenset(
    {"arrow-up-right", "check", "chevron-right", "coins", "copy", "gift", "lock", "refresh-cw", "x"}
)
_SIZES = {"hero": pictures.HERO, "wide": pictures.WIDE, "thumb": pictures.THUMB}


@register.simple_tag
def icon(name: str, css_class: str = "icon") -> SafeString:
    """One of lucide's icons, drawn in the text's colour and hidden from screen readers."""
    return lucide(str(name), size=24, aria_hidden="true", focusable="false", **{"class": css_class})


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
def known_icon(name: str) -> SafeString:
    """The icon if it is one of ours, else nothing: content may outlive an icon."""
    return icon(name) if name in ICON_NAMES else SafeString("")


@register.simple_tag
def picture(image: Any, size: str = "wide", *, eager: bool = False) -> SafeString:
    """A picture with its box reserved. Decorative unless the library describes it."""
    if not image:
        return SafeString("")
    rendition = image.get_rendition(_SIZES[size])
    return format_html(
        '<img src="{}" width="{}" height="{}" alt="{}" {} decoding="async">',
        rendition.url,
        rendition.width,
        rendition.height,
        image.description or "",
        SafeString('fetchpriority="high"' if eager else 'loading="lazy"'),
    )


@register.simple_tag
def codes(value: Any) -> str:
    """Codes of a list block, separated by spaces."""
    return " ".join(code for code in value or [] if code)
