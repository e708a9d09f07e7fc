"""The pictures of benefits, 800 by 600."""

from __future__ import annotations

import random

from .canvas import FAR, NEAR, SOFT, Canvas, Gradient, arc, bezier, ellipse, leaf, mix, rect, smooth
from .props import (
    CAMPUS,
    CITY,
    PAYROLL,
    SENIOR,
    Palette,
    backdrop,
    cloud,
    coin,
    emblem,
    frond,
    ground_shadow,
    mug,
    phone,
    pot_plant,
    sheet,
    tree,
    willow_corner,
    window,
)
from .vehicles import bicycle, ferry


def coffee() -> Canvas:
    """A cup with a leaf in the foam, seen from above, and beans."""
    p = CITY
    c = Canvas(800, 600, Gradient("#f3dcc4", "#dfb894", "d"))
    for i in range(6):
        c.fill(rect(-10, i * 104, 820, 2), "#b98a62", opacity=0.35)
    c.fill(ellipse(390, 310, 214), "#fbf3e8", shadow=FAR)
    c.fill(ellipse(390, 310, 196), Gradient("#efe2d0", "#ffffff", "d"))
    with c.at(390, 310, angle=-28):
        c.fill(rect(130, -24, 96, 48, 22), Gradient("#ffffff", "#e6d6c1"), shadow=SOFT)
        c.fill(rect(150, -10, 56, 20, 10), "#e9dcc8")
    c.fill(ellipse(390, 310, 146), Gradient("#ffffff", "#eadccb", "d"), shadow=SOFT)
    c.fill(ellipse(390, 310, 126), Gradient("#a8693b", "#6d3e20", "d"))
    c.fill(ellipse(390, 310, 112), Gradient("#c58a55", "#a5673a", "d"))
    for k, tone in enumerate(("#f7e6cc", "#c58a55", "#f7e6cc", "#c58a55", "#f7e6cc")):
        _heart_shape(c, 390, 310 + k * 5, 84 - k * 15, tone, flat=True)
    for x, y, turn in (
        (120, 150, 20),
        (170, 110, 80),
        (96, 210, -30),
        (660, 500, 40),
        (700, 440, -20),
        (620, 536, 100),
        (716, 520, 10),
    ):
        with c.at(x, y, angle=turn):
            c.fill(ellipse(0, 0, 27, 18), Gradient("#7d4a29", "#4b2913", "d"), shadow=NEAR)
            c.stroke(bezier((-24, 0), (-8, -9), (8, 9), (24, 0)), 3.4, "#311909")
    with c.at(640, 130, angle=14):
        c.fill(rect(-70, -90, 140, 180, 4), "#6a4f94", shadow=SOFT)
        c.fill(rect(-58, -90, 128, 180, 4), Gradient("#fff8ea", "#f0e2cb"))
        for i in range(5):
            c.fill(rect(-40, -62 + i * 24, 90 - (i * 19) % 40, 7, 3), "#cdb99b")
    for i in range(3):
        frond(c, 30 + i * 44, -16, 150 - i * 36, 20, p.leaf, seed=i + 1)
    return c


