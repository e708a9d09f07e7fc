"""Palettes, backgrounds and the things that return in many pictures."""

from __future__ import annotations

import random
from dataclasses import dataclass

from .canvas import (
    FAR,
    NEAR,
    SOFT,
    Canvas,
    Gradient,
    Paint,
    Point,
    Shadow,
    arc,
    bezier,
    ellipse,
    leaf,
    mix,
    rect,
    smooth,
)


@dataclass(frozen=True)
class Palette:
    """The colours of a zone."""

    sky: str
    glow: str
    mid: str
    main: str
    deep: str
    accent: str
    second: str
    leaf: str
    paper: str = "#fffdf8"


PAYROLL = Palette(
    "#dfeaf8", "#fdf3e3", "#b5cdee", "#3563ad", "#1d3461", "#f2a54f", "#e86f51", "#4f9a80"
)
SENIOR = Palette(
    "#fbe6cd", "#fff6e6", "#f0c79c", "#bf6241", "#5c3526", "#e9b44c", "#8fa876", "#7c9a62"
)
CAMPUS = Palette(
    "#e6e0f8", "#fff8ec", "#cdc0f1", "#6548c4", "#2a1a5e", "#f6c453", "#ec7a5c", "#57a773"
)
CITY = Palette(
    "#f9dcc9", "#fff1df", "#efb797", "#b8532f", "#43213a", "#ffc457", "#3d8088", "#5f9a7a"
)


def backdrop(
    palette: Palette, style: str = "disc", *, width: int = 800, height: int = 600
) -> Canvas:
    """A canvas with a quiet background: disc, window, table, hills or rays."""
    c = Canvas(width, height, Gradient(palette.glow, palette.sky, "v"))
    if style == "disc":
        c.fill(
            ellipse(width * 0.5, height * 0.47, height * 0.42),
            Gradient(palette.mid, mix(palette.mid, palette.sky, 0.6)),
        )
        c.fill(ellipse(width * 0.83, height * 0.2, height * 0.07), palette.accent, opacity=0.35)
        c.fill(ellipse(width * 0.14, height * 0.66, height * 0.045), palette.second, opacity=0.28)
    elif style == "table":
        c.fill(ellipse(width * 0.36, height * 0.34, height * 0.4), palette.mid, opacity=0.45)
        c.fill(ellipse(width * 0.78, height * 0.26, height * 0.2), palette.accent, opacity=0.22)
        table(c, palette, height * 0.74)
    elif style == "window":
        table(c, palette, height * 0.78)
        window(c, palette, width * 0.56, height * 0.08, width * 0.34, height * 0.5)
    elif style == "hills":
        hills(c, palette, height * 0.6)
    return c


def table(c: Canvas, palette: Palette, y: float) -> None:
    """A table top from edge to edge."""
    top = mix(palette.mid, palette.paper, 0.25)
    c.fill(
        rect(-10, y, c.width + 20, c.height - y + 10), Gradient(top, mix(top, palette.main, 0.22))
    )
    c.fill(rect(-10, y, c.width + 20, 5), palette.paper, opacity=0.5)


def window(c: Canvas, palette: Palette, x: float, y: float, w: float, h: float) -> None:
    """A window with a soft view."""
    c.fill(rect(x, y, w, h, 14), palette.paper, shadow=NEAR)
    pane = rect(x + 12, y + 12, w - 24, h - 24, 6)
    with c.clip(pane):
        c.fill(pane, Gradient(mix(palette.mid, palette.main, 0.25), palette.glow))
        c.fill(ellipse(x + w * 0.68, y + h * 0.36, w * 0.13), palette.accent, opacity=0.85)
        c.fill(ellipse(x + w * 0.2, y + h * 1.02, w * 0.55, h * 0.34), palette.leaf, opacity=0.75)
        c.fill(
            ellipse(x + w * 0.85, y + h * 1.05, w * 0.5, h * 0.3),
            mix(palette.leaf, palette.deep, 0.25),
            opacity=0.8,
        )
    c.fill(rect(x + w / 2 - 5, y + 8, 10, h - 16), palette.paper)
    c.fill(rect(x + 8, y + h * 0.52, w - 16, 9), palette.paper)


