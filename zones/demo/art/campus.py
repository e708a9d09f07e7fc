"""Pictures of the student zone."""

from __future__ import annotations

from .canvas import FAR, NEAR, SOFT, Canvas, Gradient, arc, bezier, ellipse, leaf, mix, rect, smooth
from .props import (
    CAMPUS,
    Palette,
    backdrop,
    card,
    cloud,
    coin,
    coin_stack,
    emblem,
    ground_shadow,
    mug,
    phone,
    pot_plant,
    tree,
    willow_corner,
)


def budget() -> Canvas:
    """A notebook with a pie, noodles and coins."""
    p = CAMPUS
    c = backdrop(p, "table")
    with c.at(300, 340, angle=-6):
        c.fill(rect(-180, -200, 360, 400, 16), p.main, shadow=FAR)
        c.fill(rect(-160, -190, 330, 380, 8), Gradient("#fffef6", "#f2eedd"))
        for i in range(11):
            c.fill(rect(-178, -176 + i * 34, 34, 12, 6), mix(p.deep, "#ffffff", 0.7))
            c.fill(ellipse(-146, -170 + i * 34, 6), mix(p.deep, "#ffffff", 0.4))
        start = -90.0
        for share, tone in ((0.42, p.main), (0.24, p.accent), (0.2, p.second), (0.14, p.leaf)):
            c.fill([(-40, -84), *arc(-40, -84, 78, 78, start, start + 360 * share, 30)], tone)
            start += 360 * share
        c.fill(ellipse(-40, -84, 36), "#fffef6")
        for i, tone in enumerate((p.main, p.accent, p.second, p.leaf)):
            c.fill(ellipse(74, -138 + i * 36, 9), tone)
            c.fill(rect(92, -143 + i * 36, 56 - 8 * i, 10, 4), mix(p.mid, "#7f8f8c", 0.4))
        for i in range(5):
            c.fill(rect(-118, 34 + i * 30, 150 + (i * 37) % 60, 9, 4), mix(p.mid, "#7f8f8c", 0.35))
            c.fill(rect(108, 34 + i * 30, 40, 9, 4), p.main)
    with c.at(520, 260, angle=38):
        c.fill(
            rect(-9, -120, 18, 190, 4),
            Gradient(p.accent, mix(p.accent, p.second, 0.4), "h"),
            shadow=SOFT,
        )
        c.fill([(-9, 70), (9, 70), (0, 100)], "#f2dcb8")
        c.fill(rect(-9, -134, 18, 22, 6), p.second)
    _noodles(c, 610, 500, 190, p)
    coin_stack(c, 440, 556, 36, 3)
    coin(c, 496, 552, 24)
    return c


def _noodles(c: Canvas, x: float, y: float, w: float, p: Palette) -> None:
    ground_shadow(c, x, y + 6, w * 0.6, 0.4)
    for k in range(2):
        c.stroke(
            [(x - w * 0.1 + k * 16, y - w * 0.42), (x + w * 0.5 + k * 14, y - w * 1.05)],
            7,
            "#8b5a38",
        )
    c.fill(ellipse(x, y - w * 0.42, w / 2, w * 0.16), mix(p.second, "#ffffff", 0.5))
    c.fill(ellipse(x, y - w * 0.41, w * 0.45, w * 0.13), "#f1b765")
    for i in range(5):
        wave = [
            (x - w * 0.34 + j * w * 0.14, y - w * (0.48 - 0.035 * i) + (5 if j % 2 else -5))
            for j in range(6)
        ]
        c.stroke(smooth(wave), 6, "#fbe3ae")
    c.fill(ellipse(x - w * 0.2, y - w * 0.43, w * 0.1, w * 0.055), "#ffffff")
    c.fill(ellipse(x - w * 0.2, y - w * 0.43, w * 0.05, w * 0.03), "#f7b733")
    for dx, dy in ((0.12, -0.47), (0.22, -0.42), (0.05, -0.38)):
        c.fill(leaf(x + w * dx, y + w * dy, w * 0.11, w * 0.03, 20), p.leaf)
    bowl = [
        (x - w / 2, y - w * 0.42),
        *bezier(
            (x - w / 2, y - w * 0.42),
            (x - w * 0.46, y - w * 0.05),
            (x - w * 0.25, y),
            (x - w * 0.18, y),
        ),
    ]
    bowl += [
        (x + w * 0.18, y),
        *bezier(
            (x + w * 0.18, y),
            (x + w * 0.25, y),
            (x + w * 0.46, y - w * 0.05),
            (x + w / 2, y - w * 0.42),
        ),
    ]
    bowl += list(reversed(arc(x, y - w * 0.42, w / 2, w * 0.16, 0, 180, 30)))[::-1]
    c.fill(bowl, Gradient(p.second, mix(p.second, p.deep, 0.25), "h"))
    c.stroke(
        smooth([(x - w * 0.4, y - w * 0.16), (x, y - w * 0.08), (x + w * 0.4, y - w * 0.16)]),
        5,
        "#fff3df",
        opacity=0.8,
    )


