"""What share of the points at risk is redeemed at each age of a lot: Kaplan and Meier's estimate.

It is weighted by points and taken as a period table: of the points that were still there when a
period of a lot's age began, what share was redeemed (and, apart from that, taken back) in it, over
the newest periods. A lot's own expiry ends it for certain, so that is no estimate. Pure
arithmetic over ``lot_history``: nothing is read here.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

WEEK, MONTH = 7.0, 30.44
# All cost centres together, as a key.
ALL = "*"
# How much a share is drawn to the one behind it (an age's to those of old ages, a cost centre's
# to that of all), as if that had been seen on so many times the usual points at risk.
DRAWN_BY_AGE, DRAWN_BY_CENTRE = 0.05, 0.5


@dataclass(slots=True)
class Cohort:
    """Lots of one cost centre, issued in one period and expiring in one (None = never).

    ``share`` is how much of that period has passed when they expire; ``moves`` has for a period
    the points redeemed net of refunds, expired, and taken back.
    """

    centre: str
    issued: int
    expires: int | None
    share: float
    points: float
    moves: dict[int, tuple[int, int, int]] = field(default_factory=dict)

    def left(self, period: int) -> float:
        """Points that are left when ``period`` begins."""
        return self.points - sum(sum(moved) for t, moved in self.moves.items() if t < period)

    def open_share(self, period: int) -> float:
        """In how much of a period these points can be spent."""
        if self.expires is None or period < self.expires:
            return 1.0
        return self.share if period == self.expires else 0.0


class AtRisk(NamedTuple):
    """Points of a cost centre and age that could be redeemed in a period, and what became of them.

    In the period of its own issue a lot's points are all at risk.
    """

    centre: str
    age: int
    points: float
    redeemed: int
    back: int


@dataclass(frozen=True)
class History:
    """Cohorts, and for how many whole periods (``unit`` long) it is known what became of them."""

    unit: str
    periods: int
    cohorts: tuple[Cohort, ...]

    @classmethod
    def of(cls, plain: Mapping[str, Any], periods: int) -> "History":
        """The history from its plain form (``lot_history.read``)."""
        length = WEEK if plain["unit"] == "week" else MONTH
        cohorts = [
            Cohort(centre, issued, expires, min(1.0, days / length), points)
            for centre, issued, expires, points, days in plain["cohorts"]
        ]
        for place, period, redeemed, expired, back in plain["moves"]:
            cohorts[place].moves[period] = (redeemed, expired, back)
        return cls(plain["unit"], periods, tuple(cohorts))

    def until(self, period: int) -> "History":
        """The history as it was known when ``period`` began."""
        known = [
            replace(cohort, moves={t: moved for t, moved in cohort.moves.items() if t < period})
            for cohort in self.cohorts
            if cohort.issued < period
        ]
        return History(self.unit, period, tuple(known))

    def happened(self, period: int) -> tuple[int, int]:
        """Points redeemed and expired in a period."""
        moves = [cohort.moves[period] for cohort in self.cohorts if period in cohort.moves]
        return sum(moved[0] for moved in moves), sum(moved[1] for moved in moves)

    @cached_property
    def at_risk(self) -> list[list[AtRisk]]:
        """For each period, what was at risk in it."""
        rows: list[list[AtRisk]] = [[] for _ in range(self.periods)]
        for cohort in self.cohorts:
            left = cohort.points
            for period in range(cohort.issued, self.periods):
                moved = cohort.moves.get(period, (0, 0, 0))
                at_risk = left * cohort.open_share(period)
                if at_risk > 0:
                    age = period - cohort.issued
                    rows[period].append(AtRisk(cohort.centre, age, at_risk, moved[0], moved[2]))
                left -= sum(moved)
        return rows


class Hazards:
    """Shares of the points at risk that are redeemed and taken back, by cost centre and age."""

    def __init__(self, at_risk: Sequence[Sequence[AtRisk]], weights: Mapping[int, float]) -> None:
        """Estimate them from the periods in ``weights``, each counted so often."""
        sums: dict[tuple[str, int], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
        for period, weight in weights.items():
            for row in at_risk[period]:
                for key in ((row.centre, row.age), (ALL, row.age)):
                    found = sums[key]
                    found[0] += weight * row.points
                    found[1] += weight * row.redeemed
                    found[2] += weight * row.back
        self._sums = dict(sums)
        by_age = {age: row for (centre, age), row in sums.items() if centre == ALL}
        exposed = sum(row[0] for row in by_age.values())
        self._usual = exposed / max(1, len(by_age))
        self._old = _shares(_oldest_third(by_age, exposed), (0.0, 0.0), 0.0)
        self._known: dict[tuple[str, int], tuple[float, float]] = {}

    def at(self, centre: str, age: int) -> tuple[float, float]:
        """Shares redeemed and taken back at an age; where it was never seen, as at old ages."""
        key = (centre, age)
        found = self._known.get(key)
        if found is None:
            of_all = _shares(self._sums.get((ALL, age)), self._old, DRAWN_BY_AGE * self._usual)
            found = _shares(self._sums.get(key), of_all, DRAWN_BY_CENTRE * self._usual)
            self._known[key] = found
        return found


def _oldest_third(by_age: Mapping[int, Sequence[float]], exposed: float) -> list[float]:
    """Sums of the oldest ages that together make a third of what was at risk."""
    gathered = [0.0, 0.0, 0.0]
    for age in sorted(by_age, reverse=True):
        gathered = [a + b for a, b in zip(gathered, by_age[age], strict=True)]
        if gathered[0] > exposed / 3:
            break
    return gathered


def _shares(
    row: Sequence[float] | None, prior: tuple[float, float], weight: float
) -> tuple[float, float]:
    """Shares of the points at risk, drawn to ``prior`` as if that had been seen on ``weight``."""
    at_risk, redeemed, back = row or (0.0, 0.0, 0.0)
    if at_risk + weight <= 0:
        return prior
    first = (redeemed + weight * prior[0]) / (at_risk + weight)
    second = (back + weight * prior[1]) / (at_risk + weight)
    return min(1.0, max(0.0, first)), min(1.0, max(0.0, second))