def hills(c: Canvas, palette: Palette, y: float) -> None:
    """Three ridges, paler with distance."""
    w = c.width
    for k, (shift, rise, tone) in enumerate(((0, 60, 0.25), (40, 34, 0.5), (95, 18, 0.8))):
        ridge: list[Point] = [(-20, y + shift)]
        ridge += [(w * i / 6, y + shift + rise * (-1 if (i + k) % 2 else 0.6)) for i in range(7)]
        ridge += [(w + 20, y + shift)]
        color = mix(palette.sky, mix(palette.leaf, palette.deep, 0.12 * k), tone)
        c.fill(
            [*smooth(ridge), (w + 20, c.height + 10), (-20, c.height + 10)],
            Gradient(color, mix(color, palette.deep, 0.12)),
        )


def ground_shadow(c: Canvas, cx: float, cy: float, rx: float, opacity: float = 0.25) -> None:
    """The shadow under something that stands."""
    c.fill(
        ellipse(cx, cy, rx * 0.8, rx * 0.05),
        "#000000",
        shadow=Shadow(0, 0, rx * 0.1, opacity),
        opacity=0.0,
    )


def frond(
    c: Canvas,
    x: float,
    y: float,
    length: float,
    sway: float,
    color: str,
    *,
    opacity: float = 1,
    seed: int = 1,
) -> None:
    """A hanging willow branch."""
    dice = random.Random(seed)
    stem = bezier(
        (x, y),
        (x + sway * 0.1, y + length * 0.4),
        (x + sway * 0.9, y + length * 0.6),
        (x + sway, y + length),
    )
    c.stroke(stem, max(1.6, length * 0.009), mix(color, "#4a3c2a", 0.3), opacity=opacity)
    for i, (px, py) in enumerate(stem[3:], start=3):
        side = 1 if i % 2 else -1
        size = length * 0.17 * (1 - 0.35 * i / len(stem)) * dice.uniform(0.85, 1.15)
        tone = mix(color, "#f4f1c9", dice.uniform(0, 0.28))
        c.fill(
            leaf(px, py, size, size * 0.13, 90 - side * dice.uniform(24, 46)), tone, opacity=opacity
        )


def willow_corner(
    c: Canvas,
    color: str,
    *,
    right: bool = True,
    n: int = 4,
    opacity: float = 0.9,
    reach: float = 0.4,
) -> None:
    """Willow branches that hang into a corner: the bank's sign."""
    for i in range(n):
        x = c.width * (0.98 - 0.075 * i) if right else c.width * (0.02 + 0.075 * i)
        length = c.height * reach * (1 - 0.17 * i)
        frond(
            c,
            x,
            -14,
            length,
            (-1 if right else 1) * (16 + 6 * i),
            color,
            opacity=opacity,
            seed=i + 3,
        )


def card(
    c: Canvas, x: float, y: float, w: float, first: str, second: str, *, angle: float = 0
) -> None:
    """A bank card with chip and willow leaf, its middle at (x, y)."""
    h = w * 0.63
    with c.at(x, y, angle=angle):
        c.fill(rect(-w / 2, -h / 2, w, h, w * 0.07), Gradient(first, second, "d"), shadow=SOFT)
        with c.clip(rect(-w / 2, -h / 2, w, h, w * 0.07)):
            c.fill(ellipse(w * 0.42, -h * 0.55, w * 0.5), "#ffffff", opacity=0.1)
            c.fill(ellipse(w * 0.5, h * 0.5, w * 0.42), "#ffffff", opacity=0.08)
        c.fill(
            rect(-w * 0.4, -h * 0.17, w * 0.14, h * 0.19, w * 0.02),
            Gradient("#f6dd9b", "#d9a94e", "d"),
        )
        c.stroke([(-w * 0.33, -h * 0.17), (-w * 0.33, h * 0.02)], w * 0.006, "#a97d33")
        c.stroke([(-w * 0.4, -h * 0.075), (-w * 0.26, -h * 0.075)], w * 0.006, "#a97d33")
        for i in range(4):
            for j in range(4):
                c.fill(
                    ellipse(-w * 0.385 + i * w * 0.19 + j * w * 0.036, h * 0.2, w * 0.011),
                    "#ffffff",
                    opacity=0.75,
                )
        c.fill(rect(-w * 0.4, h * 0.31, w * 0.3, h * 0.05, 2), "#ffffff", opacity=0.55)
        emblem(c, w * 0.36, -h * 0.31, w * 0.07, "#ffffff")


