"""What will become of the points: redemption and expiry in the coming periods, with a range.

Shares by age come from ``hazards``. How eager customers are just now, against those shares, is
followed by exponential smoothing with a damped trend (a new shop window or a campaign moves all
ages alike). Points still to be earned are taken to come in as lately. How far off it may be, it
learns from what such forecasts made in the past missed. Pure arithmetic.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

from growth.liability.hazards import Hazards, History

# Periods that shares are estimated from, and that the rate of earning is taken from.
WINDOW, LATELY = 12, 4
# Smoothing of the eagerness, of its trend, and what is left of the trend a period later.
SMOOTH, SMOOTH_TREND, DAMPED = 0.5, 0.3, 0.8
# No past period counts as further off than this; no forecast moves by more than half as much.
MOST_OFF = log(20)
# Replicates of the range, and how many of the newest past forecasts' misses they draw from.
REPLICATES, NEWEST = 100, 8
# The range lies between these shares of the replicates: four of five futures are in it.
LOW, HIGH = 0.1, 0.9
SEED = 20260101
FEWEST_PERIODS = 4

Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Supposed changes.

    ``longer`` puts off all expiries by so many periods. At a ``price_level`` of 1.25 customers take
    a quarter longer to save for a benefit, so the share of their points redeemed in a period is
    divided by that.
    """

    longer: int = 0
    price_level: float = 1.0


NOTHING_CHANGED = WhatIf()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a period comes to, each as estimate, low and high; ``outstanding`` is at its end."""

    redeemed: Triple
    expired: Triple
    outstanding: Triple


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a projection starts: cohorts with points left as (cost centre, issued, expires, share
    of that period, points), and what comes in every period as (cost centre, periods until it
    expires, share, points)."""

    start: int
    cohorts: list[tuple[str, int, int | None, float, float]]
    incoming: list[tuple[str, int | None, float, float]]


