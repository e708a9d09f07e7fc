"""The pictures of articles, banners and notes, 800 by 600."""

from __future__ import annotations

from .canvas import FAR, NEAR, SOFT, Canvas, Gradient, arc, bezier, ellipse, leaf, mix, rect, smooth
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
    tree,
    willow_corner,
)
from .vehicles import tram


def payslip() -> Canvas:
    """A payslip under a magnifying glass."""
    p = PAYROLL
    c = backdrop(p, "disc")
    willow_corner(c, p.leaf)
    sheet(c, 370, 300, 320, 420, p, lines=7, angle=-5)
    with c.at(370, 300, angle=-5):
        for y, tone in ((-54, p.accent), (70, p.leaf)):
            c.fill(rect(-142, y, 284, 34, 10), tone, opacity=0.28)
    c.stroke([(560, 430), (640, 520)], 30, mix(p.deep, "#8a5a3b", 0.5))
    c.stroke([(556, 426), (580, 452)], 22, p.accent)
    c.fill(ellipse(500, 360, 92), p.deep, shadow=SOFT)
    c.fill(ellipse(500, 360, 76), Gradient("#ffffff", "#dcebfb", "d"))
    with c.clip(ellipse(500, 360, 76)):
        c.fill(rect(430, 318, 90, 20, 6), p.mid)
        c.fill(rect(430, 352, 120, 26, 8), p.main)
        c.fill(rect(430, 394, 70, 18, 6), p.mid)
        c.fill(ellipse(460, 300, 70, 46), "#ffffff", opacity=0.35)
    return c


def jars() -> Canvas:
    """Three glass jars: month, quiet month, something with a date."""
    p = PAYROLL
    c = backdrop(p, "table")
    willow_corner(c, p.leaf, right=False, n=3)
    for k, (x, level, tone) in enumerate(
        ((190, 0.72, p.main), (400, 0.5, p.leaf), (610, 0.32, p.accent))
    ):
        ground_shadow(c, x, 500, 110, 0.35)
        body = rect(x - 78, 248, 156, 256, 34)
        c.fill(body, "#ffffff", opacity=0.5, shadow=NEAR)
        with c.clip(rect(x - 70, 256, 140, 240, 28)):
            top = 496 - 240 * level
            for row in range(10):
                for col in range(5):
                    cy = 486 - row * 27
                    if cy > top:
                        c.fill(
                            ellipse(x - 58 + col * 29 + (row % 2) * 12, cy, 19),
                            Gradient("#ffe2a0", "#e7a93f", "d"),
                        )
                        c.fill(ellipse(x - 58 + col * 29 + (row % 2) * 12, cy, 12), "#f6c76c")
        c.fill(rect(x - 66, 270, 14, 190, 7), "#ffffff", opacity=0.55)
        c.fill(
            rect(x - 70, 216, 140, 42, 12), Gradient(tone, mix(tone, p.deep, 0.3), "h"), shadow=NEAR
        )
        c.fill(rect(x - 46, 356, 92, 66, 10), p.paper, shadow=NEAR)
        _jar_sign(c, k, x, 389, tone)
    coin(c, 400, 150, 34)
    c.stroke(smooth([(330, 110), (362, 84), (400, 78)]), 4, p.main, opacity=0.4)
    return c


def _jar_sign(c: Canvas, kind: int, x: float, y: float, tone: str) -> None:
    if kind == 0:
        c.fill([(x - 26, y), (x, y - 22), (x + 26, y)], tone)
        c.fill(rect(x - 18, y - 2, 36, 24, 3), tone)
    elif kind == 1:
        c.stroke([*arc(x, y + 2, 26, 24, 180, 360), (x - 26, y + 2)], 6, tone)
        c.stroke([(x, y), (x, y + 16), (x + 8, y + 22)], 5, tone)
    else:
        c.fill([(x - 28, y - 2), (x + 30, y - 20), (x + 4, y + 22), (x - 2, y + 6)], tone)


