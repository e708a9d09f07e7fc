"""The points report's charts: bars of months, and the forecast with its range. Geometry only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from growth.admin.words import amount
from growth.liability import Standing
from growth.liability.forecast import Triple

WIDTH, HEIGHT, LEFT, FLOOR, TOP = 520, 190, 8, 160, 18
GAP = 6


@dataclass(frozen=True, slots=True)
class Bar:
    """A month's bar; ``start`` None stands for points that never expire."""

    start: date | None
    value: int
    x: str
    y: str
    width: str
    height: str
    middle: str


@dataclass(frozen=True, slots=True)
class Bars:
    """Points by month."""

    key: str
    title: str
    bars: Sequence[Bar]
    top: str

    @property
    def total(self) -> int:
        """All of them."""
        return sum(bar.value for bar in self.bars)


@dataclass(frozen=True, slots=True)
class Point:
    """A month of the forecast."""

    start: date
    values: Triple
    x: str
    y: str


@dataclass(frozen=True, slots=True)
class Band:
    """What was (bars), and what is expected with its range (a line in an area)."""

    key: str
    title: str
    tone: str
    note: str
    past: Sequence[Bar]
    points: Sequence[Point]
    line: str
    area: str
    top: str

    @property
    def total(self) -> int:
        """What is expected in all."""
        return round(sum(point.values[0] for point in self.points))


def expiry_bars(title: str, rows: Sequence[Standing]) -> Bars:
    """What is outstanding by the month in which it expires; never comes last."""
    sums: dict[date | None, int] = {}
    for row in rows:
        sums[row.expires] = sums.get(row.expires, 0) + row.points
    months = sorted(sums, key=lambda start: (start is None, start or date.min))
    highest = max(sums.values(), default=0) or 1
    step = (WIDTH - 2 * LEFT) / max(6, len(months))
    bars = [_bar(month, sums[month], place, step, highest) for place, month in enumerate(months)]
    return Bars("expiry", title, bars, amount(highest))


def _bar(start: date | None, value: int, place: int, step: float, highest: float) -> Bar:
    height = max(2.0, (FLOOR - TOP) * value / highest) if value > 0 else 0.0
    x, width = LEFT + place * step + GAP / 2, step - GAP
    return Bar(
        start, value, f"{x:.1f}", f"{FLOOR - height:.1f}", f"{width:.1f}", f"{height:.1f}",
        f"{x + width / 2:.1f}",
    )  # fmt: skip


def band(
    key: str,
    title: str,
    past: Sequence[tuple[date, int]],
    told: Sequence[tuple[date, Triple]],
    *,
    tone: str = "main",
    note: str = "",
) -> Band:
    """A figure of past months, and as it is forecast (estimate, low, high)."""
    highest = max([value for _, value in past] + [high for _, (*_, high) in told] + [1])
    step = (WIDTH - 2 * LEFT) / (len(past) + len(told))

    def x(place: int) -> float:
        return LEFT + (place + 0.5) * step

    def y(value: float) -> float:
        return FLOOR - (FLOOR - TOP) * max(0.0, value) / highest

    bars = [_bar(start, value, n, step, highest) for n, (start, value) in enumerate(past)]
    points = [
        Point(start, values, f"{x(len(past) + n):.1f}", f"{y(values[0]):.1f}")
        for n, (start, values) in enumerate(told)
    ]
    lows = [f"{p.x},{y(p.values[1]):.1f}" for p in points]
    highs = [f"{p.x},{y(p.values[2]):.1f}" for p in points]
    return Band(
        key=key,
        title=title,
        tone=tone,
        note=note,
        past=bars,
        points=points,
        line=" ".join(f"{p.x},{p.y}" for p in points),
        area=" ".join(highs + lows[::-1]),
        top=amount(round(highest)),
    )
