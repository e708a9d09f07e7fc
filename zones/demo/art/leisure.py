"""Pictures of an evening out and of the market."""

from __future__ import annotations

import random

from .canvas import FAR, NEAR, SOFT, Canvas, Gradient, arc, bezier, ellipse, leaf, mix, rect
from .props import CITY, Palette, backdrop, emblem, ground_shadow


def cinema() -> Canvas:
    """Two tickets, popcorn and a film reel under a beam of light."""
    p = CITY
    c = Canvas(800, 600, Gradient("#41316f", "#241a45"))
    c.fill([(800, 40), (800, 110), (60, 560), (-60, 300)], "#ffe9b6", opacity=0.12)
    c.fill([(800, 60), (800, 96), (180, 600), (-20, 420)], "#ffe9b6", opacity=0.1)
    dice = random.Random(2)
    for _ in range(40):
        c.fill(
            ellipse(dice.uniform(0, 800), dice.uniform(0, 600), dice.uniform(1, 3)),
            "#ffe9b6",
            opacity=dice.uniform(0.15, 0.5),
        )
    for x in range(-30, 840, 88):
        c.fill([*arc(x, 640, 50, 84, 180, 360)], mix(p.second, p.deep, 0.55))
    _reel(c, 610, 230, 116, p)
    for turn, tone in ((9, p.second), (-9, p.accent)):
        with c.at(330, 280, angle=turn):
            c.fill(_ticket_shape(300, 150), Gradient(mix(tone, "#ffffff", 0.2), tone), shadow=FAR)
            for i in range(8):
                c.fill(rect(74, -64 + i * 17, 3, 9, 1), "#ffffff", opacity=0.75)
            c.fill(rect(-124, -50, 176, 100, 8), "#ffffff", opacity=0.28)
            _star(c, -36, 0, 34, "#fffaf0")
            c.fill(ellipse(-100, 0, 9), "#fffaf0", opacity=0.8)
            c.fill(ellipse(28, 0, 9), "#fffaf0", opacity=0.8)
            for i in range(6):
                c.fill(rect(98 + i * 6.4, -36, 3 if i % 2 else 4.6, 72), mix(tone, p.deep, 0.7))
    _popcorn(c, 590, 540, p)
    return c


def _ticket_shape(w: float, h: float) -> list[tuple[float, float]]:
    r = h * 0.13
    right = arc(w / 2, 0, r, r, 270, 90, 14)
    left = arc(-w / 2, 0, r, r, 90, -90, 14)
    return [(-w / 2, -h / 2), (w / 2, -h / 2), *right, (w / 2, h / 2), (-w / 2, h / 2), *left]


def _star(c: Canvas, x: float, y: float, r: float, color: str) -> None:
    outer, inner = arc(x, y, r, r, -90, 270, 5), arc(x, y, r * 0.45, r * 0.45, -54, 306, 5)
    c.fill([q for pair in zip(outer[:5], inner[:5], strict=True) for q in pair], color)


def _reel(c: Canvas, x: float, y: float, r: float, p: Palette) -> None:
    c.fill(ellipse(x, y, r), Gradient("#cfc6e4", "#8f82b8", "d"), shadow=FAR)
    c.fill(ellipse(x, y, r * 0.88), Gradient("#8f82b8", "#b9aed6", "d"))
    for i in range(5):
        (hx, hy), *_ = arc(x, y, r * 0.53, r * 0.53, i * 72 - 90, i * 72 - 90, 1)
        c.fill(ellipse(hx, hy, r * 0.22), "#2f2353")
    c.fill(ellipse(x, y, r * 0.16), "#2f2353")
    c.fill(ellipse(x, y, r * 0.07), p.accent)


