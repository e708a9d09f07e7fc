"""Pictures of the senior zone: its articles."""

from __future__ import annotations

from .canvas import FAR, NEAR, SOFT, Canvas, Gradient, arc, bezier, ellipse, mix, rect
from .props import (
    SENIOR,
    Palette,
    backdrop,
    cloud,
    coin_stack,
    emblem,
    ground_shadow,
    heart,
    mug,
    phone,
    pot_plant,
    tree,
    willow_corner,
)


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
    heart(c, 415, 200, 46, Gradient(mix(p.main, "#ffffff", 0.15), p.main), shadow=SOFT)
    c.fill(ellipse(392, 179, 7, 9), "#ffffff", opacity=0.5)
    mug(c, 415, 540, 92, "#fff3e0")
    return c


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


PICTURES = {
    "phone-call": phone_call,
    "pension": pension,
    "family": family,
    "phone-class": phone_class,
    "branch": branch,
}
