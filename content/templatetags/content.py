"""Icons and pictures."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide

from content import sizes
from content.blocks.fields import ICON_NAMES

register = template.Library()


@register.simple_tag
def icon(name: str, css_class: str = "icon") -> SafeString:
    """One of lucide's icons, drawn in the text's colour and hidden from screen readers."""
    return lucide(str(name), size=24, aria_hidden="true", focusable="false", **{"class": css_class})


@register.simple_tag
def known_icon(name: str) -> SafeString:
    """The icon if it is one of ours, else nothing: content may outlive an icon."""
    return icon(name) if name in ICON_NAMES else SafeString("")


@register.simple_tag
def picture(image: Any, size: str = "wide", *, alt: str = "", eager: bool = False) -> SafeString:
    """A picture with its box reserved.

    Decorative (an empty ``alt``) unless its place says otherwise: heroes, banners, cards and
    shops stand beside words that say the same, which a screen reader would then read twice. The
    library's description is no help here, for it is in one language and pages are in several.
    """
    if not image:
        return SafeString("")
    rendition = image.get_rendition(sizes.NAMES[size])
    return format_html(
        '<img src="{}" width="{}" height="{}" alt="{}" {} decoding="async">',
        rendition.url,
        rendition.width,
        rendition.height,
        alt or "",
        SafeString('fetchpriority="high"' if eager else 'loading="lazy"'),
    )
