"""What moves through the city: tram, bicycle, ferry, a bird."""

from __future__ import annotations

import math

from .canvas import SOFT, Canvas, Gradient, Point, arc, ellipse, mix, rect, sector
from .props import Palette, emblem, ground_shadow


def tram(c: Canvas, x: float, y: float, w: float, palette: Palette, *, cars: int = 2) -> None:
    """A tram on rails; (x, y) is the left end of its floor."""
    h = w * 0.36 if cars == 1 else w * 0.2
    one = w / cars
    c.stroke(
        [
            (x + one * 0.5, y - h * 1.06),
            (x + one * 0.62, y - h * 1.3),
            (x + one * 0.42, y - h * 1.46),
        ],
        h * 0.03,
        palette.deep,
    )
    for k in range(cars):
        left = x + k * one
        body = rect(left + 2, y - h, one - 4, h * 0.9, h * 0.22)
        c.fill(body, Gradient(palette.paper, mix(palette.paper, palette.mid, 0.35)), shadow=SOFT)
        with c.clip(body):
            c.fill(
                rect(left, y - h * 0.4, one, h * 0.34),
                Gradient(palette.second, mix(palette.second, palette.deep, 0.2)),
            )
            c.fill(rect(left, y - h, one, h * 0.1), mix(palette.paper, palette.deep, 0.12))
        panes = 4 if cars > 1 else 5
        for i in range(panes):
            pane = rect(
                left + one * (0.06 + i * 0.9 / panes),
                y - h * 0.83,
                one * 0.78 / panes,
                h * 0.38,
                h * 0.06,
            )
            c.fill(
                pane,
                Gradient(
                    mix(palette.deep, palette.main, 0.4), mix(palette.accent, "#ffffff", 0.35)
                ),
            )
        c.fill(
            rect(left + one * 0.44, y - h * 0.83, one * 0.13, h * 0.7, h * 0.04),
            mix(palette.paper, palette.mid, 0.7),
        )
        c.fill(
            rect(left + one * 0.455, y - h * 0.78, one * 0.1, h * 0.55, h * 0.03),
            Gradient(mix(palette.deep, palette.main, 0.5), mix(palette.accent, "#ffffff", 0.4)),
        )
        for share in (0.22, 0.78):
            c.fill(ellipse(left + one * share, y - h * 0.06, h * 0.12), palette.deep)
            c.fill(
                ellipse(left + one * share, y - h * 0.06, h * 0.05),
                mix(palette.deep, "#ffffff", 0.6),
            )
    emblem(c, x + one * 0.3, y - h * 0.26, h * 0.09, palette.paper)
    c.fill(ellipse(x + w - h * 0.12, y - h * 0.26, h * 0.06), "#fff3c4")


def bicycle(c: Canvas, x: float, y: float, size: float, palette: Palette) -> None:
    """A city bike; (x, y) is the ground under its middle."""
    r = size * 0.24
    rear, front = (x - size * 0.34, y - r), (x + size * 0.36, y - r)
    crank = (x - size * 0.04, y - r * 0.92)
    seat, head = (x - size * 0.16, y - size * 0.56), (x + size * 0.24, y - size * 0.56)
    ground_shadow(c, x, y + 4, size * 0.62, 0.3)
    for hub in (rear, front):
        _wheel(c, hub, r, size, palette)
    tube = size * 0.032
    for start, end in (
        (rear, crank),
        (rear, (x - size * 0.13, y - size * 0.48)),
        (crank, seat),
        (crank, (head[0], head[1] + size * 0.06)),
        (head, front),
    ):
        c.stroke([start, end], tube, Gradient(palette.main, mix(palette.main, palette.deep, 0.25)))
    c.stroke(
        [(crank[0], crank[1]), (head[0] - size * 0.03, head[1] + size * 0.16)], tube, palette.main
    )
    _handlebar(c, head, size, palette)
    c.fill(
        rect(seat[0] - size * 0.1, seat[1] - size * 0.035, size * 0.2, size * 0.05, size * 0.025),
        mix(palette.deep, "#7a4a2c", 0.5),
    )
    _pedals(c, crank, size, palette)
    _basket(c, head, size)


def _wheel(c: Canvas, hub: Point, r: float, size: float, palette: Palette) -> None:
    """Spokes, tyre, rim and mudguard."""
    cx, cy = hub
    for i in range(10):
        a = math.radians(i * 36 + 9)
        c.stroke(
            [(cx, cy), (cx + r * 0.94 * math.cos(a), cy + r * 0.94 * math.sin(a))],
            1.6,
            mix(palette.deep, "#ffffff", 0.55),
        )
    c.stroke(arc(cx, cy, r, r, 0, 360), size * 0.026, palette.deep)
    c.stroke(
        arc(cx, cy, r * 0.9, r * 0.9, 0, 360),
        size * 0.008,
        mix(palette.paper, palette.mid, 0.4),
    )
    c.stroke(arc(cx, cy, r * 1.13, r * 1.13, 195, 330), size * 0.02, palette.main)
    c.fill(ellipse(cx, cy, size * 0.025), palette.deep)