def internship() -> Canvas:
    """A laptop with a chart, a badge and a coffee."""
    p = CAMPUS
    c = backdrop(p, "window")
    c.fill(rect(150, 210, 380, 260, 18), p.deep, shadow=FAR)
    c.fill(rect(164, 224, 352, 232, 8), Gradient("#f6fffb", "#d8f1e8"))
    for i, height in enumerate((50, 84, 66, 108, 92, 138)):
        c.fill(
            rect(206 + i * 38, 414 - height, 24, height, 7),
            p.accent if i == 5 else mix(p.main, p.mid, 0.3),
        )
    c.stroke(
        smooth([(206, 340), (256, 306), (300, 322), (346, 276), (400, 290), (446, 250)]),
        6,
        p.second,
    )
    c.fill(ellipse(446, 250, 10), p.second)
    c.fill(rect(188, 242, 90, 12, 5), p.main)
    c.fill(
        [(104, 470), (576, 470), (604, 506), (76, 506)], Gradient("#e9eef0", "#b7c4c6"), shadow=SOFT
    )
    c.fill(rect(280, 472, 120, 12, 6), "#a2b1b4")
    mug(c, 690, 540, 96, p.second)
    c.stroke(bezier((590, 330), (560, 420), (620, 400), (612, 430)), 9, p.accent)
    with c.at(612, 490, angle=-6):
        c.fill(rect(-46, -58, 92, 120, 12), p.paper, shadow=SOFT)
        c.fill(rect(-46, -58, 92, 36, 12), p.main)
        c.fill(ellipse(0, -16, 23), mix(p.mid, "#ffffff", 0.3))
        c.fill(ellipse(0, -22, 9), p.main)
        c.fill(arc(0, 4, 16, 14, 190, 350), p.main)
        c.fill(rect(-28, 20, 56, 8, 4), p.deep)
        c.fill(rect(-18, 36, 36, 6, 3), p.mid)
    willow_corner(c, p.leaf, right=False, n=3)
    return c