def emblem(c: Canvas, x: float, y: float, size: float, color: str) -> None:
    """The bank's mark: three willow leaves."""
    for turn, share in ((70, 1.0), (110, 1.0), (90, 1.25)):
        c.fill(leaf(x, y - size * 0.8, size * 1.6 * share, size * 0.3, turn), color, opacity=0.92)


def coin(c: Canvas, x: float, y: float, r: float) -> None:
    """A coin seen from the front."""
    c.fill(ellipse(x, y, r), Gradient("#ffe09a", "#e6a63b", "d"), shadow=NEAR)
    c.fill(ellipse(x, y, r * 0.78), "#d6922b", opacity=0.45)
    c.fill(ellipse(x, y, r * 0.73), Gradient("#fbd27c", "#eeb44c", "d"))
    emblem(c, x, y, r * 0.36, "#fff6da")


def coin_stack(c: Canvas, x: float, y: float, r: float, n: int) -> None:
    """Coins lying on each other, the lowest at (x, y)."""
    for i in range(n):
        cy = y - i * r * 0.3
        c.fill(
            [*arc(x, cy, r, r * 0.34, 0, 180), *arc(x, cy - r * 0.26, r, r * 0.34, 180, 0)],
            Gradient("#d8942f", "#f3c162", "h"),
        )
        c.fill(ellipse(x, cy - r * 0.26, r, r * 0.34), Gradient("#ffe3a3", "#efb54f", "h"))


def sheet(
    c: Canvas,
    x: float,
    y: float,
    w: float,
    h: float,
    palette: Palette,
    *,
    lines: int = 6,
    angle: float = 0,
) -> None:
    """A sheet of paper with a heading and lines, its middle at (x, y)."""
    with c.at(x, y, angle=angle):
        c.fill(rect(-w / 2, -h / 2, w, h, 10), Gradient("#ffffff", "#f4f1ea"), shadow=SOFT)
        c.fill(rect(-w * 0.4, -h * 0.42, w * 0.34, h * 0.05, 4), palette.main)
        emblem(c, w * 0.36, -h * 0.39, w * 0.045, palette.leaf)
        step = h * 0.68 / lines
        for i in range(lines):
            top = -h * 0.27 + i * step
            c.fill(
                rect(-w * 0.4, top, w * (0.3 + 0.07 * (i * 7 % 3)), h * 0.026, 3),
                mix(palette.mid, "#8d96a8", 0.4),
                opacity=0.75,
            )
            c.fill(
                rect(w * 0.24, top, w * 0.16, h * 0.026, 3),
                palette.main if i == lines - 1 else mix(palette.mid, "#8d96a8", 0.5),
            )


def phone(
    c: Canvas,
    x: float,
    y: float,
    w: float,
    screen: Paint,
    *,
    angle: float = 0,
    frame: str = "#22263a",
) -> None:
    """A phone, its middle at (x, y); draw on it with `c.at` afterwards."""
    h = w * 2.02
    with c.at(x, y, angle=angle):
        c.fill(rect(-w / 2, -h / 2, w, h, w * 0.15), frame, shadow=FAR)
        c.fill(rect(-w * 0.455, -h / 2 + w * 0.05, w * 0.91, h - w * 0.1, w * 0.11), screen)
        c.fill(rect(-w * 0.12, -h / 2 + w * 0.085, w * 0.24, w * 0.045, w * 0.022), frame)