def metro() -> Canvas:
    """A metro gate that opens for a phone."""
    p = CITY
    c = Canvas(800, 600, Gradient("#f8ece2", "#e8d3c3"))
    c.fill(rect(0, 60, 800, 70), Gradient(p.main, mix(p.main, p.deep, 0.3)))
    c.fill(rect(0, 130, 800, 8), p.accent)
    for x in (70, 330, 590):
        c.fill(rect(x, 78, 120, 34, 17), "#ffffff", opacity=0.92)
        c.fill(ellipse(x + 20, 95, 11), p.second)
        c.fill(rect(x + 40, 90, 62, 10, 5), p.deep)
    for row in range(4):
        for col in range(9):
            c.fill(
                rect(col * 92 - 20 + (row % 2) * 46, 150 + row * 52, 88, 48, 4),
                "#ffffff",
                opacity=0.28,
            )
    c.fill(rect(-10, 452, 820, 160), Gradient("#cfae97", "#a98670"))
    for i in range(9):
        c.fill(
            [(i * 100 - 40, 452), (i * 100 - 34, 452), (i * 132 - 160, 610), (i * 132 - 170, 610)],
            "#ffffff",
            opacity=0.16,
        )
    for k, x in enumerate((110, 500)):
        ground_shadow(c, x + 95, 538, 150, 0.4)
        c.fill(rect(x, 300, 190, 240, 22), Gradient("#ffffff", "#d9d2e6"), shadow=FAR)
        c.fill(
            rect(x + 16, 276, 158, 50, 20),
            Gradient(mix(p.deep, "#ffffff", 0.14), p.deep),
            shadow=NEAR,
        )
        c.fill(rect(x + 56, 290, 78, 20, 10), "#7fe0b2" if k == 0 else p.second)
        c.fill(rect(x + 28, 356, 134, 120, 14), mix(p.main, "#ffffff", 0.78))
        emblem(c, x + 95, 420, 34, p.leaf if k == 0 else p.main)
        c.fill(rect(x + 28, 496, 134, 10, 5), p.accent)
    c.fill([(300, 350), (352, 366), (352, 500), (300, 516)], "#bfe3ee", opacity=0.85)
    c.fill([(500, 350), (448, 366), (448, 500), (500, 516)], "#bfe3ee", opacity=0.85)
    phone(c, 196, 214, 96, Gradient("#fff6e2", "#ffd58c"), angle=24)
    with c.at(196, 214, angle=24):
        for row in range(5):
            for col in range(5):
                if (row * 3 + col * 5 + row * col) % 3 != 1:
                    c.fill(rect(-30 + col * 12.4, -34 + row * 12.4, 11, 11, 2), p.deep)
        c.fill(rect(-22, 44, 44, 9, 4), p.second)
    for i in range(3):
        c.stroke(
            arc(250, 190, 40 + i * 22, 40 + i * 22, -50, 30), 6, "#57c795", opacity=0.9 - i * 0.24
        )
    return c


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


def prints() -> Canvas:
    """A printer with a stack of fresh pages."""
    p = CAMPUS
    c = backdrop(p, "table")
    willow_corner(c, p.leaf, n=3)
    ground_shadow(c, 390, 530, 300, 0.4)
    c.fill([(290, 120), (490, 120), (500, 270), (280, 270)], "#fffef8", shadow=NEAR)
    c.fill([(310, 138), (500, 108), (520, 262), (330, 270)], "#f4f1e4")
    c.fill(rect(170, 240, 440, 190, 26), Gradient("#fbfdfc", "#d6e2df"), shadow=FAR)
    c.fill(rect(170, 240, 440, 62, 26), Gradient(mix(p.main, "#ffffff", 0.12), p.main))
    c.fill(rect(196, 258, 88, 26, 8), p.deep)
    c.fill(rect(204, 266, 40, 8, 4), "#8df0cf")
    for i, tone in enumerate((p.accent, p.second, "#ffffff")):
        c.fill(ellipse(500 + i * 34, 271, 10), tone)
    c.fill(rect(216, 360, 348, 26, 10), p.deep)
    for i in range(4):
        c.fill(
            [(252, 374 + i * 3), (528, 374 + i * 3), (560, 500 + i * 9), (220, 500 + i * 9)],
            "#fffef8" if i % 2 == 0 else "#ece8d8",
            shadow=NEAR,
        )
    c.fill(rect(272, 404, 110, 12, 5), p.main)
    for i in range(4):
        c.fill(
            rect(266 - i * 4, 430 + i * 22, 246 - (i * 43) % 90, 8, 4), mix(p.mid, "#7f8f8c", 0.35)
        )
    c.fill(rect(430, 400, 84, 54, 8), mix(p.mid, "#ffffff", 0.3))
    for i, height in enumerate((18, 30, 24, 40)):
        c.fill(rect(440 + i * 17, 448 - height, 11, height, 3), p.second if i == 3 else p.main)
    with c.at(676, 470, angle=18):
        c.fill(
            rect(-12, -90, 24, 150, 5),
            Gradient(p.accent, mix(p.accent, p.second, 0.5), "h"),
            shadow=SOFT,
        )
        c.fill([(-12, 60), (12, 60), (0, 92)], "#f2dcb8")
    return c