def no_loan() -> Canvas:
    """An umbrella that keeps falling paper away from a wallet."""
    p = CAMPUS
    c = backdrop(p, "disc")
    for x, y, turn in (
        (150, 110, -24),
        (300, 70, 14),
        (520, 80, -10),
        (660, 150, 26),
        (110, 270, 12),
        (700, 310, -18),
    ):
        with c.at(x, y, angle=turn):
            c.fill(rect(-36, -48, 72, 96, 8), "#f3efe4", shadow=NEAR)
            for i in range(3):
                c.fill(rect(-24, -30 + i * 16, 48 - 10 * i, 6, 3), "#c9c2ad")
            c.fill(ellipse(14, 28, 13), p.second, opacity=0.75)
            c.fill(rect(8, 26, 12, 4), "#ffffff")
    ground_shadow(c, 400, 530, 250, 0.35)
    _wallet(c, 410, 450, p)
    c.stroke([(400, 130), (400, 380)], 10, p.deep)
    left = [
        (170, 310),
        *bezier((170, 310), (190, 200), (290, 140), (400, 140)),
        *bezier((400, 140), (510, 140), (610, 200), (630, 310)),
    ]
    scallops: list[tuple[float, float]] = []
    for i in range(4):
        scallops += arc(572.5 - i * 115, 312, 57.5, 26, 0, -180, 16)
    c.fill(left + scallops, Gradient(p.main, mix(p.main, p.deep, 0.35)), shadow=FAR)
    for i in range(1, 4):
        x = 170 + i * 115
        c.stroke(
            bezier((400, 140), (400 + (x - 400) * 0.5, 160), (x, 230), (x, 310)),
            3,
            "#ffffff",
            opacity=0.35,
        )
    c.fill(
        [
            *bezier((285, 312), (300, 210), (350, 150), (400, 140)),
            *bezier((400, 140), (400, 200), (400, 260), (400, 312)),
        ],
        p.accent,
        opacity=0.85,
    )
    c.fill(ellipse(400, 134, 9), p.deep)
    return c


def _wallet(c: Canvas, x: float, y: float, p: Palette) -> None:
    card(c, x - 20, y - 60, 190, p.main, p.deep, angle=-5)
    c.fill(rect(x - 130, y - 70, 260, 150, 22), Gradient("#b5764a", "#85502f"), shadow=SOFT)
    c.stroke(rect(x - 120, y - 60, 240, 130, 16) + [(x - 104, y - 60)], 2.4, "#e2b48a", opacity=0.7)
    c.fill(rect(x + 60, y - 26, 84, 58, 18), Gradient("#c98a5c", "#9a6039"), shadow=NEAR)
    c.fill(ellipse(x + 92, y + 3, 12), Gradient("#ffe4a6", "#e0a540"))


def lost_card() -> Canvas:
    """A card that looks out from between library books."""
    p = CAMPUS
    c = backdrop(p, "plain")
    c.fill(rect(0, 0, 800, 600), Gradient("#e8d6b8", "#d8bd93"))
    wood = "#a7703f"
    for y in (40, 320, 586):
        c.fill(
            rect(-10, y, 820, 26),
            Gradient(mix(wood, "#ffffff", 0.15), mix(wood, "#3a2415", 0.25)),
            shadow=SOFT,
        )
    c.fill(rect(-10, 66, 820, 254), "#7a5130", opacity=0.28)
    c.fill(rect(-10, 346, 820, 240), "#7a5130", opacity=0.28)
    tones = (
        p.main,
        p.second,
        p.accent,
        p.deep,
        "#f2ead7",
        p.leaf,
        mix(p.second, p.deep, 0.4),
        "#6f8fae",
    )
    x, i = 16.0, 0
    while x < 780:
        w, h = 34 + (i * 17) % 32, 176 + (i * 41) % 64
        if not 430 < x < 560:
            _spine(c, x, 320 - h, w, h, tones[i % 8], i)
        x += w + 3
        i += 1
    c.fill(rect(440, 280, 118, 40, 5), p.second)
    c.fill(rect(448, 242, 100, 38, 5), p.accent)
    pot_plant(c, 498, 244, 100, p)
    x, i = 20.0, 3
    while x < 760:
        w, h = 36 + (i * 23) % 34, 160 + (i * 29) % 58
        if 372 < x < 440:
            card(c, 428, 470, 196, "#38b3a0", p.deep, angle=76)
            _spine(c, x + 34, 586 - 214, 60, 214, p.second, 4)
            x += 98
        else:
            _spine(c, x, 586 - h, w, h, tones[i % 8], i)
            x += w + 3
        i += 1
    c.glow(430, 400, 130, "#fff6c9", 0.55)
    return c


