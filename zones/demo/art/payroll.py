"""Pictures of the payroll zone."""

from __future__ import annotations

import random

from .canvas import FAR, NEAR, SOFT, Canvas, Gradient, arc, bezier, ellipse, mix, rect, smooth
from .props import (
    PAYROLL,
    backdrop,
    cloud,
    coin,
    emblem,
    ground_shadow,
    mug,
    pot_plant,
    sheet,
    tree,
    willow_corner,
)


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


def umbrella() -> Canvas:
    """A wide umbrella in the plum rain."""
    p = PAYROLL
    c = Canvas(800, 600, Gradient("#b9cfe4", "#e7eef4"))
    for x, y, size in ((150, 90, 220), (420, 60, 260), (690, 100, 220)):
        cloud(c, x, y, size, "#f7fafc", 0.75)
    dice = random.Random(8)
    for _ in range(90):
        left, top = dice.uniform(-20, 800), dice.uniform(100, 560)
        c.stroke(
            [(left, top), (left - 7, top + dice.uniform(16, 34))],
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
        tip = (0.0, -196.0)
        for i in range(6):
            a, b = edges[i], edges[i + 1]
            tone = colors[i]
            one = bezier(tip, (a * 0.45, -190), (a * 0.98, -100), (a, 20), 22)
            two = bezier((b, 20), (b * 0.98, -100), (b * 0.45, -190), tip, 22)
            hem = arc((a + b) / 2, 20, abs(b - a) / 2, 20, 180, 360, 14)
            shade = mix(tone, p.deep, 0.05 + 0.055 * i)
            c.fill(
                one + hem + two,
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


PICTURES = {
    "payslip": payslip,
    "jars": jars,
    "printworks": printworks,
    "new-job": new_job,
    "tax": tax,
    "umbrella": umbrella,
    "lunch-box": lunch_box,
}
