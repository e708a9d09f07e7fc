"""The large picture on top of each zone, 1200 by 800."""

from __future__ import annotations

import random

from .canvas import (
    FAR,
    NEAR,
    SOFT,
    Canvas,
    Gradient,
    Point,
    arc,
    bezier,
    ellipse,
    mix,
    rect,
    smooth,
)
from .props import (
    CAMPUS,
    CITY,
    PAYROLL,
    SENIOR,
    Palette,
    backdrop,
    card,
    cloud,
    coin,
    coin_stack,
    emblem,
    frond,
    ground_shadow,
    mug,
    phone,
    pot_plant,
    sheet,
    table,
    tree,
    window,
)
from .vehicles import bicycle, bird, ferry, tram

SIZE = {"width": 1200, "height": 800}


def payroll() -> Canvas:
    """Payslip, salary card, coins and a phone on a desk in the morning."""
    p = PAYROLL
    c = backdrop(p, "plain", **SIZE)
    c.glow(930, 190, 520, "#ffe7b8", 0.8)
    window(c, p, 735, 70, 370, 400)
    c.fill(ellipse(360, 330, 285), Gradient(p.mid, mix(p.mid, p.sky, 0.7)))
    table(c, p, 610)
    sheet(c, 380, 380, 360, 470, p, lines=7, angle=-7)
    with c.at(380, 380, angle=-7):
        c.fill(rect(-150, 150, 300, 56, 12), mix(p.leaf, "#ffffff", 0.72))
        c.fill(rect(-134, 171, 110, 14, 6), p.leaf)
        c.fill(rect(50, 168, 84, 20, 6), p.leaf)
    phone(c, 680, 430, 190, Gradient("#f7faff", "#dfe9f8"), angle=9)
    with c.at(680, 430, angle=9):
        c.fill(rect(-70, -140, 70, 12, 5), p.mid)
        c.fill(rect(-70, -118, 110, 22, 7), p.deep)
        for i, height in enumerate((46, 70, 58, 92, 80, 118)):
            tone = p.accent if i == 5 else mix(p.main, p.mid, 0.35)
            c.fill(rect(-70 + i * 24, 50 - height, 15, height, 6), tone)
        for i in range(3):
            c.fill(ellipse(-60, 82 + i * 30, 9), (p.leaf, p.accent, p.second)[i])
            c.fill(rect(-42, 78 + i * 30, 62 - 9 * i, 8, 4), mix(p.mid, "#8d96a8", 0.3))
            c.fill(rect(40, 78 + i * 30, 28, 8, 4), p.main)
    card(c, 505, 600, 330, "#3b76c4", "#16305f", angle=-13)
    coin_stack(c, 880, 690, 58, 6)
    coin_stack(c, 985, 712, 58, 3)
    coin(c, 800, 700, 36)
    mug(c, 1085, 650, 120, "#f2f5fb")
    emblem(c, 1085, 600, 22, p.leaf)
    pot_plant(c, 150, 665, 220, p)
    for i in range(4):
        frond(c, 1180 - i * 52, -16, 330 - i * 70, -40 - 8 * i, p.leaf, seed=i + 2)
    return c