def breakfast() -> Canvas:
    """A tray with soy milk, an egg and a bamboo steamer."""
    p = CAMPUS
    c = backdrop(p, "table")
    c.fill(
        rect(90, 380, 620, 150, 40), Gradient(mix(p.second, "#ffffff", 0.3), p.second), shadow=FAR
    )
    c.fill(rect(106, 392, 588, 122, 32), mix(p.second, "#ffffff", 0.48))
    for level in range(2):
        y = 430 - level * 78
        c.fill(
            [(176, y - 62), (476, y - 62), (476, y), *arc(326, y, 150, 42, 0, 180, 30), (176, y)],
            Gradient("#e3b877", "#b97f41", "h"),
            shadow=NEAR,
        )
        c.stroke(arc(326, y - 16, 150, 42, 0, 180, 30), 5, "#9b6630")
        c.stroke(arc(326, y - 48, 150, 42, 0, 180, 30), 4, "#9b6630", opacity=0.6)
    y = 290
    c.fill(ellipse(326, y, 150, 42), "#c58b4b")
    c.fill(ellipse(326, y + 3, 136, 34), "#8f5c2b")
    for dx, dy in ((-70, 0), (0, -12), (70, 0), (-32, 12), (38, 14)):
        c.fill(ellipse(326 + dx, y - 12 + dy, 42, 30), Gradient("#fffdf6", "#e9ddc6"), shadow=NEAR)
        for k in range(-2, 3):
            c.stroke([(326 + dx, y - 36 + dy), (326 + dx + k * 12, y - 24 + dy)], 2.6, "#d7c6a6")
    for dx in (-70, 0, 70):
        wave = [(326 + dx + (12 if j % 2 else -12), 220 - j * 36) for j in range(4)]
        c.stroke(smooth(wave), 8, "#ffffff", opacity=0.6)
    c.fill(
        [(540, 290), (640, 290), (626, 460), (554, 460)],
        Gradient("#ffffff", "#dfe9e4", "h"),
        shadow=SOFT,
    )
    c.fill([(545, 345), (635, 345), (630, 410), (550, 410)], p.main)
    emblem(c, 590, 380, 20, "#ffffff")
    c.fill(ellipse(590, 290, 50, 15), "#fff7df")
    c.stroke([(602, 292), (628, 216), (654, 208)], 8, p.accent)
    c.fill(ellipse(520, 474, 58, 16), "#ffffff", shadow=NEAR)
    c.fill(ellipse(520, 452, 30, 36), Gradient("#fff3dd", "#e7bd8d", "d"))
    return c


def books() -> Canvas:
    """A reading corner: armchair, lamp and shelves."""
    p = CITY
    c = backdrop(p, "plain")
    c.fill(rect(0, 0, 800, 480), Gradient("#f8e3c8", "#f0c9a0"))
    c.fill(rect(0, 476, 800, 130), Gradient("#b57b57", "#8b5740"))
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
    c.glow(640, 190, 260, "#fff0bd", 0.95)
    c.stroke([(676, 210), (676, 520)], 8, p.deep)
    c.fill(ellipse(676, 524, 54, 10), p.deep)
    c.fill(
        [(626, 220), (726, 220), (704, 130), (648, 130)], Gradient("#fff3cd", p.accent), shadow=NEAR
    )
    ground_shadow(c, 520, 548, 200, 0.45)
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
    with c.at(524, 396, angle=-4):
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
    return c


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


def bike() -> Canvas:
    """A city bike by the river."""
    p = CITY
    c = backdrop(p, "plain")
    c.fill(rect(0, 0, 800, 360), Gradient("#c5e4ea", "#fff0d6"))
    c.glow(190, 130, 230, "#fff6cf", 0.9)
    c.fill(ellipse(190, 130, 44), "#ffd879")
    cloud(c, 520, 90, 150)
    for x, h in (
        (30, 90),
        (90, 140),
        (150, 110),
        (560, 120),
        (620, 170),
        (690, 130),
        (750, 150),
        (470, 80),
    ):
        c.fill(rect(x, 330 - h, 62, h + 10, 4), mix(p.main, "#e9e4f0", 0.62))
    c.fill(rect(0, 330, 800, 90), Gradient("#a9d3dc", "#7fb4c6"))
    for i in range(16):
        c.fill(rect((i * 131) % 780, 346 + (i * 23) % 66, 60, 4, 2), "#ffffff", opacity=0.5)
    c.fill(rect(0, 410, 800, 30), Gradient("#9cc48c", "#7cab76"))
    c.fill(rect(0, 436, 800, 170), Gradient("#e9cfae", "#d2ab86"))
    c.fill(rect(0, 500, 800, 5), "#ffffff", opacity=0.5)
    tree(c, 720, 440, 210, p)
    for i in range(4):
        frond(c, 40 + i * 50, -16, 270 - i * 50, 24, p.leaf, seed=i + 2)
    bicycle(c, 410, 548, 480, p)
    return c


