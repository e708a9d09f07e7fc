"""Bar charts drawn on the server. Geometry only; the template writes the SVG."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WIDTH, HEIGHT, FLOOR = 336, 96, 80
GAP = 4


@dataclass(frozen=True)
class Bar:
    """One day's bar; ``value`` is what it stands for."""

    day: date
    value: int
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True)
class Chart:
    """A chart with its title, its sum, and what a screen reader hears."""

    key: str
    title: str
    total: int
    bars: Sequence[Bar]
    tone: str = "main"
    note: str = ""

    @property
    def first(self) -> date:
        """The first day shown."""
        return self.bars[0].day

    @property
    def last(self) -> date:
        """The last day shown."""
        return self.bars[-1].day

    @property
    def most(self) -> Bar:
        """The highest bar."""
        return max(self.bars, key=lambda bar: bar.value)


def days_until(today: date, number: int) -> list[date]:
    """The last ``number`` days, today included."""
    return [today - timedelta(days=number - 1 - index) for index in range(number)]


def chart(
    key: str,
    title: str,
    values: Mapping[date, int],
    days: Sequence[date],
    *,
    tone: str = "main",
    note: str = "",
    total: int | None = None,
) -> Chart:
    """A chart of a value for each day; a day without one is 0."""
    numbers = [int(values.get(day, 0)) for day in days]
    highest = max(numbers, default=0) or 1
    step = WIDTH / len(days)
    bars = [
        Bar(
            day=day,
            value=number,
            x=f"{index * step + GAP / 2:.1f}",
            y=f"{FLOOR - _height(number, highest):.1f}",
            width=f"{step - GAP:.1f}",
            height=f"{_height(number, highest):.1f}",
        )
        for index, (day, number) in enumerate(zip(days, numbers, strict=True))
    ]
    return Chart(key, title, sum(numbers) if total is None else total, bars, tone, note)


def _height(number: int, highest: int) -> float:
    """At least a line that can be seen; nothing for nothing."""
    return max(2.0, (FLOOR - 6) * number / highest) if number > 0 else 0.0
