"""Lucide's icons as lines: their SVG shapes (on a grid of 24) flattened to points."""

import math
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from xml.etree import ElementTree

from lucide.templatetags.lucide import lucide

Point = tuple[float, float]
Line = list[Point]

_TOKEN = re.compile(r"[A-Za-z]|[-+]?(?:\d*\.\d+|\d+\.?)(?:[eE][-+]?\d+)?")
_NUMBERS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}
_STEPS = 16


@lru_cache(maxsize=64)
def icon_lines(name: str) -> list[Line]:
    """The strokes of an icon."""
    root = ElementTree.fromstring(str(lucide(name)))  # noqa: S314 - see above
    return [line for node in root.iter() for line in _lines(node)]


def _lines(node: ElementTree.Element) -> Iterator[Line]:
    tag = node.tag.rpartition("}")[2]
    at = {key: float(text) for key, text in node.attrib.items() if _is_number(text)}
    if tag == "path":
        yield from path_lines(node.attrib["d"])
    elif tag in ("circle", "ellipse"):
        yield _oval(at["cx"], at["cy"], at.get("rx", at.get("r", 0)), at.get("ry", at.get("r", 0)))
    elif tag == "line":
        yield [(at["x1"], at["y1"]), (at["x2"], at["y2"])]
    elif tag in ("polyline", "polygon"):
        numbers = [float(text) for text in _TOKEN.findall(node.attrib["points"])]
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
        yield [*points, points[0]] if tag == "polygon" else points
    elif tag == "rect":
        yield from path_lines(_rounded(at))


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"-?[\d.]+", text))


def _oval(x: float, y: float, rx: float, ry: float) -> Line:
    turns = [math.tau * step / 48 for step in range(49)]
    return [(x + rx * math.cos(turn), y + ry * math.sin(turn)) for turn in turns]


def _rounded(at: dict[str, float]) -> str:
    """A rectangle as a path."""
    x, y, width, height = at.get("x", 0), at.get("y", 0), at["width"], at["height"]
    r = at.get("rx", at.get("ry", 0))
    corner = f"a{r} {r} 0 0 1"
    return (
        f"M{x + r} {y} h{width - 2 * r} {corner} {r} {r} v{height - 2 * r} {corner} {-r} {r}"
        f" h{2 * r - width} {corner} {-r} {-r} v{2 * r - height} {corner} {r} {-r} z"
    )


def path_lines(data: str) -> list[Line]:
    """The lines of an SVG path."""
    lines: list[Line] = []
    here: Point = (0, 0)
    handle: Point | None = None  # the last curve's second handle, for S and T
    for command, values in _commands(data):
        kind = command.upper()
        base = here if command.islower() else (0.0, 0.0)
        if kind == "M":
            here = base[0] + values[0], base[1] + values[1]
            lines.append([here])
        elif kind == "Z":
            here = lines[-1][0]
            lines[-1].append(here)
        elif kind == "A":
            end = base[0] + values[5], base[1] + values[6]
            lines[-1] += _arc(here, values[0], values[1], bool(values[3]), bool(values[4]), end)
            here = end
        else:
            points = _points(kind, values, here, base)
            lines[-1] += _curve(kind, here, points, handle)
            handle, here = _handle(kind, here, points, handle), points[-1]
            continue
        handle = None
    return lines


def _commands(data: str) -> Iterator[tuple[str, list[float]]]:
    """Each command with its numbers; a command that goes on is repeated."""
    tokens = _split_flags(data)
    index, command = 0, "M"
    while index < len(tokens):
        if tokens[index].isalpha():
            command = tokens[index]
            index += 1
        count = _NUMBERS[command.upper()]
        yield command, [float(text) for text in tokens[index : index + count]]
        index += count
        if command in "Mm":
            command = "L" if command == "M" else "l"


def _split_flags(data: str) -> list[str]:
    """Tokens of a path. An arc's two flags may be written without a space after them."""
    found: list[str] = []
    position, place, command = 0, 0, ""
    while match := _TOKEN.search(data, position):
        text = match[0]
        if text.isalpha():
            command, place = text.upper(), 0
        else:
            if command == "A" and place % 7 in (3, 4):
                text = text[0]
            place += 1
        position = match.start() + len(text)
        found.append(text)
    return found


def _points(kind: str, values: list[float], here: Point, base: Point) -> list[Point]:
    if kind == "H":
        return [(base[0] + values[0], here[1])]
    if kind == "V":
        return [(here[0], base[1] + values[0])]
    pairs = zip(values[::2], values[1::2], strict=True)
    return [(base[0] + x, base[1] + y) for x, y in pairs]


def _mirrored(here: Point, handle: Point | None) -> Point:
    return (2 * here[0] - handle[0], 2 * here[1] - handle[1]) if handle else here


def _curve(kind: str, here: Point, points: list[Point], handle: Point | None) -> Line:
    """Points of a straight line or a Bézier curve, without the first."""
    if kind in "ST":
        points = [_mirrored(here, handle), *points]
    if len(points) == 1:
        return points
    found = []
    for step in range(1, _STEPS + 1):
        layer = [here, *points]
        share = step / _STEPS
        while len(layer) > 1:  # de Casteljau
            layer = [
                (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)
                for a, b in pairwise(layer)
            ]
        found.append(layer[0])
    return found


def _handle(kind: str, here: Point, points: list[Point], handle: Point | None) -> Point | None:
    if kind == "T":
        return _mirrored(here, handle)
    return points[-2] if kind in "CSQ" else None


def _arc(here: Point, rx: float, ry: float, large: bool, sweep: bool, end: Point) -> Line:
    """Points of an arc (no icon turns its ellipse), by SVG's conversion to a centre."""
    if here == end or not rx or not ry:
        return [end]
    x, y = (here[0] - end[0]) / 2, (here[1] - end[1]) / 2
    grow = math.sqrt(max(1.0, (x / rx) ** 2 + (y / ry) ** 2))
    rx, ry = rx * grow, ry * grow
    square = max(0.0, (rx * ry) ** 2 - (rx * y) ** 2 - (ry * x) ** 2)
    factor = math.sqrt(square / ((rx * y) ** 2 + (ry * x) ** 2))
    factor = -factor if large == sweep else factor
    cx, cy = factor * rx * y / ry, -factor * ry * x / rx
    first = math.atan2((y - cy) / ry, (x - cx) / rx)
    turn = math.atan2((-y - cy) / ry, (-x - cx) / rx) - first
    turn += math.tau if sweep and turn < 0 else -math.tau if not sweep and turn > 0 else 0
    cx, cy = cx + (here[0] + end[0]) / 2, cy + (here[1] + end[1]) / 2
    angles = [first + turn * step / _STEPS for step in range(1, _STEPS + 1)]
    return [(cx + rx * math.cos(angle), cy + ry * math.sin(angle)) for angle in angles]