def _popcorn(c: Canvas, x: float, y: float, p: Palette) -> None:
    dice = random.Random(7)
    for _ in range(34):
        px, py = (
            x + dice.uniform(-84, 84),
            y - 168 - dice.uniform(-8, 52) * (1 - abs(dice.uniform(-1, 1))),
        )
        c.fill(
            ellipse(px, py, dice.uniform(15, 23)), mix("#fff6d8", "#ffd76f", dice.random() * 0.8)
        )
    cup = [(x - 96, y - 166), (x + 96, y - 166), (x + 66, y + 30), (x - 66, y + 30)]
    c.fill(cup, "#fff8ec", shadow=SOFT)
    for i in range(4):
        a, b = x - 96 + i * 54.8, x - 66 + i * 37.7
        c.fill([(a, y - 166), (a + 27, y - 166), (b + 19, y + 30), (b, y + 30)], p.second)
    c.fill(ellipse(x, y - 62, 38, 36), "#fff8ec")
    emblem(c, x, y - 60, 19, p.leaf)


def books() -> Canvas:
    """A reading corner: armchair, lamp and shelves."""
    p = CITY
    c = backdrop(p, "plain")
    c.fill(rect(0, 0, 800, 480), Gradient("#f8e3c8", "#f0c9a0"))
    c.fill(rect(0, 476, 800, 130), Gradient("#b57b57", "#8b5740"))
    _bookcase(c, p)
    _floor_lamp(c, p)
    ground_shadow(c, 520, 548, 200, 0.45)
    _armchair(c, p)
    _open_book(c, 524, 396)
    return c


def _bookcase(c: Canvas, p: Palette) -> None:
    c.fill(rect(60, 60, 300, 420, 8), "#8b5740", shadow=FAR)
    tones = (p.main, p.second, p.accent, p.leaf, p.deep, "#f7ead2", "#c4748c")
    for row in range(3):
        base = 190 + row * 136
        c.fill(rect(74, base - 116, 272, 118), "#5e3a2b")
        x, i = 82.0, row * 2
        while x < 318:
            w, h = 20 + (i * 13) % 16, 78 + (i * 29) % 34
            if (i + row) % 6 == 5:
                c.fill(ellipse(x + 18, base - 16, 18, 16), p.second)
                c.fill(leaf(x + 18, base - 26, 48, 8, -100), p.leaf)
                c.fill(leaf(x + 18, base - 26, 42, 8, -60), p.leaf)
                w = 34
            else:
                c.fill(
                    rect(x, base - h, w, h, 3),
                    Gradient(mix(tones[i % 7], "#ffffff", 0.15), tones[i % 7], "h"),
                )
                c.fill(rect(x + 3, base - h + 12, w - 6, 4), "#ffffff", opacity=0.5)
            x += w + 3
            i += 1


def _floor_lamp(c: Canvas, p: Palette) -> None:
    c.glow(640, 190, 260, "#fff0bd", 0.95)
    c.stroke([(676, 210), (676, 520)], 8, p.deep)
    c.fill(ellipse(676, 524, 54, 10), p.deep)
    c.fill(
        [(626, 220), (726, 220), (704, 130), (648, 130)], Gradient("#fff3cd", p.accent), shadow=NEAR
    )


def _armchair(c: Canvas, p: Palette) -> None:
    for x in (426, 608):
        c.fill(rect(x, 500, 16, 46, 4), "#5e3a2b")
    c.fill(
        rect(418, 262, 214, 220, 54), Gradient(mix(p.main, "#ffffff", 0.16), p.main), shadow=SOFT
    )
    c.fill(
        rect(430, 404, 190, 74, 24),
        Gradient(mix(p.main, "#ffffff", 0.3), mix(p.main, "#ffffff", 0.08)),
        shadow=NEAR,
    )
    for x in (388, 600):
        c.fill(
            rect(x, 372, 62, 140, 30),
            Gradient(mix(p.main, "#ffffff", 0.2), mix(p.main, p.deep, 0.25)),
            shadow=NEAR,
        )
    c.fill(rect(400, 470, 250, 40, 16), mix(p.main, p.deep, 0.3))


def _open_book(c: Canvas, x: float, y: float) -> None:
    with c.at(x, y, angle=-4):
        c.fill(
            [
                *bezier((-70, 0), (-46, -24), (-20, -20), (0, -4)),
                *bezier((0, -4), (20, -20), (46, -24), (70, 0)),
                (70, 14),
                (0, 12),
                (-70, 14),
            ],
            "#fffaf0",
            shadow=NEAR,
        )
        c.stroke([(0, -4), (0, 12)], 2.4, "#c9b694")