def tax() -> Canvas:
    """A form, a calculator and a pen on the adviser's desk."""
    p = PAYROLL
    c = backdrop(p, "table")
    willow_corner(c, p.leaf, n=3)
    sheet(c, 290, 320, 290, 390, p, lines=6, angle=-8)
    with c.at(290, 320, angle=-8):
        for i in range(3):
            c.fill(rect(-118, 72 + i * 30, 20, 20, 5), mix(p.leaf, "#ffffff", 0.65))
            c.stroke([(-114, 82 + i * 30), (-109, 88 + i * 30), (-101, 76 + i * 30)], 4, p.leaf)
    with c.at(560, 370, angle=9):
        c.fill(
            rect(-95, -140, 190, 280, 24),
            Gradient(mix(p.deep, "#ffffff", 0.16), p.deep),
            shadow=FAR,
        )
        c.fill(rect(-76, -120, 152, 62, 10), Gradient("#d5ead9", "#b4d8c4"))
        for i in range(4):
            c.fill(rect(-16 + i * 22, -102, 15, 26, 4), p.deep)
        for row in range(4):
            for col in range(4):
                tone = p.accent if col == 3 else "#eef3fb"
                if row == 3 and col == 3:
                    tone = p.second
                c.fill(rect(-76 + col * 39, -42 + row * 42, 33, 33, 9), tone, shadow=NEAR)
    with c.at(420, 520, angle=-72):
        c.fill(rect(-10, -130, 20, 200, 8), Gradient(p.main, p.deep, "h"), shadow=SOFT)
        c.fill([(-10, 70), (10, 70), (0, 104)], "#e0c48d")
        c.fill(rect(-10, -60, 20, 10), p.accent)
    mug(c, 716, 540, 96, "#f2f5fb")
    coin(c, 104, 500, 34)
    coin(c, 150, 530, 34)
    return c


def ferry_night() -> Canvas:
    """The ferry under lit bridges at night."""
    p = CITY
    c = Canvas(800, 600, Gradient("#2b2255", "#7d4f86"))
    dice = random.Random(6)
    for _ in range(50):
        c.fill(
            ellipse(dice.uniform(0, 800), dice.uniform(0, 220), dice.uniform(0.8, 2.4)),
            "#fff4dd",
            opacity=dice.uniform(0.3, 0.9),
        )
    c.glow(600, 120, 150, "#fff3c9", 0.7)
    c.fill(ellipse(600, 120, 46), Gradient("#fff8de", "#ffe2a0"))
    for x, h in (
        (0, 120),
        (64, 170),
        (130, 90),
        (190, 150),
        (620, 140),
        (690, 190),
        (750, 120),
        (560, 90),
    ):
        c.fill(rect(x, 380 - h, 62, h + 20, 4), "#3b2d68")
        for i in range(int(h / 30)):
            for k in range(2):
                if dice.random() < 0.6:
                    c.fill(
                        rect(x + 14 + k * 22, 390 - h + i * 28, 10, 14, 2), "#ffd07a", opacity=0.85
                    )
    c.fill(rect(0, 378, 800, 230), Gradient("#6d4b86", "#2a2152"))
    for left in (-120, 240, 600):
        c.stroke(arc(left + 180, 372, 180, 120, 180, 360), 10, "#a98bc4")
        for i in range(1, 9):
            x = left + i * 40
            rise = 120 * (1 - ((x - left - 180) / 180) ** 2) ** 0.5
            c.stroke([(x, 372), (x, 372 - rise)], 3, "#a98bc4")
            c.glow(x, 372 - rise, 20, "#ffe2a0", 0.9)
            c.fill(ellipse(x, 372 - rise, 3.4), "#fff3cf")
    c.fill(rect(-10, 364, 820, 18), "#4a3a78")
    for _ in range(40):
        c.fill(
            rect(dice.uniform(-20, 780), dice.uniform(400, 600), dice.uniform(24, 100), 3.4, 2),
            dice.choice(["#ffd98a", "#c58fb4", "#fff0c4"]),
            opacity=0.4,
        )
    ferry(c, 400, 520, 520, p)
    for i in range(14):
        x = 200 + i * 30
        c.fill(
            ellipse(x, 344 + 10 * (1 - abs(i - 6.5) / 6.5) + 30, 4),
            ("#ffd98a", "#f58f6f", "#8ee0c0")[i % 3],
        )
    for i in range(3):
        frond(c, 770 - i * 44, -16, 200 - i * 46, -24, "#5b7f6d", seed=i + 5)
    return c