def _handlebar(c: Canvas, head: Point, size: float, palette: Palette) -> None:
    c.stroke(
        [
            head,
            (head[0] - size * 0.02, head[1] - size * 0.1),
            (head[0] - size * 0.13, head[1] - size * 0.13),
        ],
        size * 0.032 * 0.8,
        palette.deep,
    )


def _pedals(c: Canvas, crank: Point, size: float, palette: Palette) -> None:
    c.fill(ellipse(*crank, size * 0.055), palette.deep)
    c.fill(ellipse(*crank, size * 0.03), palette.accent)
    c.stroke(
        [(crank[0] - size * 0.02, crank[1]), (crank[0] + size * 0.04, crank[1] + size * 0.09)],
        size * 0.032 * 0.6,
        palette.deep,
    )
    c.fill(
        rect(crank[0] + size * 0.005, crank[1] + size * 0.08, size * 0.08, size * 0.025, 3),
        palette.deep,
    )


def _basket(c: Canvas, head: Point, size: float) -> None:
    basket = [
        (head[0] + size * 0.02, head[1] - size * 0.06),
        (head[0] + size * 0.24, head[1] - size * 0.06),
        (head[0] + size * 0.2, head[1] + size * 0.1),
        (head[0] + size * 0.05, head[1] + size * 0.1),
    ]
    c.fill(basket, Gradient("#d9a866", "#b97f41"), shadow=SOFT)
    for i in range(1, 5):
        bx = head[0] + size * (0.02 + 0.044 * i)
        c.stroke(
            [(bx, head[1] - size * 0.055), (bx - size * 0.006 * (i - 2), head[1] + size * 0.095)],
            2,
            "#8f5c2b",
            opacity=0.6,
        )


def ferry(c: Canvas, x: float, y: float, w: float, palette: Palette) -> None:
    """A river ferry; (x, y) is its middle at the waterline."""
    h = w * 0.12
    for k in range(2):
        top, inset = y - h * (1.0 + 0.95 * (k + 1)), w * (0.14 + 0.09 * k)
        deck = rect(x - w / 2 + inset, top, w - inset * 2.1, h * 1.05, h * 0.18)
        c.fill(deck, Gradient(palette.paper, mix(palette.paper, palette.mid, 0.4)), shadow=SOFT)
        n = 8 - 2 * k
        span = (w - inset * 2.1) * 0.92
        for i in range(n):
            px = x - w / 2 + inset + (w - inset * 2.1) * 0.05 + i * span / n
            c.fill(
                rect(px, top + h * 0.28, span / n * 0.7, h * 0.44, h * 0.08),
                Gradient("#fff0bf", palette.accent),
            )
    c.fill(rect(x + w * 0.06, y - h * 3.6, w * 0.075, h * 0.75, 4), palette.second)
    c.fill(rect(x + w * 0.06, y - h * 3.42, w * 0.075, h * 0.18), palette.paper)
    hull = [
        (x - w / 2, y - h),
        (x + w / 2, y - h),
        (x + w * 0.44, y + h * 0.2),
        (x - w * 0.4, y + h * 0.2),
    ]
    c.fill(hull, Gradient(palette.main, palette.deep))
    c.fill(
        [
            (x - w / 2, y - h),
            (x + w / 2, y - h),
            (x + w * 0.488, y - h * 0.74),
            (x - w * 0.474, y - h * 0.74),
        ],
        palette.accent,
    )
    c.fill(sector(x - w * 0.3, y - h * 0.32, h * 0.2, 0, 360), palette.paper)
    c.fill(ellipse(x - w * 0.3, y - h * 0.32, h * 0.11), palette.second)


def bird(c: Canvas, x: float, y: float, zoom: float, p: Palette) -> None:
    """A small bird that stands on the path; (x, y) is its middle."""
    with c.at(x, y, zoom=zoom):
        ground_shadow(c, 0, 44, 34, 0.35)
        c.stroke([(-4, 22), (-6, 44)], 3, "#6b4a35")
        c.stroke([(8, 22), (8, 44)], 3, "#6b4a35")
        c.fill([(-62, 12), (-26, -8), (-20, 12)], "#54646b")
        c.fill(ellipse(0, 6, 34, 22), Gradient("#7b8c92", "#54646b"))
        c.fill(ellipse(6, 12, 24, 15), "#f2e3cc")
        c.fill(ellipse(28, -14, 17), "#6a7b82")
        c.fill([(43, -18), (58, -12), (43, -8)], p.accent)
        c.fill(ellipse(33, -18, 3.4), "#20242b")
