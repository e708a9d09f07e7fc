"""Pictures of the city zone: streets, shops and the river."""

from __future__ import annotations

import random

from .canvas import FAR, NEAR, SOFT, Canvas, Gradient, arc, bezier, ellipse, mix, rect
from .props import (
    CITY,
    backdrop,
    cloud,
    emblem,
    frond,
    ground_shadow,
    heart,
    phone,
    pot_plant,
    tree,
    willow_corner,
)
from .vehicles import bicycle, ferry, tram


def tram_ride() -> Canvas:
    """A tram that crosses the old town on a Saturday."""
    p = CITY
    c = backdrop(p, "plain")
    c.fill(rect(0, 0, 800, 470), Gradient("#bfe0ea", "#ffe9cb"))
    c.glow(620, 140, 240, "#fff3c6", 0.9)
    c.fill(ellipse(620, 140, 46), "#ffd879")
    cloud(c, 250, 100, 150)
    houses = (
        (-10, 230, p.second),
        (110, 180, "#f0c27a"),
        (236, 250, p.main),
        (352, 200, "#e7a08c"),
        (470, 240, "#7fa7a0"),
        (590, 190, "#f3d9a8"),
        (706, 230, p.second),
    )
    for k, (x, top, tone) in enumerate(houses):
        c.fill(rect(x, top, 118, 270), Gradient(mix(tone, "#ffffff", 0.2), tone), shadow=NEAR)
        c.fill([(x - 8, top + 4), (x + 59, top - 56), (x + 126, top + 4)], mix(tone, p.deep, 0.45))
        for row in range(2):
            for col in range(2):
                c.fill(
                    rect(x + 22 + col * 46, top + 26 + row * 66, 30, 42, 15 if k % 2 else 4),
                    "#fff6e3",
                )
                c.fill(
                    rect(x + 26 + col * 46, top + 30 + row * 66, 22, 34, 11 if k % 2 else 2),
                    Gradient("#6fa3b5", "#d9eef0"),
                )
        if k % 2:
            for i in range(5):
                c.fill(rect(x + 8 + i * 21, top + 162, 21, 20), p.paper if i % 2 else tone)
    c.fill(rect(-10, 456, 820, 150), Gradient("#d9c3b0", "#b89d8e"))
    for y in (512, 544):
        c.fill(rect(-10, y, 820, 6), mix(p.deep, "#ffffff", 0.25))
    c.stroke([(-10, 232), (810, 232)], 2.4, p.deep, opacity=0.6)
    tram(c, 120, 520, 580, p, cars=1 + 1)
    willow_corner(c, p.leaf, right=False, n=4, reach=0.5)
    return c


def willow_sign() -> Canvas:
    """A small shop with the willow sign over its door."""
    p = CITY
    c = backdrop(p, "plain")
    c.fill(rect(0, 0, 800, 600), Gradient("#f6dcc0", "#efc4a4"))
    c.fill(rect(0, 500, 800, 110), Gradient("#c9a48d", "#a98070"))
    c.fill(rect(120, 70, 520, 436, 6), Gradient("#7d5a9c", "#5a3f80"), shadow=FAR)
    c.fill(rect(150, 96, 460, 70, 10), mix(p.deep, p.main, 0.2))
    for i in range(6):
        c.fill(rect(176 + i * 30, 124, 20, 14, 4), p.accent, opacity=0.85)
    for i in range(8):
        tone = p.second if i % 2 == 0 else p.paper
        x = 140 + i * 60
        c.fill([(x, 180), (x + 60, 180), (x + 64, 234), (x + 4 - 8, 234)], tone)
        c.fill(arc(x + 28, 233, 34, 20, 0, 180, 18), tone)
    c.fill(rect(160, 276, 250, 190, 8), p.paper)
    c.fill(rect(170, 286, 230, 170, 4), Gradient("#ffe9b8", "#f4b766"))
    for i in range(4):
        c.fill(rect(186 + i * 54, 400, 40, 56, 8), (p.second, p.leaf, p.main, p.accent)[i])
        c.fill(rect(192 + i * 54, 386, 28, 18, 6), mix(p.paper, p.mid, 0.3))
    c.fill(rect(176, 352, 218, 8, 3), "#a86f45")
    for i in range(5):
        c.fill(ellipse(204 + i * 42, 338, 16), Gradient("#f7d9a5", "#cf8f4f"))
    c.fill(rect(444, 270, 140, 236, 8), "#3b2b5e")
    c.fill(rect(456, 284, 116, 120, 6), Gradient("#ffe9b8", "#eea95c"))
    c.fill(ellipse(562, 424, 7), p.accent)
    c.stroke([(640, 200), (730, 200)], 8, p.deep)
    for x in (664, 718):
        c.stroke([(x, 204), (x, 232)], 4, p.deep)
    c.fill(rect(636, 228, 112, 132, 20), Gradient(p.leaf, mix(p.leaf, p.deep, 0.35)), shadow=SOFT)
    c.stroke(rect(645, 237, 94, 114, 14) + [(659, 237)], 3, "#f5f0d0", opacity=0.8)
    emblem(c, 692, 290, 36, "#f8f5dc")
    pot_plant(c, 420, 530, 100, p)
    pot_plant(c, 690, 556, 130, p)
    frond(c, 30, -14, 300, 30, p.leaf, seed=4)
    frond(c, 80, -14, 210, 34, p.leaf, seed=5)
    return c


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
        heart(c, 390, 310 + k * 5, 84 - k * 15, tone, shadow=None)
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


PICTURES = {
    "tram": tram_ride,
    "willow-sign": willow_sign,
    "coffee": coffee,
    "metro": metro,
    "bike": bike,
    "ferry": ferry_night,
}