def health() -> Canvas:
    """A stethoscope around a heart, on a clipboard."""
    p = SENIOR
    c = backdrop(p, "disc")
    willow_corner(c, p.leaf, right=False, n=3)
    with c.at(400, 310, angle=-3):
        c.fill(rect(-160, -210, 320, 430, 24), Gradient("#b5764a", "#8e5732"), shadow=FAR)
        c.fill(rect(-138, -180, 276, 378, 10), Gradient("#ffffff", "#f6efe2"))
        c.fill(rect(-60, -232, 120, 52, 16), Gradient("#dfe3e6", "#a9b3b8"), shadow=NEAR)
        c.fill(ellipse(0, -214, 10), "#7f8a90")
        _heart_shape(c, -70, -96, 46, p.main)
        trace = [(-10, -90), (24, -90), (38, -120), (56, -52), (72, -104), (84, -90), (118, -90)]
        c.stroke(trace, 6, p.main)
        for i in range(4):
            c.fill(rect(-112, -16 + i * 46, 26, 26, 7), mix(p.leaf, "#ffffff", 0.6))
            c.stroke(
                [(-107, -3 + i * 46), (-100, 4 + i * 46), (-90, -10 + i * 46)],
                4.6,
                mix(p.leaf, p.deep, 0.3),
            )
            c.fill(rect(-72, -10 + i * 46, 150 - (i * 31) % 60, 12, 5), mix(p.mid, p.deep, 0.15))
    tube = "#3f5c5f"
    c.stroke(bezier((520, 150), (620, 240), (690, 330), (600, 430)), 14, tube)
    c.stroke(bezier((660, 140), (600, 260), (690, 330), (600, 430)), 14, tube)
    c.stroke(bezier((600, 430), (560, 500), (500, 520), (470, 500)), 14, tube)
    for x, y in ((520, 150), (660, 140)):
        c.fill(ellipse(x, y, 15, 12), "#d3dadc")
    c.fill(ellipse(456, 490, 42), Gradient("#eef1f2", "#a3b0b4", "d"), shadow=SOFT)
    c.fill(ellipse(456, 490, 29), Gradient("#c4ced1", "#f2f5f5", "d"))
    return c


def _heart_shape(c: Canvas, x: float, y: float, r: float, tone: str, *, flat: bool = False) -> None:
    half = bezier(
        (x, y + r), (x - r * 1.5, y), (x - r * 1.1, y - r), (x - r * 0.5, y - r * 0.9), 20
    )
    half += bezier(
        (x - r * 0.5, y - r * 0.9),
        (x - r * 0.2, y - r * 0.86),
        (x, y - r * 0.6),
        (x, y - r * 0.45),
        10,
    )
    whole = half + [(2 * x - px, py) for px, py in reversed(half)]
    if flat:
        c.fill(whole, tone)
    else:
        c.fill(whole, Gradient(mix(tone, "#ffffff", 0.25), tone), shadow=NEAR)


