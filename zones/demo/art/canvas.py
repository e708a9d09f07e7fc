"""A small painter: shapes with gradients, soft shadows and transforms, supersampled."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from PIL import Image, ImageColor, ImageDraw, ImageFilter

Point = tuple[float, float]
Points = Sequence[Point]
Matrix = tuple[float, float, float, float, float, float]
SUPERSAMPLING = 3
BLUR_REDUCTION = 6


@dataclass(frozen=True)
class Gradient:
    """A blend of two colours: v(ertical), h(orizontal), d(iagonal) or r(adial, from the middle)."""

    start: str
    end: str
    direction: str = "v"


Paint = str | Gradient


@dataclass(frozen=True)
class Shadow:
    """A soft shadow: how far it falls, how soft and how dark it is."""

    dx: float = 0
    dy: float = 10
    blur: float = 14
    opacity: float = 0.22
    color: str = "#1b1b33"


SOFT = Shadow()
NEAR = Shadow(0, 4, 6, 0.2)
FAR = Shadow(0, 22, 28, 0.26)


def mix(first: str, second: str, share: float) -> str:
    """The colour that lies `share` of the way from `first` to `second`."""
    a, b = ImageColor.getrgb(first), ImageColor.getrgb(second)
    return "#" + "".join(
        f"{round(x + (y - x) * share):02x}" for x, y in zip(a[:3], b[:3], strict=True)
    )


def rect(x: float, y: float, w: float, h: float, r: float = 0) -> list[Point]:
    """A rectangle, its corners rounded by `r`."""
    r = min(r, w / 2, h / 2)
    if r <= 0:
        return [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]
    corners = (
        (x + w - r, y + r, -90),
        (x + w - r, y + h - r, 0),
        (x + r, y + h - r, 90),
        (x + r, y + r, 180),
    )
    points: list[Point] = []
    for cx, cy, start in corners:
        points += arc(cx, cy, r, r, start, start + 90, 10)
    return points


def arc(
    cx: float, cy: float, rx: float, ry: float, start: float, end: float, steps: int = 48
) -> list[Point]:
    """Points along an arc, in degrees, clockwise from the right."""
    angles = (math.radians(start + (end - start) * i / steps) for i in range(steps + 1))
    return [(cx + rx * math.cos(a), cy + ry * math.sin(a)) for a in angles]


def ellipse(cx: float, cy: float, rx: float, ry: float | None = None) -> list[Point]:
    """An ellipse, or a circle where `ry` is left out."""
    return arc(cx, cy, rx, rx if ry is None else ry, 0, 360, 72)


def sector(cx: float, cy: float, r: float, start: float, end: float) -> list[Point]:
    """A slice of a circle."""
    return [(cx, cy), *arc(cx, cy, r, r, start, end)]


def bezier(a: Point, b: Point, c: Point, d: Point, steps: int = 24) -> list[Point]:
    """A cubic curve from `a` to `d`."""
    points = []
    for i in range(steps + 1):
        t = i / steps
        u = 1 - t
        weights = (u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t)
        points.append(
            (
                sum(w * p[0] for w, p in zip(weights, (a, b, c, d), strict=True)),
                sum(w * p[1] for w, p in zip(weights, (a, b, c, d), strict=True)),
            )
        )
    return points


def smooth(points: Points, *, closed: bool = False, steps: int = 10) -> list[Point]:
    """A soft curve through all of `points` (Catmull-Rom)."""
    n = len(points)
    result: list[Point] = []
    for i in range(n if closed else n - 1):
        p = [
            points[(i + k) % n] if closed else points[min(max(i + k, 0), n - 1)]
            for k in (-1, 0, 1, 2)
        ]
        for j in range(steps):
            t = j / steps
            result.append((_spline(t, *(q[0] for q in p)), _spline(t, *(q[1] for q in p))))
    if not closed:
        result.append(points[-1])
    return result


def _spline(t: float, a: float, b: float, c: float, d: float) -> float:
    return 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t**3
    )


def leaf(x: float, y: float, length: float, width: float, angle: float) -> list[Point]:
    """A slim leaf that starts at (x, y) and points to `angle`."""
    a = math.radians(angle)
    along, across = (math.cos(a), math.sin(a)), (-math.sin(a), math.cos(a))

    def at(u: float, v: float) -> Point:
        return (x + along[0] * u + across[0] * v, y + along[1] * u + across[1] * v)

    tip = at(length, 0)
    one = bezier((x, y), at(length * 0.25, width), at(length * 0.7, width * 0.7), tip, 12)
    two = bezier(tip, at(length * 0.7, -width * 0.7), at(length * 0.25, -width), (x, y), 12)
    return one + two[1:]


class Canvas:
    """A picture under construction; sizes are in pixels of the finished picture."""

    def __init__(self, width: int, height: int, ground: Paint) -> None:
        self.width, self.height = width, height
        self.image = Image.new("RGB", (width * SUPERSAMPLING, height * SUPERSAMPLING))
        self.matrix: Matrix = (SUPERSAMPLING, 0, 0, SUPERSAMPLING, 0, 0)
        self.clips: list[Image.Image] = []
        self.fill(rect(0, 0, width, height), ground)

    @contextmanager
    def at(
        self, x: float = 0, y: float = 0, *, angle: float = 0, zoom: float = 1, flip: bool = False
    ) -> Iterator[None]:
        """Everything drawn inside is moved to (x, y), turned, enlarged and mirrored."""
        before = self.matrix
        a, b, c, d, e, f = before
        cos, sin = math.cos(math.radians(angle)) * zoom, math.sin(math.radians(angle)) * zoom
        m = (-cos if flip else cos, -sin if flip else sin, -sin, cos)
        self.matrix = (
            a * m[0] + c * m[1],
            b * m[0] + d * m[1],
            a * m[2] + c * m[3],
            b * m[2] + d * m[3],
            a * x + c * y + e,
            b * x + d * y + f,
        )
        yield
        self.matrix = before

    @contextmanager
    def clip(self, points: Points) -> Iterator[None]:
        """Everything drawn inside stays within the shape."""
        before = self.image
        self.image = before.copy()
        device = self._device(points)
        yield
        mask = Image.new("L", before.size)
        ImageDraw.Draw(mask).polygon(device, fill=255)
        before.paste(self.image, mask=mask)
        self.image = before

    def fill(
        self, points: Points, paint: Paint, *, shadow: Shadow | None = None, opacity: float = 1
    ) -> None:
        """Fill a shape."""
        device = self._device(points)
        if shadow:
            self._cast(device, shadow)
        self._paste(device, paint, opacity, None)

    def stroke(
        self,
        points: Points,
        width: float,
        paint: Paint,
        *,
        opacity: float = 1,
        round_ends: bool = True,
    ) -> None:
        """Draw a line of `width` through the points."""
        thick = width * math.hypot(self.matrix[0], self.matrix[1])
        self._paste(self._device(points), paint, opacity, thick, round_ends)

    def glow(self, cx: float, cy: float, r: float, color: str, opacity: float = 0.5) -> None:
        """A light that fades outwards."""
        ((x, y),) = self._device([(cx, cy)])
        radius = round(r * math.hypot(self.matrix[0], self.matrix[1]))
        mask = Image.radial_gradient("L").point(
            lambda v: round(max(0.0, 1 - v / 180) ** 2 * 255 * opacity)
        )
        mask = mask.resize((radius * 2, radius * 2), Image.Resampling.BILINEAR)
        self.image.paste(color, (round(x) - radius, round(y) - radius), mask)

    def finish(self) -> Image.Image:
        """The picture at its final size."""
        return self.image.reduce(SUPERSAMPLING)

    def _device(self, points: Points) -> list[Point]:
        a, b, c, d, e, f = self.matrix
        return [(a * x + c * y + e, b * x + d * y + f) for x, y in points]

    def _box(self, device: Points, margin: float) -> tuple[int, int, int, int] | None:
        left = max(0, math.floor(min(p[0] for p in device) - margin))
        top = max(0, math.floor(min(p[1] for p in device) - margin))
        right = min(self.image.width, math.ceil(max(p[0] for p in device) + margin) + 1)
        bottom = min(self.image.height, math.ceil(max(p[1] for p in device) + margin) + 1)
        return (left, top, right, bottom) if right > left and bottom > top else None

    def _paste(
        self,
        device: Points,
        paint: Paint,
        opacity: float,
        thick: float | None,
        round_ends: bool = True,
    ) -> None:
        box = self._box(device, thick or 0)
        if box is None:
            return
        size = (box[2] - box[0], box[3] - box[1])
        mask = Image.new("L", size)
        pen = ImageDraw.Draw(mask)
        moved = [(x - box[0], y - box[1]) for x, y in device]
        tone = round(255 * opacity)
        if thick is None:
            pen.polygon(moved, fill=tone)
        else:
            pen.line(moved, fill=tone, width=max(1, round(thick)), joint="curve")
            for x, y in (moved[0], moved[-1]) if round_ends else ():
                pen.ellipse((x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2), fill=tone)
        if isinstance(paint, str):
            self.image.paste(paint, box, mask)
        else:
            self.image.paste(_blend(paint, size), box, mask)

    def _cast(self, device: Points, shadow: Shadow) -> None:
        zoom = math.hypot(self.matrix[0], self.matrix[1])
        shift = (shadow.dx * zoom, shadow.dy * zoom)
        moved = [(x + shift[0], y + shift[1]) for x, y in device]
        box = self._box(moved, shadow.blur * zoom * 2.5)
        if box is None:
            return
        k = BLUR_REDUCTION
        size = (max(1, (box[2] - box[0]) // k), max(1, (box[3] - box[1]) // k))
        mask = Image.new("L", size)
        pen = ImageDraw.Draw(mask)
        pen.polygon(
            [((x - box[0]) / k, (y - box[1]) / k) for x, y in moved],
            fill=round(255 * shadow.opacity),
        )
        mask = mask.filter(ImageFilter.GaussianBlur(shadow.blur * zoom / k))
        mask = mask.resize((box[2] - box[0], box[3] - box[1]), Image.Resampling.BILINEAR)
        self.image.paste(shadow.color, box, mask)


def _blend(paint: Gradient, size: tuple[int, int]) -> Image.Image:
    if paint.direction == "r":
        ramp = Image.radial_gradient("L")
    elif paint.direction == "d":
        ramp = (
            Image.linear_gradient("L")
            .resize((512, 512))
            .rotate(45, Image.Resampling.BILINEAR)
            .crop((75, 75, 437, 437))
        )
    else:  # one line is enough, for all others are the same
        ramp = Image.linear_gradient("L").crop((0, 0, 1, 256))
        if paint.direction == "h":
            ramp = ramp.transpose(Image.Transpose.ROTATE_90)
    start, end = ImageColor.getrgb(paint.start)[:3], ImageColor.getrgb(paint.end)[:3]
    bands = [
        ramp.point([round(s + (e - s) * i / 255) for i in range(256)])
        for s, e in zip(start, end, strict=True)
    ]
    line = Image.merge("RGB", bands)
    if 1 not in line.size:
        return line.resize(size, Image.Resampling.BILINEAR)
    long = (1, size[1]) if line.width == 1 else (size[0], 1)
    return line.resize(long, Image.Resampling.BILINEAR).resize(size, Image.Resampling.NEAREST)