def printworks() -> Canvas:
    """A print works with its saw-tooth roof in the evening."""
    p = PAYROLL
    c = backdrop(p, "hills")
    c.glow(600, 140, 240, "#ffe2a6", 0.9)
    c.fill(ellipse(600, 150, 46), "#ffd47d")
    cloud(c, 200, 110, 140)
    wall = "#d98b68"
    c.fill(rect(130, 300, 470, 200), Gradient(wall, mix(wall, p.deep, 0.25)), shadow=FAR)
    for i in range(4):
        x = 130 + i * 117.5
        c.fill([(x, 302), (x, 228), (x + 117.5, 302)], mix(p.deep, p.main, 0.35))
        c.fill([(x + 8, 296), (x + 8, 248), (x + 84, 296)], Gradient("#fff0c4", p.accent))
    c.fill(
        rect(520, 130, 46, 172), Gradient(mix(wall, "#ffffff", 0.1), mix(wall, p.deep, 0.3), "h")
    )
    c.fill(rect(514, 124, 58, 16, 4), p.deep)
    for k in range(3):
        cloud(c, 566 + k * 34, 96 - k * 26, 60 + k * 26, "#ffffff", 0.55)
    for i in range(4):
        c.fill(rect(160 + i * 82, 336, 56, 64, 4), p.paper)
        c.fill(rect(165 + i * 82, 341, 46, 54, 2), Gradient("#ffe9b0", "#f4b75c"))
        c.stroke([(188 + i * 82, 341), (188 + i * 82, 395)], 3, p.paper)
    c.fill(rect(496, 380, 78, 120, 4), p.deep)
    for i in range(5):
        c.fill(rect(500, 386 + i * 22, 70, 15, 2), mix(p.deep, p.mid, 0.25))
    c.fill(rect(200, 428, 160, 44, 8), p.paper)
    emblem(c, 226, 450, 15, p.leaf)
    c.fill(rect(250, 440, 90, 8, 4), p.main)
    c.fill(rect(250, 455, 60, 6, 3), p.mid)
    c.fill(rect(-10, 498, 820, 120), Gradient(mix(p.leaf, p.sky, 0.35), mix(p.leaf, p.deep, 0.1)))
    # stack of printed sheets
    for i in range(7):
        c.fill(
            rect(620 + (i % 2) * 5, 540 - i * 14, 130, 16, 3),
            p.paper if i % 2 else mix(p.paper, p.mid, 0.5),
            shadow=NEAR,
        )
    c.fill(rect(612, 554, 146, 14, 3), "#a9764a")
    tree(c, 62, 520, 200, p)
    return c


def new_job() -> Canvas:
    """A box of things on a new desk: plant, mug, badge."""
    p = PAYROLL
    c = backdrop(p, "window")
    ground_shadow(c, 300, 520, 220, 0.4)
    pot_plant(c, 235, 350, 190, p)
    sheet(c, 330, 280, 120, 170, p, lines=4, angle=8)
    c.fill(rect(372, 220, 26, 150, 6), Gradient(p.accent, mix(p.accent, p.deep, 0.2), "h"))
    c.fill([(372, 222), (385, 190), (398, 222)], "#f6e3c2")
    box = "#c99562"
    c.fill(
        [(120, 330), (470, 330), (446, 524), (144, 524)],
        Gradient(box, mix(box, "#7a4a2c", 0.3)),
        shadow=SOFT,
    )
    c.fill(rect(110, 318, 370, 34, 6), mix(box, "#ffffff", 0.18))
    c.fill(rect(245, 386, 100, 30, 15), mix(box, "#5c3a20", 0.6))
    emblem(c, 295, 464, 20, mix(box, "#5c3a20", 0.45))
    # badge with ribbon
    c.stroke(bezier((560, 330), (540, 420), (600, 400), (600, 440)), 9, p.main)
    c.stroke(bezier((640, 330), (650, 410), (600, 400), (600, 440)), 9, mix(p.main, p.deep, 0.4))
    with c.at(600, 500, angle=4):
        c.fill(rect(-50, -60, 100, 132, 12), p.paper, shadow=SOFT)
        c.fill(rect(-18, -52, 36, 8, 4), mix(p.mid, p.deep, 0.3))
        c.fill(ellipse(0, -8, 25), p.mid)
        c.fill(ellipse(0, -14, 10), p.main)
        c.fill(arc(0, 16, 19, 19, 190, 350), p.main)
        c.fill(rect(-30, 28, 60, 8, 4), p.main)
        c.fill(rect(-20, 44, 40, 7, 3), p.mid)
    return c