def calendar() -> Canvas:
    """A wall calendar with a river landscape."""
    p = SENIOR
    c = backdrop(p, "plain")
    c.fill(rect(0, 0, 800, 600), Gradient("#fbeeda", "#f3d8b4"))
    c.fill(ellipse(400, 30, 9), p.deep)
    c.stroke([(400, 30), (300, 78)], 3, p.deep)
    c.stroke([(400, 30), (500, 78)], 3, p.deep)
    c.fill(rect(200, 76, 400, 480, 12), "#fffdf6", shadow=FAR)
    with c.clip(rect(216, 92, 368, 190, 8)):
        c.fill(rect(216, 92, 368, 190), Gradient("#cfe5e0", "#fff1cf"))
        c.fill(ellipse(500, 150, 32), "#f6b758")
        c.fill(
            smooth([(190, 240), (270, 176), (350, 236), (440, 160), (540, 230), (620, 190)])
            + [(620, 300), (190, 300)],
            "#9db98c",
        )
        c.fill(
            smooth([(190, 262), (300, 226), (420, 262), (620, 226)]) + [(620, 300), (190, 300)],
            "#6f9068",
        )
        c.fill(rect(216, 262, 368, 30), "#a9cfd0")
        for i in range(4):
            frond(c, 236 + i * 30, 84, 120 - i * 20, 18, "#6f9a57", seed=i)
    for i in range(13):
        c.stroke(arc(224 + i * 29.4, 76, 6, 12, 150, 390, 16), 4, p.deep)
    for row in range(5):
        for col in range(7):
            x, y = 226 + col * 51, 304 + row * 48
            n = row * 7 + col
            if 2 <= n < 32:
                tone = mix(p.mid, "#ffffff", 0.62) if col < 5 else mix(p.main, "#ffffff", 0.74)
                c.fill(rect(x, y, 42, 40, 8), tone)
                c.fill(
                    rect(x + 12, y + 13, 18, 14, 5),
                    mix(p.deep, "#ffffff", 0.25) if col < 5 else p.main,
                )
            if n in (9, 24):
                c.stroke(arc(x + 21, y + 20, 27, 25, 0, 360), 5, p.main)
    pot_plant(c, 690, 570, 170, p)
    window(c, p, 26, 120, 130, 180)
    c.fill(rect(26, 552, 150, 12, 4), "#a4683f")
    c.fill(rect(52, 506, 34, 48, 6), p.leaf, shadow=NEAR)
    c.fill(rect(96, 486, 26, 68, 6), p.main, shadow=NEAR)
    return c


def tea() -> Canvas:
    """A gift box with two tins of tea and a ribbon."""
    p = SENIOR
    c = backdrop(p, "table")
    willow_corner(c, p.leaf, right=False, n=4)
    ground_shadow(c, 400, 536, 330, 0.4)
    with c.at(590, 258, angle=10):
        c.fill(
            rect(-150, -130, 300, 240, 14),
            Gradient(mix(p.leaf, p.deep, 0.35), mix(p.leaf, p.deep, 0.6)),
            shadow=FAR,
        )
        c.stroke(rect(-134, -114, 268, 208, 10) + [(-124, -114)], 3, p.accent, opacity=0.8)
        emblem(c, 0, 0, 60, p.accent)
    c.fill(
        rect(130, 300, 440, 236, 16),
        Gradient(mix(p.leaf, p.deep, 0.2), mix(p.leaf, p.deep, 0.5)),
        shadow=FAR,
    )
    c.fill(rect(150, 320, 400, 196, 10), Gradient("#f6e2b8", "#e5c78d"))
    dice = random.Random(3)
    for _ in range(90):
        x, y = dice.uniform(156, 544), dice.uniform(326, 510)
        c.stroke(
            [(x, y), (x + dice.uniform(-18, 18), y + dice.uniform(-8, 8))],
            3,
            mix("#d6b071", "#fff4d6", dice.random()),
        )
    for x in (250, 450):
        c.fill(rect(x - 68, 250, 136, 250, 20), Gradient("#e7ecdf", "#9fb286", "h"), shadow=SOFT)
        c.fill(rect(x - 72, 236, 144, 52, 14), Gradient("#f4d58c", "#c9963f", "h"), shadow=NEAR)
        c.fill(rect(x - 44, 324, 88, 124, 44), p.paper)
        for turn in (-130, -90, -50):
            c.fill(leaf(x, 412, 54 if turn == -90 else 46, 13, turn), mix(p.leaf, "#3f6b36", 0.35))
        c.stroke([(x, 414), (x, 432)], 4, mix(p.leaf, "#3f6b36", 0.5))
    c.fill(ellipse(672, 512, 66, 18), "#ffffff", shadow=NEAR)
    c.fill([(622, 462), (722, 462), (704, 510), (640, 510)], Gradient("#ffffff", "#e4dcca", "h"))
    c.fill(ellipse(672, 462, 50, 14), "#fffaf0")
    c.fill(ellipse(672, 463, 42, 11), Gradient("#d5cf6f", "#a8a648", "h"))
    return c


