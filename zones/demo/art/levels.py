"""The badges of the four levels, 512 by 512."""

from __future__ import annotations

import math
from functools import partial

from .canvas import FAR, NEAR, Canvas, Gradient, Shadow, arc, ellipse, leaf, mix
from .props import emblem

# light, dark, ground, pairs of leaves in the wreath
TONES = {
    "level-green": ("#8fc79a", "#3f8a62", "#eef7ec", 3),
    "level-silver": ("#dfe5ee", "#8593a9", "#f3f6fa", 5),
    "level-gold": ("#ffe1a0", "#cf8f2c", "#fdf6e6", 7),
    "level-jade": ("#a9e4d2", "#1d7f74", "#ebf8f4", 10),
}


def badge(name: str) -> Canvas:
    """A medal whose willow wreath closes as the level rises."""
    light, dark, ground, pairs = TONES[name]
    c = Canvas(512, 512, Gradient(ground, mix(ground, light, 0.55)))
    c.glow(256, 240, 250, "#ffffff", 0.9)
    c.fill(ellipse(256, 256, 194), Gradient(light, dark, "d"), shadow=FAR)
    c.fill(ellipse(256, 256, 178), Gradient(dark, light, "d"))
    c.fill(ellipse(256, 256, 166), Gradient(mix(light, "#ffffff", 0.2), mix(dark, light, 0.2), "d"))
    soft = Shadow(0, 3, 4, 0.25, dark)
    pale = Gradient("#ffffff", mix(light, "#ffffff", 0.55), "d")
    for side in (1, -1):
        reach = 90 - side * (8 + 14.6 * pairs)
        c.stroke(arc(256, 256, 122, 122, 90 - side * 4, reach), 3.4, "#ffffff", opacity=0.85)
        for i in range(pairs):
            turn = 90 - side * (14 + 14.6 * i)
            x, y = (
                256 + 122 * math.cos(math.radians(turn)),
                256 + 122 * math.sin(math.radians(turn)),
            )
            along = turn - side * 90
            for lean in (-30, 34):
                c.fill(leaf(x, y, 40, 6.4, along + side * lean), pale, shadow=soft)
    c.fill(ellipse(256, 252, 74), Gradient(light, dark, "d"), shadow=NEAR)
    c.fill(ellipse(256, 252, 66), Gradient(mix(dark, "#000000", 0.06), mix(dark, light, 0.3), "d"))
    emblem(c, 256, 248, 40, "#ffffff")
    c.stroke(arc(256, 256, 156, 156, 205, 262), 7, "#ffffff", opacity=0.5)
    return c


TITLES = {
    "level-green": "A green medal with the first leaves of a willow wreath",
    "level-silver": "A silver medal, half wreathed in willow",
    "level-gold": "A golden medal in a willow wreath that nearly closes",
    "level-jade": "A jade medal in a full willow wreath",
}

LEVELS = {name: partial(badge, name) for name in TONES}