def plan_of(history: History, *, earning: bool, longer: int) -> Plan:
    """Where the points stand when the history ends, and what still comes in."""
    start = history.periods
    cohorts = [
        (c.centre, c.issued, _later(c.expires, longer), c.share, c.left(start))
        for c in history.cohorts
        if c.left(start) > 0
    ]
    lately = min(LATELY, start)
    terms: dict[tuple[str, int | None], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for c in history.cohorts if earning else ():
        if c.issued >= start - lately:
            lag = None if c.expires is None else c.expires - c.issued + longer
            term = terms[c.centre, lag]
            term[0] += c.points / lately
            term[1] += c.points * c.share / lately
    incoming = [
        (centre, lag, weighted / points, points)
        for (centre, lag), (points, weighted) in sorted(terms.items(), key=str)
    ]
    return Plan(start, cohorts, incoming)


def _later(period: int | None, periods: int) -> int | None:
    return None if period is None else period + periods


def project(plan: Plan, hazards: Hazards, factors: Sequence[float]) -> list[Triple]:
    """For each coming period: points redeemed, expired, and outstanding at its end.

    ``factors`` multiply the share that is redeemed, one for each period.
    """
    cohorts, rows = list(plan.cohorts), []
    for now, factor in enumerate(factors, start=plan.start):
        cohorts += [
            (centre, now, _later(lag, now), share, points)
            for centre, lag, share, points in plan.incoming
        ]
        left, redeemed, expired = [], 0.0, 0.0
        for centre, issued, expires, share, points in cohorts:
            spent, back = hazards.at(centre, now - issued)
            ends = expires is not None and now >= expires
            part = share if ends else 1.0
            spent = min(1.0, spent * part * factor)
            kept = points * max(0.0, 1.0 - spent - back * part)
            redeemed += points * spent
            if ends:
                expired += kept
            elif kept > 0.5:
                left.append((centre, issued, expires, share, kept))
        cohorts = left
        rows.append((redeemed, expired, sum(row[4] for row in cohorts)))
    return rows


class Eagerness:
    """How much more or less than its age's share is redeemed now, and where that is going."""

    def __init__(self, offs: Iterable[float]) -> None:
        """Follow the past periods' logarithms of (redeemed / what the shares say)."""
        self.level, self.trend = 0.0, 0.0
        for place, off in enumerate(offs):
            if place:
                self._take(off)
            else:
                self.level = off

    def _take(self, off: float) -> None:
        expected = self.level + DAMPED * self.trend
        level = SMOOTH * off + (1 - SMOOTH) * expected
        self.trend = SMOOTH_TREND * (level - self.level) + (1 - SMOOTH_TREND) * DAMPED * self.trend
        self.level = level

    def ahead(self, misses: Iterable[float]) -> list[float]:
        """Logarithms for the coming periods, if each is missed by so much (0 = as expected)."""
        expected, trend, bound = self.level, self.trend, MOST_OFF / 2
        found = []
        for miss in misses:
            trend *= DAMPED
            expected += trend
            found.append(min(self.level + bound, max(self.level - bound, expected + miss)))
        return found


def _off(history: History, hazards: Hazards, period: int) -> float | None:
    """How far off the shares were in a period, as a logarithm; None if nothing was expected."""
    rows = history.at_risk[period]
    fitted = sum(row.points * hazards.at(row.centre, row.age)[0] for row in rows)
    if fitted <= 0:
        return None
    redeemed = sum(row.redeemed for row in rows)
    return max(-MOST_OFF, log(max(redeemed, 1e-9) / fitted))


def _known(history: History, period: int) -> tuple[Hazards, Eagerness]:
    """The shares and the eagerness by what was known when ``period`` began."""
    periods = range(max(0, period - WINDOW), period)
    hazards = Hazards(history.at_risk, dict.fromkeys(periods, 1.0))
    offs = (_off(history, hazards, each) for each in periods)
    return hazards, Eagerness(off for off in offs if off is not None)


def _misses(history: History, horizon: int) -> list[list[float]]:
    """By how much the forecasts begun in the newest past periods missed, step by step.

    They know only what was known then. While redemption rises steadily all miss to the same side,
    and further ones by more. Beyond the steps that have been seen by now, a miss is taken to grow
    with the root of the distance. Logarithms; none where nothing was redeemed.
    """
    found = []
    for origin in range(max(1, history.periods - NEWEST), history.periods):
        hazards, then = _known(history, origin)
        seen: list[float] = []
        for told, period in zip(
            then.ahead([0.0] * horizon), range(origin, history.periods), strict=False
        ):
            off = _off(history, hazards, period)
            if off is None:
                break
            seen.append(off - told)
        if steps := len(seen):
            further = range(steps + 1, horizon + 1)
            found.append(seen + [seen[-1] * sqrt(step / steps) for step in further])
    return found


def forecast(
    history: History,
    *,
    horizon: int,
    earning: bool = True,
    what_if: WhatIf = NOTHING_CHANGED,
    group: Callable[[list[Triple]], list[Triple]] = list,
) -> list[Outcome]:
    """The coming periods; with ``earning`` points that are still to be earned are in it.

    ``group`` makes other periods of them (months of weeks) before the range is taken.

    The range is a bootstrap with a fixed seed: each replicate draws the past periods that shares
    are estimated from, and one past forecast, whose misses come again, or the other way round.
    """
    periods = range(max(0, history.periods - WINDOW), history.periods)
    plan = plan_of(history, earning=earning, longer=what_if.longer)
    best, now = _known(history, history.periods)

    def run(hazards: Hazards, misses: Iterable[float]) -> list[Triple]:
        factors = [exp(off) / what_if.price_level for off in now.ahead(misses)]
        return group(project(plan, hazards, factors))

    as_expected = [0.0] * horizon
    middle = run(best, as_expected)
    dice = random.Random(SEED)  # noqa: S311 - the same range for the same history
    misses = _misses(history, horizon) or [as_expected]
    either_way = [[sign * miss for miss in path] for path in misses for sign in (1, -1)]
    runs = [
        run(
            Hazards(history.at_risk, Counter(dice.choices(periods, k=len(periods)))),
            dice.choice(either_way),
        )
        for _ in range(REPLICATES)
    ]
    return [
        Outcome(*(_with_range(middle[at][n], [each[at][n] for each in runs]) for n in range(3)))
        for at in range(len(middle))
    ]


def _with_range(middle: float, values: list[float]) -> Triple:
    """The estimate, and the range of the replicates, which always holds it."""
    values = sorted(values) or [middle]
    low, high = (values[round(share * (len(values) - 1))] for share in (LOW, HIGH))
    return middle, min(low, middle), max(high, middle)


@dataclass(frozen=True, slots=True)
class BackCast:
    """Forecasts made from the past against what happened; errors are sums of absolute points."""

    origins: int
    horizon: int
    redemption_error: float
    redemption_naive: float
    expiry_error: float
    expiry_naive: float
    happened: int
    inside: float

    @property
    def error(self) -> float:
        """The forecasts' error, redemption and expiry together."""
        return self.redemption_error + self.expiry_error

    @property
    def naive(self) -> float:
        """The error of "the same as in the last period"."""
        return self.redemption_naive + self.expiry_naive


def back_cast(history: History, *, horizon: int = 3) -> BackCast | None:
    """Stand in the past, forecast up to ``horizon`` periods, compare; None for too short a past.

    Each forecast knows only what was known then. ``inside`` is the share of the redemptions that
    fell into its range.
    """
    errors, inside, cases, points = [0.0] * 4, 0, 0, 0
    origins = range(max(FEWEST_PERIODS, history.periods // 3), history.periods)
    for origin in origins:
        steps = min(horizon, history.periods - origin)
        naive = history.happened(origin - 1)
        for step, told in enumerate(forecast(history.until(origin), horizon=steps)):
            redeemed, expired = history.happened(origin + step)
            estimate, low, high = told.redeemed
            errors[0] += abs(estimate - redeemed)
            errors[1] += abs(naive[0] - redeemed)
            errors[2] += abs(told.expired[0] - expired)
            errors[3] += abs(naive[1] - expired)
            inside += low - 0.5 <= redeemed <= high + 0.5
            points += redeemed + expired
            cases += 1
    if not cases:
        return None
    return BackCast(
        origins=len(origins),
        horizon=horizon,
        redemption_error=errors[0],
        redemption_naive=errors[1],
        expiry_error=errors[2],
        expiry_naive=errors[3],
        happened=points,
        inside=inside / cases,
    )