def umbrella() -> Canvas:
    """A wide umbrella in the plum rain."""
    p = PAYROLL
    c = Canvas(800, 600, Gradient("#b9cfe4", "#e7eef4"))
    for x, y, size in ((150, 90, 220), (420, 60, 260), (690, 100, 220)):
        cloud(c, x, y, size, "#f7fafc", 0.75)
    dice = random.Random(8)
    for _ in range(90):
        x, y = dice.uniform(-20, 800), dice.uniform(100, 560)
        c.stroke(
            [(x, y), (x - 7, y + dice.uniform(16, 34))],
            3,
            "#ffffff",
            opacity=dice.uniform(0.35, 0.8),
        )
    c.fill(rect(0, 520, 800, 90), Gradient("#9db6cd", "#7d99b6"))
    for x, y, w in ((150, 560, 110), (630, 552, 140), (400, 576, 190)):
        c.fill(ellipse(x, y, w, 12), "#dfeaf4", opacity=0.75)
        c.stroke(arc(x, y, w * 0.6, 7, 0, 360), 2.4, "#ffffff", opacity=0.8)
    with c.at(400, 300, angle=8):
        c.stroke([(0, -190), (0, 190)], 12, "#6d4731")
        c.stroke(arc(-30, 190, 30, 34, 0, 170), 13, Gradient("#c98a5c", "#8e5732"))
        colors = (p.leaf, p.paper, p.leaf, p.paper, p.leaf, p.paper)
        edges = [-280.0, -196, -92, 0, 92, 196, 280]
        top = (0.0, -196.0)
        for i in range(6):
            a, b = edges[i], edges[i + 1]
            tone = colors[i]
            left = bezier(top, (a * 0.45, -190), (a * 0.98, -100), (a, 20), 22)
            right = bezier((b, 20), (b * 0.98, -100), (b * 0.45, -190), top, 22)
            hem = arc((a + b) / 2, 20, abs(b - a) / 2, 20, 180, 360, 14)
            shade = mix(tone, p.deep, 0.05 + 0.055 * i)
            c.fill(
                left + hem + right,
                Gradient(mix(shade, "#ffffff", 0.12), shade),
                shadow=SOFT if i in (0, 5) else None,
            )
        c.fill([(-6, -196), (6, -196), (0, -226)], "#6d4731")
        emblem(c, 40, -96, 26, p.leaf)
    for i in range(8):
        c.fill(ellipse(132 + i * 76, 346 + (i * 37) % 60, 6, 9), "#ffffff", opacity=0.85)
    return c


def lunch_box() -> Canvas:
    """A two-layer lunch box, open, with a full lunch."""
    p = PAYROLL
    c = backdrop(p, "table")
    c.fill(rect(110, 180, 580, 380, 20), "#fff6e6", opacity=0.55)
    for i in range(8):
        c.fill(rect(110, 196 + i * 48, 580, 12), p.accent, opacity=0.14)
        c.fill(rect(126 + i * 74, 180, 12, 380), p.accent, opacity=0.14)
    c.fill(rect(150, 250, 330, 250, 56), Gradient("#dfe6ee", "#a9b7c8", "d"), shadow=FAR)
    c.fill(rect(166, 264, 298, 220, 46), Gradient("#b9c6d6", "#eef3f8", "d"))
    with c.clip(rect(176, 274, 278, 200, 40)):
        c.fill(rect(176, 274, 140, 200), "#fffdf4")
        dice = random.Random(11)
        for _ in range(130):
            x, y = dice.uniform(176, 312), dice.uniform(276, 472)
            c.fill(ellipse(x, y, 5, 3), mix("#efe8d6", "#ffffff", dice.random()))
        c.fill(ellipse(244, 374, 15), p.second)
        for dx, dy in ((26, -46), (-30, -30), (30, 48), (-24, 52)):
            c.fill(ellipse(244 + dx, 374 + dy, 4, 6), "#3a3140")
        c.fill(rect(316, 274, 8, 200), "#a9b7c8")
        c.fill(rect(324, 274, 140, 100), "#7fae62")
        for i in range(7):
            c.fill(
                ellipse(340 + (i * 43) % 116, 292 + (i * 29) % 70, 22),
                mix("#5f9a4d", "#a8cf7a", (i % 3) / 2),
            )
        c.fill(rect(324, 370, 140, 8), "#a9b7c8")
        c.fill(rect(324, 378, 140, 100), "#f6d7a5")
        for i in range(3):
            with c.at(356 + i * 36, 428, angle=-18):
                c.fill(rect(-15, -38, 30, 76, 12), Gradient("#e58a4f", "#b9592b"), shadow=NEAR)
                c.fill(rect(-9, -26, 5, 50, 2), "#f7b483", opacity=0.8)
    with c.at(586, 330, angle=6):
        c.fill(
            rect(-84, -90, 168, 236, 34),
            Gradient(mix(p.main, "#ffffff", 0.18), p.main, "h"),
            shadow=FAR,
        )
        c.fill(rect(-84, 18, 168, 10), p.paper, opacity=0.7)
        c.fill(
            rect(-88, -116, 176, 62, 26),
            Gradient(mix(p.deep, "#ffffff", 0.2), p.deep, "h"),
            shadow=NEAR,
        )
        c.stroke(bezier((-60, -112), (-50, -176), (50, -176), (60, -112)), 14, p.accent)
        emblem(c, 0, 90, 30, p.paper)
        for y in (-6, 44):
            c.fill(rect(70, y, 22, 40, 8), p.accent, shadow=NEAR)
    for k in range(2):
        c.stroke([(196 + k * 22, 536), (470 + k * 22, 520)], 9, Gradient("#a9714a", "#7a4a2c"))
    willow_corner(c, p.leaf, right=False, n=3, reach=0.3)
    return c