def senior() -> Canvas:
    """A bench under a willow by the lake, with tea."""
    p = SENIOR
    c = backdrop(p, "plain", **SIZE)
    c.fill(rect(0, 0, 1200, 560), Gradient("#fbd9ae", "#fff3dc"))
    c.glow(820, 250, 420, "#fff6cf", 0.95)
    c.fill(ellipse(820, 250, 78), Gradient("#ffd97f", "#f6b758"))
    cloud(c, 430, 150, 170, opacity=0.6)
    cloud(c, 1060, 130, 120, opacity=0.5)
    for y, tone, bumps in ((430, "#dcc3a0", 60), (470, "#b9bd94", 44)):
        tops: list[Point] = [(i * 150, y - bumps * (1 if i % 2 else 0.1)) for i in range(9)]
        ridge: list[Point] = [(-20, y), *tops, (1220, y)]
        c.fill(
            [*smooth(ridge), (1220, 800), (-20, 800)], Gradient(tone, mix(tone, "#ffffff", 0.25))
        )
    c.fill(rect(0, 505, 1200, 120), Gradient("#f6d9a8", "#9cc0b4"))
    for i in range(9):
        y = 522 + i * 10
        c.fill(
            rect(735 - i * 12 + (i % 3) * 14, y, 150 + (i % 4) * 24, 4, 2), "#fff3cf", opacity=0.75
        )
    bank: list[Point] = [(-20, 610), (200, 590), (500, 606), (800, 588), (1220, 606)]
    c.fill([*smooth(bank), (1220, 820), (-20, 820)], Gradient("#a7b77c", "#7f9560"))
    path: list[Point] = [(-20, 740), (300, 700), (640, 716), (960, 690), (1220, 702)]
    c.fill(
        [
            *smooth(path),
            (1220, 768),
            *smooth([(1220, 768), (960, 754), (600, 786), (300, 776), (-20, 830)]),
        ],
        Gradient("#efd9b2", "#e0c192"),
    )
    dice = random.Random(5)
    for _ in range(46):
        left, top = dice.uniform(0, 1200), dice.uniform(620, 690)
        c.stroke(
            [(left, top), (left + dice.uniform(-5, 5), top - dice.uniform(8, 17))],
            2.4,
            mix(p.leaf, "#f0edb5", dice.random() * 0.5),
        )
    _willow_tree(c, p)
    _bench(c, p)
    bird(c, 1010, 655, 1.0, p)
    for x, y, tone in (
        (90, 772, p.second),
        (140, 780, p.accent),
        (1110, 640, p.main),
        (1150, 650, p.accent),
        (1075, 632, p.main),
    ):
        c.stroke([(x, y), (x + 3, y - 24)], 3, "#6c8452")
        c.fill(ellipse(x + 3, y - 28, 9), tone)
        c.fill(ellipse(x + 3, y - 28, 3.5), "#fff3cf")
    return c


def _willow_tree(c: Canvas, p: Palette) -> None:
    ground_shadow(c, 190, 668, 190, 0.3)
    trunk = [
        (130, 672),
        *bezier((130, 672), (176, 560), (150, 360), (120, 180)),
        (205, 150),
        *bezier((205, 150), (206, 380), (214, 560), (262, 672)),
    ]
    c.fill(trunk, Gradient("#8b5d40", "#5c3a28", "h"))
    c.stroke([(182, 300), (300, 190), (420, 120)], 22, "#6d4731")
    for cx, cy, r, tone in (
        (60, 90, 150, "#71885a"),
        (230, 60, 170, "#7f9a63"),
        (400, 70, 130, "#8ca56c"),
        (170, 30, 150, "#98b276"),
    ):
        c.fill(ellipse(cx, cy, r, r * 0.72), tone)
    dice = random.Random(9)
    for i in range(19):
        x = -10 + i * 29
        length = dice.uniform(230, 420) * (0.78 if i > 13 else 1)
        tone = mix("#7d9a5c", "#b9c97f", dice.random())
        frond(c, x, 70 + dice.uniform(-30, 20), length, dice.uniform(8, 40), tone, seed=i)