def phone_call() -> Canvas:
    """An old telephone behind a shield."""
    p = SENIOR
    c = backdrop(p, "disc")
    ground_shadow(c, 370, 490, 240, 0.4)
    body = [
        (220, 480),
        *bezier((220, 480), (210, 360), (270, 300), (320, 300)),
        (430, 300),
        *bezier((430, 300), (480, 300), (540, 360), (530, 480)),
    ]
    c.fill(body, Gradient(p.main, mix(p.main, p.deep, 0.4)), shadow=FAR)
    c.fill(rect(206, 468, 338, 30, 12), mix(p.main, p.deep, 0.55))
    c.fill(ellipse(375, 394, 76), mix(p.main, p.deep, 0.5))
    c.fill(ellipse(375, 394, 66), p.paper)
    for i in range(10):
        (x, y), *_ = arc(375, 394, 48, 48, -60 + i * 30, -60 + i * 30, 1)
        c.fill(ellipse(x, y, 9.5), mix(p.main, p.deep, 0.35))
    c.fill(ellipse(375, 394, 24), p.accent)
    for x in (286, 446):
        c.fill(rect(x, 264, 20, 46, 6), mix(p.main, p.deep, 0.6))
    c.stroke(
        bezier((206, 260), (260, 190), (490, 190), (546, 260)),
        44,
        Gradient(mix(p.main, "#ffffff", 0.1), p.main),
    )
    for x in (206, 546):
        c.fill(ellipse(x, 262, 50, 34), mix(p.main, p.deep, 0.3), shadow=NEAR)
    for i in range(3):
        c.stroke(
            arc(620, 210, 26 + i * 26, 26 + i * 26, -50, 40), 8, p.second, opacity=0.8 - 0.2 * i
        )
    with c.at(560, 420):
        half = bezier((0, -112), (40, -84), (70, -80), (96, -78), 14) + bezier(
            (96, -78), (98, 20), (70, 76), (0, 112), 18
        )
        outline = half + [(-x, y) for x, y in reversed(half)]
        c.fill(outline, p.paper, shadow=FAR)
        with c.at(zoom=0.86):
            c.fill(outline, Gradient(mix(p.leaf, "#ffffff", 0.1), mix(p.leaf, p.deep, 0.3), "d"))
        c.stroke([(-36, 0), (-8, 30), (42, -30)], 19, p.paper)
    return c


def pension() -> Canvas:
    """A bank book, coins and reading glasses at the window."""
    p = SENIOR
    c = backdrop(p, "window")
    with c.at(300, 410, angle=-6):
        c.fill(rect(-176, -118, 352, 236, 14), mix(p.main, p.deep, 0.35), shadow=FAR)
        c.fill(rect(-166, -112, 164, 222, 8), Gradient("#fffaf0", "#efe3cc", "h"))
        c.fill(rect(2, -112, 164, 222, 8), Gradient("#e9dcc3", "#fffaf0", "h"))
        for i in range(6):
            c.fill(rect(-150, -84 + i * 30, 60, 9, 4), mix(p.mid, p.deep, 0.25))
            c.fill(
                rect(-60, -84 + i * 30, 42, 9, 4), p.leaf if i % 2 == 0 else mix(p.mid, p.deep, 0.2)
            )
        emblem(c, 84, -30, 34, p.leaf)
        c.fill(rect(30, 40, 108, 12, 5), p.main)
        c.fill(rect(48, 64, 72, 9, 4), mix(p.mid, p.deep, 0.2))
    dark = "#4b3a35"
    c.stroke(arc(440, 512, 44, 34, 0, 360), 9, dark)
    c.stroke(arc(548, 512, 44, 34, 0, 360), 9, dark)
    for x in (440, 548):
        c.fill(ellipse(x, 512, 40, 30), "#ffffff", opacity=0.4)
    c.stroke(bezier((482, 504), (490, 492), (500, 492), (506, 504)), 8, dark)
    c.stroke(bezier((592, 506), (640, 480), (670, 470), (690, 488)), 8, dark)
    coin_stack(c, 640, 440, 42, 5)
    coin_stack(c, 720, 452, 42, 3)
    mug(c, 92, 470, 96, "#fdf1dd")
    return c