def market() -> Canvas:
    """A stall of vegetables and fish under a striped awning."""
    p = CITY
    c = backdrop(p, "plain")
    c.fill(rect(0, 0, 800, 600), Gradient("#ffe8c4", "#f6c79c"))
    c.glow(650, 130, 260, "#fff5cf", 0.9)
    c.fill(rect(0, 520, 800, 90), Gradient("#c9977a", "#a77562"))
    for x in (90, 690):
        c.fill(rect(x, 150, 16, 390, 4), "#8b5740")
    for i in range(10):
        tone = p.leaf if i % 2 == 0 else "#fff8ea"
        x = 60 + i * 68
        c.fill(
            [
                (400 + (x - 400) * 0.86, 70),
                (400 + (x + 68 - 400) * 0.86, 70),
                (x + 68, 176),
                (x, 176),
            ],
            tone,
        )
        c.fill(arc(x + 34, 175, 34, 26, 0, 180, 20), mix(tone, "#000000", 0.04))
    c.fill(rect(340, 90, 120, 66, 12), p.paper, shadow=NEAR)
    emblem(c, 400, 126, 26, p.leaf)
    c.fill(rect(70, 440, 660, 100, 8), Gradient("#b97f4f", "#8b5a38"), shadow=FAR)
    for i in range(8):
        c.fill(rect(80 + i * 82, 448, 74, 84, 3), "#c99562", opacity=0.5)
    dice = random.Random(4)
    for k, x in enumerate((86, 250, 414, 578)):
        c.fill(
            [(x, 384), (x + 146, 384), (x + 132, 444), (x + 14, 444)],
            Gradient("#dba869", "#b27c41"),
        )
        _heap(c, k, x, dice, p)
        c.fill(
            [(x, 392), (x + 146, 392), (x + 132, 446), (x + 14, 446)],
            Gradient("#dba869", "#b27c41"),
            shadow=NEAR,
        )
        for i in range(3):
            c.fill(rect(x + 10 + i, 402 + i * 14, 126 - i * 4, 4, 2), "#94642f", opacity=0.55)
    c.stroke([(620, 178), (620, 236)], 4, p.deep)
    c.fill(arc(620, 276, 48, 40, 0, 180), "#d9d3e4", shadow=NEAR)
    for x in (574, 666):
        c.stroke([(620, 236), (x, 276)], 3, p.deep)
    c.fill(ellipse(608, 268, 18), "#e5674f")
    c.fill(ellipse(634, 270, 16), "#f2a54f")
    return c


def _heap(c: Canvas, kind: int, x: float, dice: random.Random, p: Palette) -> None:
    for row in range(3):
        for col in range(5 - row):
            cx, cy = x + 26 + col * 25 + row * 12, 388 - row * 24
            if kind == 0:
                c.fill(ellipse(cx, cy, 21), Gradient("#f27a5f", "#c9412f", "d"))
                c.fill(leaf(cx, cy - 14, 14, 4, -60), p.leaf)
            elif kind == 1:
                for turn in (-140, -110, -80, -50):
                    c.fill(
                        leaf(cx, cy + 12, 46, 11, turn + dice.uniform(-8, 8)),
                        mix("#6fa65a", "#c9e08f", dice.random() * 0.6),
                    )
            elif kind == 2:
                with c.at(cx, cy, angle=dice.uniform(-70, -40)):
                    c.fill(leaf(-22, 0, 52, 14, 0), Gradient("#ffb052", "#ec7c2c"))
                    c.fill(leaf(-20, 0, 20, 5, 160), p.leaf)
                    c.fill(leaf(-20, 0, 20, 5, 200), p.leaf)
            else:
                with c.at(cx, cy, angle=-12):
                    c.fill(leaf(-34, 0, 58, 17, 0), Gradient("#cfdcea", "#7f9ab8"))
                    c.fill([(20, 0), (36, -12), (36, 12)], "#7f9ab8")
                    c.fill(ellipse(-22, -3, 3), p.deep)


PICTURES = {
    "cinema": cinema,
    "books": books,
    "market": market,
}