def _bench(c: Canvas, p: Palette) -> None:
    ground_shadow(c, 700, 716, 250, 0.4)
    wood, dark, iron = "#c2784b", "#9b5834", "#4b3a35"
    for x in (520, 868):
        c.stroke([(x, 500), (x - 4, 610), (x - 10, 712)], 13, iron)
        c.stroke([(x - 4, 612), (x + 46, 616), (x + 52, 712)], 13, iron)
        c.stroke(bezier((x - 2, 560), (x + 20, 548), (x + 44, 552), (x + 52, 566)), 11, iron)
    for i in range(3):
        c.fill(
            rect(494, 492 + i * 34, 412, 24, 9),
            Gradient(mix(wood, "#ffffff", 0.12), wood),
            shadow=NEAR,
        )
    c.fill(
        [(500, 606), (900, 606), (946, 630), (536, 630)], Gradient(wood, mix(wood, "#ffffff", 0.15))
    )
    c.fill(rect(536, 630, 410, 15, 5), dark)
    # thermos, cup and a folded paper
    c.fill(rect(780, 505, 48, 112, 12), Gradient(p.main, "#8e4026", "h"), shadow=NEAR)
    c.fill(rect(776, 490, 56, 30, 9), Gradient("#f6ead4", "#d9c4a0", "h"))
    c.fill(rect(780, 552, 48, 10), "#f6ead4", opacity=0.8)
    mug(c, 716, 620, 54, "#fdf6ea")
    with c.at(610, 604, angle=-4):
        c.fill(rect(-66, -12, 132, 24, 4), "#fffaf0", shadow=NEAR)
        for i in range(3):
            c.fill(rect(-56, -6 + i * 6, 70 + 12 * i, 2.4), "#b8a88f")
        c.stroke(arc(28, 0, 12, 9, 0, 360), 3.4, iron)
        c.stroke(arc(54, 0, 12, 9, 0, 360), 3.4, iron)


def student() -> Canvas:
    """A campus in the morning, with books, a cap and a bicycle in front."""
    p = CAMPUS
    c = backdrop(p, "plain", **SIZE)
    c.fill(rect(0, 0, 1200, 600), Gradient("#c9ecf0", "#fff9e3"))
    c.glow(250, 160, 360, "#fff4c2", 0.9)
    c.fill(ellipse(250, 160, 58), Gradient("#ffe08a", "#f8c04e"))
    cloud(c, 980, 120, 190)
    cloud(c, 520, 90, 130, opacity=0.6)
    _college(c, p)
    c.fill(
        [*smooth([(-20, 600), (300, 584), (700, 596), (1220, 580)]), (1220, 820), (-20, 820)],
        Gradient("#9fd08c", "#6fb07c"),
    )
    c.fill([(560, 590), (660, 590), (1010, 820), (430, 820)], Gradient("#f7ead0", "#ead4ac"))
    for x, y, size in ((90, 640, 250), (1120, 640, 270), (1010, 612, 180), (215, 606, 170)):
        tree(c, x, y, size, p)
    bicycle(c, 925, 745, 330, p)
    _books(c, p)
    return c


def _college(c: Canvas, p: Palette) -> None:
    brick, stone, roof = "#e08a68", "#fbeedb", p.deep
    wing = Gradient(brick, mix(brick, p.deep, 0.18))
    c.fill(rect(170, 350, 880, 246), wing, shadow=FAR)
    c.fill(
        [(150, 350), (230, 282), (990, 282), (1070, 350)],
        Gradient(mix(roof, "#ffffff", 0.14), roof),
    )
    for i in range(11):
        if i in (5,):
            continue
        for k in range(2):
            x, y = 206 + i * 76, 384 + k * 108
            pane = [*arc(x + 20, y + 18, 20, 20, 180, 360, 16), (x + 40, y + 70), (x, y + 70)]
            c.fill(pane, stone)
            with c.at(x + 20, y + 40, zoom=0.78):
                c.fill(
                    [(px - x - 20, py - y - 40) for px, py in pane], Gradient("#7fc4c9", "#d6f0e6")
                )
    c.fill(rect(510, 170, 200, 426), Gradient(mix(brick, "#ffffff", 0.1), brick, "h"), shadow=SOFT)
    c.fill([(496, 172), (610, 60), (724, 172)], Gradient(mix(roof, "#ffffff", 0.2), roof, "h"))
    c.stroke([(610, 62), (610, 22)], 5, roof)
    c.fill([(612, 22), (660, 34), (612, 48)], p.accent)
    c.fill(ellipse(610, 246, 46), stone, shadow=NEAR)
    c.fill(ellipse(610, 246, 38), "#ffffff")
    c.stroke([(610, 246), (610, 220)], 5, p.deep)
    c.stroke([(610, 246), (628, 256)], 5, p.deep)
    for k in range(2):
        c.fill(rect(566 + k * 54, 326, 34, 74, 16), stone)
        c.fill(rect(571 + k * 54, 332, 24, 64, 11), Gradient("#7fc4c9", "#d6f0e6"))
    c.fill([*arc(610, 500, 52, 56, 180, 360, 24), (662, 596), (558, 596)], stone)
    c.fill(
        [*arc(610, 504, 40, 44, 180, 360, 24), (650, 596), (570, 596)], Gradient(p.deep, "#2d6a66")
    )
    c.fill(rect(150, 590, 920, 10), mix(stone, brick, 0.2))