def family() -> Canvas:
    """Two phones that share a heart, over a tea table."""
    p = SENIOR
    c = backdrop(p, "table")
    willow_corner(c, p.leaf, right=False, n=3)
    for x, turn, tone in ((270, -8, p.main), (560, 8, p.leaf)):
        phone(
            c,
            x,
            280,
            176,
            Gradient("#fffaf1", mix(p.sky, "#ffffff", 0.3)),
            angle=turn,
            frame="#4a342b",
        )
        with c.at(x, 280, angle=turn):
            c.fill(ellipse(0, -80, 34), mix(tone, "#ffffff", 0.6))
            c.fill(ellipse(0, -88, 14), tone)
            c.fill(arc(0, -48, 26, 26, 195, 345), tone)
            for i in range(4):
                c.fill(rect(-56, -20 + i * 34, 112, 25, 9), "#ffffff", shadow=NEAR)
                c.fill(ellipse(-42, -7 + i * 34, 7), tone if i % 2 else p.accent)
                c.fill(rect(-28, -11 + i * 34, 44, 8, 4), mix(p.mid, p.deep, 0.2))
                c.fill(rect(26, -11 + i * 34, 22, 8, 4), tone)
    with c.at(560, 280, angle=8):
        c.fill(ellipse(58, 118, 34), p.paper, shadow=SOFT)
        c.fill([*arc(58, 128, 24, 20, 200, 340), *reversed(arc(58, 108, 24, 20, 20, 160))], p.leaf)
        c.fill(ellipse(58, 118, 9), p.paper)
        c.fill(ellipse(58, 118, 5), p.deep)
    _heart(c, 415, 200, 46, p.second, p.main)
    mug(c, 415, 540, 92, "#fff3e0")
    return c


def _heart(c: Canvas, x: float, y: float, r: float, light: str, dark: str) -> None:
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
    c.fill(
        half + [(2 * x - px, py) for px, py in reversed(half)],
        Gradient(mix(dark, "#ffffff", 0.15), dark),
        shadow=SOFT,
    )
    c.fill(ellipse(x - r * 0.5, y - r * 0.45, r * 0.16, r * 0.2), "#ffffff", opacity=0.5)


def phone_class() -> Canvas:
    """A blackboard with a phone, chairs and a tea pot."""
    p = SENIOR
    c = backdrop(p, "plain")
    c.fill(rect(0, 0, 800, 440), Gradient("#fdf0dc", "#f6ddbd"))
    c.fill(rect(0, 440, 800, 170), Gradient("#cf9c70", "#a9724b"))
    c.fill(rect(150, 56, 500, 276, 12), "#a46a42", shadow=FAR)
    c.fill(rect(164, 70, 472, 248, 6), Gradient("#4c6b57", "#38523f"))
    chalk = "#f7f3e4"
    c.stroke(rect(222, 100, 96, 186, 16) + [(222 + 16, 100)], 5, chalk)
    for i in range(3):
        c.fill(rect(240, 134 + i * 42, 60, 24, 7), chalk, opacity=0.85 - 0.2 * i)
    c.stroke([(346, 190), (396, 190)], 5, chalk)
    c.stroke([(380, 176), (398, 190), (380, 204)], 5, chalk)
    _letter(c, 470, 190, 44, chalk)
    _letter(c, 560, 178, 78, chalk)
    for x in (110, 310, 510, 710):
        _seat(c, x, 560, p)
    c.fill(rect(30, 392, 110, 12, 4), "#8b5a38")
    for k in range(2):
        c.fill(rect(42 + k * 76, 402, 10, 90), "#8b5a38")
    c.fill(ellipse(84, 366, 34, 28), p.main, shadow=NEAR)
    c.stroke(arc(118, 366, 14, 14, -80, 80), 6, p.main)
    c.stroke([(56, 362), (36, 344)], 9, p.main)
    c.fill(ellipse(84, 338, 8, 6), p.deep)
    willow_corner(c, p.leaf, n=3, reach=0.36)
    return c


def _letter(c: Canvas, x: float, y: float, size: float, color: str) -> None:
    c.stroke(
        [(x - size * 0.4, y + size * 0.5), (x, y - size * 0.5), (x + size * 0.4, y + size * 0.5)],
        size * 0.12,
        color,
    )
    c.stroke(
        [(x - size * 0.22, y + size * 0.14), (x + size * 0.22, y + size * 0.14)], size * 0.11, color
    )