def mug(c: Canvas, x: float, y: float, w: float, color: str, *, steam: bool = True) -> None:
    """A cup that stands at (x, y)."""
    h = w * 0.82
    ground_shadow(c, x, y, w * 0.8)
    c.stroke(
        arc(x + w * 0.5, y - h * 0.52, w * 0.2, h * 0.25, -90, 90),
        w * 0.085,
        mix(color, "#000000", 0.12),
    )
    side = [
        (x - w / 2, y - h),
        *bezier(
            (x - w / 2, y - h), (x - w * 0.48, y - h * 0.1), (x - w * 0.36, y), (x - w * 0.26, y)
        ),
    ]
    side += [
        (x + w * 0.26, y),
        *bezier(
            (x + w * 0.26, y), (x + w * 0.36, y), (x + w * 0.48, y - h * 0.1), (x + w / 2, y - h)
        ),
    ]
    c.fill(side, Gradient(mix(color, "#ffffff", 0.22), mix(color, "#000000", 0.12), "h"))
    c.fill(ellipse(x, y - h, w / 2, w * 0.12), mix(color, "#ffffff", 0.45))
    c.fill(ellipse(x, y - h + w * 0.015, w * 0.44, w * 0.092), Gradient("#7a4a2c", "#54301b", "h"))
    if steam:
        for k, dx in enumerate((-0.16, 0.06, 0.24)):
            wave = [
                (x + w * (dx + (0.045 if j % 2 else -0.045)), y - h * 1.2 - j * w * 0.19)
                for j in range(4 - k % 2)
            ]
            c.stroke(smooth(wave), w * 0.035, "#ffffff", opacity=0.55)


def pot_plant(c: Canvas, x: float, y: float, size: float, palette: Palette) -> None:
    """A plant in a pot that stands at (x, y)."""
    ground_shadow(c, x, y, size * 0.5)
    for i, turn in enumerate((-150, -128, -108, -90, -70, -52, -30)):
        tone = mix(palette.leaf, palette.deep if i % 2 else "#e9f2c8", 0.18)
        c.fill(leaf(x, y - size * 0.42, size * (0.8 - 0.05 * abs(i - 3)), size * 0.1, turn), tone)
    c.fill(
        [
            (x - size * 0.3, y - size * 0.46),
            (x + size * 0.3, y - size * 0.46),
            (x + size * 0.22, y),
            (x - size * 0.22, y),
        ],
        Gradient(palette.second, mix(palette.second, palette.deep, 0.3), "h"),
    )
    c.fill(
        rect(x - size * 0.33, y - size * 0.52, size * 0.66, size * 0.11, 4),
        mix(palette.second, "#ffffff", 0.15),
    )


def tree(c: Canvas, x: float, y: float, size: float, palette: Palette) -> None:
    """A round tree whose trunk stands at (x, y)."""
    ground_shadow(c, x, y, size * 0.4)
    trunk = mix(palette.deep, "#8a5a3b", 0.5)
    c.fill(
        [
            (x - size * 0.05, y),
            (x - size * 0.03, y - size * 0.6),
            (x + size * 0.03, y - size * 0.6),
            (x + size * 0.06, y),
        ],
        trunk,
    )
    dark = mix(palette.leaf, palette.deep, 0.25)
    for dx, dy, r, tone in (
        (-0.2, -0.62, 0.22, dark),
        (0.2, -0.6, 0.23, dark),
        (0, -0.82, 0.27, palette.leaf),
        (-0.08, -0.9, 0.15, mix(palette.leaf, "#f3f6c8", 0.3)),
    ):
        c.fill(ellipse(x + size * dx, y + size * dy, size * r), tone)


def cloud(
    c: Canvas, x: float, y: float, size: float, color: str = "#ffffff", opacity: float = 0.75
) -> None:
    """A flat cloud."""
    outline = [
        *arc(x - size * 0.32, y, size * 0.2, size * 0.2, 90, 250, 14),
        *arc(x - size * 0.04, y - size * 0.1, size * 0.26, size * 0.26, 200, 335, 16),
        *arc(x + size * 0.32, y, size * 0.2, size * 0.2, 270, 450, 14),
    ]
    c.fill(outline, color, opacity=opacity)


def heart(c: Canvas, x: float, y: float, r: float, paint: Paint, *, shadow: Shadow | None) -> None:
    """A heart around (x, y)."""
    shoulder = (x - r * 0.5, y - r * 0.9)
    half = bezier((x, y + r), (x - r * 1.5, y), (x - r * 1.1, y - r), shoulder, 20)
    half += bezier(shoulder, (x - r * 0.2, y - r * 0.86), (x, y - r * 0.6), (x, y - r * 0.45), 10)
    c.fill(half + [(2 * x - px, py) for px, py in reversed(half)], paint, shadow=shadow)