def _books(c: Canvas, p: Palette) -> None:
    ground_shadow(c, 330, 770, 260, 0.4)
    stack = (
        (150, 716, 372, 56, p.main),
        (172, 664, 330, 52, p.second),
        (146, 616, 350, 48, p.accent),
        (190, 574, 286, 42, p.deep),
    )
    for x, y, w, h, tone in stack:
        c.fill(rect(x, y, w, h, 10), Gradient(mix(tone, "#ffffff", 0.14), tone), shadow=NEAR)
        c.fill(rect(x + 34, y + 9, w - 30, h - 18, 3), Gradient("#fffdf3", "#e7dfc9"))
        for i in range(3):
            c.fill(rect(x + 40, y + 14 + i * (h - 24) / 3, w - 40, 1.6), "#cbbf9f")
        c.fill(rect(x, y, 44, h, 10), Gradient(tone, mix(tone, "#000000", 0.15), "h"))
        c.fill(rect(x + 12, y + 8, 6, h - 16), "#ffffff", opacity=0.5)
    # graduation cap
    c.fill(
        [
            (246, 545),
            *bezier((246, 545), (266, 590), (410, 590), (430, 545)),
            (430, 500),
            (246, 500),
        ],
        Gradient("#23393f", "#142427"),
    )
    c.fill(
        [(338, 430), (520, 492), (338, 556), (156, 492)],
        Gradient("#36545b", "#1d3338", "d"),
        shadow=SOFT,
    )
    c.fill(ellipse(338, 492, 9, 6), p.accent)
    c.stroke([(338, 492), (470, 516), (474, 566)], 5, p.accent)
    c.fill([(466, 562), (482, 562), (490, 606), (458, 606)], Gradient(p.accent, "#d99a2b"))