def _seat(c: Canvas, x: float, y: float, p: Palette) -> None:
    ground_shadow(c, x, y + 4, 80, 0.4)
    wood = mix(p.second, p.deep, 0.15)
    for dx in (-50, 50):
        c.stroke([(x + dx * 0.9, y - 90), (x + dx, y)], 9, mix(wood, p.deep, 0.4))
    c.fill(
        rect(x - 54, y - 188, 108, 62, 16), Gradient(mix(wood, "#ffffff", 0.15), wood), shadow=NEAR
    )
    for dx in (-40, 40):
        c.stroke([(x + dx, y - 130), (x + dx, y - 96)], 9, mix(wood, p.deep, 0.3))
    c.fill(
        rect(x - 60, y - 104, 120, 24, 10), Gradient(p.main, mix(p.main, p.deep, 0.3)), shadow=NEAR
    )


def branch() -> Canvas:
    """A bank branch with ramp, awning and plants."""
    p = SENIOR
    c = backdrop(p, "hills")
    cloud(c, 640, 100, 150)
    cloud(c, 150, 80, 110, opacity=0.6)
    wall = "#f7e7cf"
    c.fill(rect(150, 150, 500, 360, 6), Gradient(wall, mix(wall, p.mid, 0.6)), shadow=FAR)
    c.fill(rect(130, 128, 540, 34, 8), mix(p.main, p.deep, 0.25))
    c.fill(rect(250, 178, 300, 56, 12), p.leaf, shadow=NEAR)
    emblem(c, 400, 208, 26, p.paper)
    for x in (190, 500):
        c.fill(rect(x, 262, 110, 150, 8), "#ffffff", shadow=NEAR)
        c.fill(rect(x + 8, 270, 94, 134, 4), Gradient("#b9d8d4", "#fdf2d4", "d"))
        c.stroke([(x + 55, 270), (x + 55, 404)], 5, "#ffffff")
        for i in range(6):
            tone = p.main if i % 2 == 0 else p.paper
            c.fill(
                [
                    (x - 12 + i * 22.4, 252),
                    (x + 10 + i * 22.4, 252),
                    (x + 13 + i * 22.4, 286),
                    (x - 9 + i * 22.4, 286),
                ],
                tone,
            )
            c.fill(arc(x + 2 + i * 22.4, 285, 11, 9, 0, 180, 12), tone)
        c.fill(rect(x - 6, 412, 122, 24, 6), "#a4683f")
        for i in range(7):
            c.fill(
                ellipse(x + 6 + i * 17, 408 - (i % 2) * 6, 11), (p.leaf, p.second, p.accent)[i % 3]
            )
    c.fill(rect(336, 266, 128, 244, 8), mix(p.deep, p.main, 0.25))
    for x in (346, 404):
        c.fill(rect(x, 278, 50, 232, 4), Gradient("#d7ece4", "#fbf1d6"))
    c.fill(rect(390, 384, 6, 50, 3), p.accent)
    c.fill(rect(404, 384, 6, 50, 3), p.accent)
    c.fill(rect(-10, 506, 820, 110), Gradient("#e6cfa9", "#cdae82"))
    c.fill(
        [(470, 508), (700, 560), (700, 572), (340, 572), (340, 508)],
        Gradient("#f6ead6", "#d9c4a2"),
        shadow=NEAR,
    )
    c.stroke([(480, 470), (700, 524)], 7, p.deep)
    for i in range(4):
        c.stroke([(480 + i * 73, 470 + i * 18), (480 + i * 73, 512 + i * 17)], 5, p.deep)
    tree(c, 78, 540, 230, p)
    pot_plant(c, 300, 530, 90, p)
    return c


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


ARTICLES = {
    "payslip": payslip,
    "jars": jars,
    "printworks": printworks,
    "new-job": new_job,
    "phone-call": phone_call,
    "pension": pension,
    "family": family,
    "phone-class": phone_class,
    "branch": branch,
    "budget": budget,
    "internship": internship,
    "no-loan": no_loan,
    "lost-card": lost_card,
    "campus-card": campus_card,
    "tram": tram_ride,
    "willow-sign": willow_sign,
}