def throw() -> Canvas:
    """A folded lambswool throw on a chest, with yarn."""
    p = SENIOR
    c = backdrop(p, "window")
    ground_shadow(c, 340, 540, 300, 0.4)
    c.fill(rect(110, 420, 470, 120, 14), Gradient("#a9734b", "#7d4f33"), shadow=FAR)
    for i in range(3):
        c.fill(rect(126 + i * 152, 436, 136, 88, 8), "#b98257", opacity=0.7)
        c.fill(ellipse(194 + i * 152, 480, 7), p.accent)
    layers = ((132, 356, 420, p.main), (140, 298, 404, "#f6ead4"), (134, 240, 416, p.leaf))
    for x, y, w, tone in layers:
        c.fill(
            rect(x, y, w, 66, 32),
            Gradient(mix(tone, "#ffffff", 0.2), mix(tone, p.deep, 0.12)),
            shadow=NEAR,
        )
        c.stroke([(x + 28, y + 33), (x + w - 26, y + 33)], 3.4, mix(tone, p.deep, 0.3), opacity=0.6)
        for i in range(int(w / 22)):
            c.stroke(
                [(x + 22 + i * 21, y + 13), (x + 30 + i * 21, y + 22)], 3, "#ffffff", opacity=0.35
            )
    drape = [
        (170, 240),
        (320, 240),
        *smooth([(330, 300), (316, 380), (334, 452)]),
        (176, 462),
        *smooth([(160, 400), (176, 320), (170, 240)]),
    ]
    c.fill(drape, Gradient(mix(p.accent, "#ffffff", 0.3), p.accent), shadow=SOFT)
    for i in range(5):
        c.fill(rect(172, 270 + i * 38, 156, 9), "#ffffff", opacity=0.45)
    for i in range(11):
        c.stroke([(180 + i * 14.4, 456), (178 + i * 14.4, 488)], 4.6, mix(p.accent, p.deep, 0.12))
    for x, y, r, tone in ((640, 500, 58, p.main), (720, 524, 40, p.leaf)):
        c.fill(ellipse(x, y, r), Gradient(mix(tone, "#ffffff", 0.25), tone, "d"), shadow=SOFT)
        for k in range(4):
            c.stroke(
                arc(x, y, r * (0.9 - k * 0.18), r * (0.4 + 0.12 * k), 200 + k * 20, 350 + k * 14),
                3.4,
                "#ffffff",
                opacity=0.45,
            )
    c.stroke(bezier((598, 540), (560, 580), (660, 590), (780, 566)), 4.6, p.main)
    mug(c, 500, 240, 74, "#fff3e0")
    return c


BENEFITS = {
    "coffee": coffee,
    "metro": metro,
    "cinema": cinema,
    "prints": prints,
    "breakfast": breakfast,
    "books": books,
    "market": market,
    "bike": bike,
    "tax": tax,
    "ferry": ferry_night,
    "health": health,
    "calendar": calendar,
    "tea": tea,
    "umbrella": umbrella,
    "lunch-box": lunch_box,
    "throw": throw,
}