def city() -> Canvas:
    """The river at dusk, with the bridge, a tram and the ferry."""
    p = CITY
    c = backdrop(p, "plain", **SIZE)
    c.fill(rect(0, 0, 1200, 330), Gradient("#3a2f6b", "#a65d84"))
    c.fill(rect(0, 328, 1200, 240), Gradient("#a65d84", "#ffc88a"))
    dice = random.Random(12)
    for _ in range(60):
        c.fill(
            ellipse(dice.uniform(0, 1200), dice.uniform(0, 220), dice.uniform(0.8, 2.2)),
            "#fff4dd",
            opacity=dice.uniform(0.3, 0.9),
        )
    c.glow(860, 430, 420, "#ffd58a", 0.9)
    c.fill(ellipse(860, 420, 92), Gradient("#ffe7a3", "#ffb560"))
    c.fill([*arc(330, 120, 34, 34, 20, 290), *reversed(arc(343, 110, 27, 27, 40, 275))], "#fff1d0")
    for tone, base, low, high, width, lit, seed in (
        ("#c4748c", 560, 60, 190, 58, 0.0, 3),
        ("#7d4a80", 566, 90, 290, 74, 0.35, 8),
        ("#43306a", 574, 60, 240, 92, 0.5, 21),
    ):
        _skyline(c, base, low, high, width, tone, lit, seed)
    c.fill(rect(0, 566, 1200, 240), Gradient("#e99a83", "#4a3675"))
    for i in range(30):
        y = 580 + i * 7.4
        x = 860 + dice.uniform(-70, 70) - i * 2
        c.fill(
            rect(x - 60 - i * 2, y, dice.uniform(50, 150), 3.2, 2),
            "#ffe0a3",
            opacity=0.7 - i * 0.02,
        )
    for _ in range(60):
        c.fill(
            rect(dice.uniform(-30, 1180), dice.uniform(580, 800), dice.uniform(24, 90), 3, 2),
            dice.choice(["#f7c39a", "#7d5aa0", "#ffdf9f"]),
            opacity=0.35,
        )
    _bridge(c, p)
    ferry(c, 800, 742, 360, p)
    for i in range(5):
        frond(c, 24 + i * 44, -16, 420 - i * 80, 34 + 6 * i, "#5b7f6d", seed=i + 4)
    return c


def _skyline(
    c: Canvas, base: float, low: float, high: float, width: float, tone: str, lit: float, seed: int
) -> None:
    dice = random.Random(seed)
    x = -30.0
    while x < 1220:
        w, h = dice.uniform(0.6, 1.25) * width, dice.uniform(low, high)
        top = base - h
        c.fill(rect(x, top, w, h + 10, 4), Gradient(tone, mix(tone, "#f2a07f", 0.22)))
        roof = dice.random()
        if roof < 0.25:
            c.fill([(x, top + 2), (x + w / 2, top - w * 0.4), (x + w, top + 2)], tone)
        elif roof < 0.45:
            c.stroke([(x + w / 2, top), (x + w / 2, top - 46)], 4, tone)
        elif roof < 0.6:
            c.fill([*arc(x + w / 2, top + 4, w * 0.42, w * 0.42, 180, 360)], tone)
        if lit:
            for row in range(int((h - 20) / 24)):
                for col in range(int((w - 14) / 18)):
                    if dice.random() < lit:
                        shade = dice.choice(["#ffd98a", "#ffc46b", "#fff0c2"])
                        c.fill(
                            rect(x + 10 + col * 18, top + 14 + row * 24, 9, 13, 2),
                            shade,
                            opacity=dice.uniform(0.55, 0.95),
                        )
        x += w + dice.uniform(-6, 10)


def _bridge(c: Canvas, p: Palette) -> None:
    deck, dark = 600.0, "#2f2355"
    for left in (-150, 200, 550):
        c.stroke(arc(left + 175, deck + 2, 175, 120, 180, 360), 13, "#6a55a0")
        for i in range(1, 9):
            x = left + i * 39
            rise = 120 * (1 - ((x - left - 175) / 175) ** 2) ** 0.5
            c.stroke([(x, deck), (x, deck - rise)], 4, "#6a55a0")
    for x in (200, 550, 900):
        c.fill(rect(x - 17, deck, 34, 130, 6), Gradient(dark, "#4a3675"))
        c.fill(ellipse(x, deck + 132, 60, 8), "#1f1840", opacity=0.4)
    c.fill(rect(-20, deck - 6, 1240, 22), Gradient("#4a3a78", dark))
    for i in range(16):
        x = 24 + i * 78
        c.stroke([(x, deck - 6), (x, deck - 52)], 3, dark)
        c.glow(x, deck - 56, 34, "#ffdf94", 0.8)
        c.fill(ellipse(x, deck - 56, 5), "#fff1c9")
    tram(c, 250, deck - 6, 430, p)


HEROES = {
    "payroll-hero": payroll,
    "senior-hero": senior,
    "student-hero": student,
    "city-hero": city,
}
