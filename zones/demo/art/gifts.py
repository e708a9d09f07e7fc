"""Pictures of what seniors and others redeem points for."""

from __future__ import annotations

import random

from .canvas import FAR, NEAR, SOFT, Canvas, Gradient, arc, bezier, ellipse, leaf, mix, rect, smooth
from .props import (
    SENIOR,
    backdrop,
    emblem,
    frond,
    ground_shadow,
    heart,
    mug,
    pot_plant,
    willow_corner,
    window,
)


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
        heart(c, -70, -96, 46, Gradient(mix(p.main, "#ffffff", 0.25), p.main), shadow=NEAR)
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


PICTURES = {
    "health": health,
    "calendar": calendar,
    "tea": tea,
    "throw": throw,
}
