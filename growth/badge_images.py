"""Pictures of badges: a medal in the badge's colour with its icon, drawn here and cached.

The look depends on colour and icon only, so its hash is part of the address and a phone may keep
the picture for ever.
"""

import hashlib
import io
import math
import re
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from PIL import Image as Pillow
from PIL import ImageChops, ImageDraw, ImageFilter

from growth.icon_shapes import Point, icon_lines
from growth.models import Badge

SIZE = 72  # CSS pixels
SCALES = (1, 2, 3)
DEFAULT_ICON = "award"
KEPT_SECONDS = 30 * 86400
_LOOK = 1  # raise it when the drawing changes
_FINE = 4  # drawn so many times larger, then made smaller: smooth edges
_SCALLOPS = 14

ICONS = {
    "award": _("Rosette"),
    "badge-check": _("Tick"),
    "book-open": _("Book"),
    "calendar-check": _("Calendar"),
    "coffee": _("Cup"),
    "coins": _("Coins"),
    "credit-card": _("Bank card"),
    "crown": _("Crown"),
    "flame": _("Flame"),
    "footprints": _("Footprints"),
    "gem": _("Gem"),
    "gift": _("Present"),
    "graduation-cap": _("Student's cap"),
    "hand-heart": _("Helping hand"),
    "heart": _("Heart"),
    "house": _("House"),
    "leaf": _("Leaf"),
    "map-pin": _("Place"),
    "medal": _("Medal"),
    "piggy-bank": _("Money box"),
    "rocket": _("Rocket"),
    "shield-check": _("Shield"),
    "sparkles": _("Sparkles"),
    "sprout": _("Seedling"),
    "star": _("Star"),
    "sun": _("Sun"),
    "tree-pine": _("Tree"),
    "trophy": _("Trophy"),
    "users": _("People"),
}

Colour = tuple[int, int, int]
_HEX = re.compile(r"#[0-9a-fA-F]{6}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Image:
    """Addresses of a badge's picture: for plain screens, and for fine ones."""

    src: str
    srcset: str


def is_colour(value: Any) -> bool:
    """Whether it is written as ``#b8860b``."""
    return isinstance(value, str) and bool(_HEX.fullmatch(value))


def digest(badge: Badge) -> str:
    """Hash of what the picture shows."""
    text = f"{_LOOK} {_icon(badge)} {badge.colour.lower()}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def image_of(badge: Badge) -> Image:
    """Where the picture is."""
    found = {
        scale: reverse("badge-image", args=[badge.code, digest(badge), scale]) for scale in SCALES
    }
    return Image(found[1], ", ".join(f"{src} {scale}x" for scale, src in found.items()))


def png(badge: Badge, scale: int) -> bytes:
    """The picture at a scale, out of the cache where it was drawn before."""
    key = f"growth:badge:{digest(badge)}:{scale}"
    found: bytes | None = cache.get(key)
    if found is None:
        found = draw(_icon(badge), badge.colour, SIZE * scale)
        cache.set(key, found, KEPT_SECONDS)
    return found


def draw(icon: str, colour: str, size: int) -> bytes:
    """A medal of ``size`` pixels as PNG, on nothing: it lies on light and on dark pages."""
    base = tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))
    side = size * _FINE
    medal = Pillow.new("RGBA", (side, side), (0, 0, 0, 0))
    rosette = _rosette_mask(side)
    medal.paste(_ramp(side, _mixed(base, 255, 0.18), _mixed(base, 0, 0.34)), mask=rosette)
    for radius, light, dark in ((0.405, 0.72, 0.38), (0.375, 0.10, -0.16)):
        top, bottom = _shade(base, light), _shade(base, dark)
        medal.paste(_ramp(side, top, bottom), mask=_disc_mask(side, radius))
    medal.alpha_composite(_gloss(side))
    lines = icon_lines(icon)
    ink = (30, 30, 30) if _is_light(base) else (255, 255, 255)
    medal.alpha_composite(_icon_layer(side, lines, _mixed(base, 0, 0.62), 0.012, 110))
    medal.alpha_composite(_icon_layer(side, lines, ink, 0, 255))
    out = io.BytesIO()
    medal.resize((size, size), Pillow.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()


def _icon(badge: Badge) -> str:
    return badge.icon if badge.icon in ICONS else DEFAULT_ICON


def _mixed(base: Any, towards: int, share: float) -> Colour:
    red, green, blue = (round(part + (towards - part) * share) for part in base)
    return red, green, blue


def _shade(base: Any, light: float) -> Colour:
    return _mixed(base, 255 if light > 0 else 0, abs(light))


def _is_light(base: Any) -> bool:
    """Whether white on it would be hard to see."""
    red, green, blue = base
    return bool(0.2126 * red + 0.7152 * green + 0.0722 * blue > 190)


def _ramp(side: int, top: Colour, bottom: Colour) -> Pillow.Image:
    """From one colour above to another below."""
    column = Pillow.new("RGB", (1, side))
    for y in range(side):
        share = y / (side - 1)
        column.putpixel(
            (0, y), tuple(round(a + (b - a) * share) for a, b in zip(top, bottom, strict=True))
        )
    return column.resize((side, side))


def _rosette_mask(side: int) -> Pillow.Image:
    """A disc with a wavy rim."""
    mask = Pillow.new("L", (side, side), 0)
    points = []
    for step in range(720):
        turn = math.tau * step / 720
        radius = side * (0.468 + 0.022 * math.cos(_SCALLOPS * turn))
        points.append((side / 2 + radius * math.sin(turn), side / 2 - radius * math.cos(turn)))
    ImageDraw.Draw(mask).polygon(points, fill=255)
    return mask


def _disc_mask(side: int, radius: float, x: float = 0.5, y: float = 0.5) -> Pillow.Image:
    mask = Pillow.new("L", (side, side), 0)
    box = ((x - radius) * side, (y - radius) * side, (x + radius) * side, (y + radius) * side)
    ImageDraw.Draw(mask).ellipse(box, fill=255)
    return mask


def _gloss(side: int) -> Pillow.Image:
    """Light from above on the disc."""
    inside, glow = _disc_mask(side, 0.375), _disc_mask(side, 0.42, 0.5, 0.16)
    soft = ImageChops.multiply(inside, glow.filter(ImageFilter.GaussianBlur(side * 0.05)))
    layer = Pillow.new("RGBA", (side, side), (255, 255, 255, 0))
    layer.putalpha(soft.point(lambda value: value * 44 // 255))
    return layer


def _icon_layer(
    side: int, lines: list[list[Point]], colour: Colour, down: float, alpha: int
) -> Pillow.Image:
    """The icon's strokes with round ends; ``down`` moves it, for its shadow."""
    layer = Pillow.new("RGBA", (side, side), (*colour, 0))
    mask = Pillow.new("L", (side, side), 0)
    pen = ImageDraw.Draw(mask)
    unit = side * 0.42 / 24
    width = unit * 2.1
    offset_x, offset_y = side * 0.29, side * (0.29 + down)
    for line in lines:
        points = [(offset_x + x * unit, offset_y + y * unit) for x, y in line]
        pen.line(points, fill=alpha, width=round(width), joint="curve")
        for x, y in points:
            half = width / 2
            pen.ellipse((x - half, y - half, x + half, y + half), fill=alpha)
    layer.putalpha(mask)
    return layer