def _spine(c: Canvas, x: float, y: float, w: float, h: float, tone: str, kind: int) -> None:
    c.fill(
        rect(x, y, w, h, 4),
        Gradient(mix(tone, "#ffffff", 0.16), mix(tone, "#000000", 0.14), "h"),
        shadow=NEAR,
    )
    band = mix(tone, "#ffffff", 0.6)
    c.fill(rect(x + 4, y + 18, w - 8, 5), band, opacity=0.8)
    if kind % 3 == 0:
        c.fill(rect(x + 4, y + h - 30, w - 8, 12), band, opacity=0.7)
    elif kind % 3 == 1:
        emblem(c, x + w / 2, y + h * 0.5, w * 0.2, band)
    else:
        c.fill(rect(x + w * 0.4, y + 40, w * 0.2, h * 0.4, 3), band, opacity=0.6)


def campus_card() -> Canvas:
    """A campus gate with a phone that opens it."""
    p = CAMPUS
    c = backdrop(p, "hills")
    cloud(c, 180, 90, 140)
    c.fill(rect(90, 190, 620, 60, 8), Gradient("#fbeedb", "#e9d3b2"), shadow=SOFT)
    c.fill([(70, 192), (400, 96), (730, 192)], Gradient(mix(p.deep, "#ffffff", 0.2), p.deep))
    emblem(c, 400, 160, 26, p.accent)
    for x in (120, 280, 470, 630):
        c.fill(rect(x, 248, 50, 270, 4), Gradient("#fdf3e2", "#d9c19b", "h"))
        c.fill(rect(x - 8, 244, 66, 18, 4), "#f3e2c6")
        c.fill(rect(x - 8, 506, 66, 18, 4), "#d9c19b")
    c.fill(rect(-10, 516, 820, 100), Gradient("#8fc98a", "#5fa375"))
    c.fill([(330, 516), (470, 516), (560, 610), (240, 610)], "#f1e0bf")
    tree(c, 52, 540, 200, p)
    tree(c, 752, 540, 210, p)
    phone(c, 400, 400, 176, Gradient("#f7fffb", "#d4f0e6"), angle=-6)
    with c.at(400, 400, angle=-6):
        c.fill(rect(-64, -134, 128, 82, 14), Gradient(p.main, p.deep, "d"), shadow=NEAR)
        emblem(c, 40, -104, 13, "#ffffff")
        c.fill(ellipse(-36, -92, 17), "#ffffff", opacity=0.9)
        c.fill(rect(-10, -84, 40, 7, 3), "#ffffff", opacity=0.7)
        _square_code(c, -50, -36, 100, p.deep)
        c.fill(rect(-34, 82, 68, 12, 6), p.accent)
    for i in range(3):
        c.stroke(
            arc(508, 300, 26 + i * 24, 26 + i * 24, -70, 20), 8, p.accent, opacity=0.9 - 0.22 * i
        )
    return c


def _square_code(c: Canvas, x: float, y: float, size: float, color: str) -> None:
    one = size / 11
    for row in range(11):
        for col in range(11):
            corner = (row < 4 or row > 6) and (col < 4 or col > 6) and not (row > 6 and col > 6)
            if not corner and (row * 7 + col * 13 + row * col) % 3 == 0:
                c.fill(rect(x + col * one, y + row * one, one * 0.92, one * 0.92, 1), color)
    for cx, cy in ((0, 0), (7.6, 0), (0, 7.6)):
        c.fill(rect(x + cx * one, y + cy * one, one * 3.4, one * 3.4, 4), color)
        c.fill(rect(x + (cx + 0.6) * one, y + (cy + 0.6) * one, one * 2.2, one * 2.2, 2), "#f3fffa")
        c.fill(rect(x + (cx + 1.15) * one, y + (cy + 1.15) * one, one * 1.1, one * 1.1, 1), color)


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


PICTURES = {
    "budget": budget,
    "internship": internship,
    "no-loan": no_loan,
    "lost-card": lost_card,
    "campus-card": campus_card,
    "prints": prints,
    "breakfast": breakfast,
}
