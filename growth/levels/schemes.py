"""A customer's level as a pure function of growth value by day and the versions of the scheme.

No database and no clock: settling, the nightly job, notices and the preview of a new scheme all
ask here, so they cannot disagree.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import NamedTuple

EARNED, AGED, REVERSED, SCHEME = "earned", "aged", "reversed", "scheme"
PLAIN_PERCENT = 100

Given = tuple[str, str]  # kind of what a level brings ("badge", "benefit"), and its code


@dataclass(frozen=True)
class Scheme:
    """A version of the level scheme; everything by step goes from the lowest up.

    ``percents`` is what each level makes of a task's points, ``gives`` what it gives once.
    Levels fall on the ``fall_days`` (month, day) of a year alone, on any day where there are none.
    """

    pk: int
    effective_on: date
    window_days: int
    policy: str
    buffer_days: int
    codes: tuple[str, ...]
    thresholds: tuple[int, ...]
    percents: tuple[int, ...] = ()
    gives: tuple[tuple[Given, ...], ...] = ()
    fall_days: tuple[tuple[int, int], ...] = ()

    def falls_from(self, day: date) -> date:
        """The first day, from ``day`` on, on which a level may fall."""
        years = (day.year, day.year + 1) if self.fall_days else ()
        days = [date(year, *month_day) for year in years for month_day in self.fall_days]
        return min((one for one in days if one >= day), default=day)

    def earned(self, value: int) -> int:
        """Rank that a growth value stands for."""
        return max(0, bisect_right(self.thresholds, value) - 1)

    def rank(self, code: str) -> int:
        """Rank of a level; of none, or of one that the scheme does not know, the lowest."""
        return self.codes.index(code) if code in self.codes else 0

    def points_percent(self, code: str) -> int:
        """What the level makes of a task's points, in percent."""
        return self.percents[self.rank(code)] if self.percents else PLAIN_PERCENT


class Standing(NamedTuple):
    """From ``day`` on: the level, and the growth value that counts.

    ``cause`` says why the level changed on that day, "" where it did not.
    """

    day: date
    code: str
    value: int
    rank: int
    scheme: Scheme
    cause: str


class Keep(NamedTuple):
    """``by`` is the last day on which a level is sure; growth value that keeps it for longer."""

    by: date
    needs: int


def in_force(versions: list[Scheme], day: date) -> Scheme:
    """The version that counts on ``day``; a later one is planned only."""
    found = versions[0]
    for scheme in versions:
        if scheme.effective_on > day:
            break
        found = scheme
    return found


def history(versions: list[Scheme], earned: dict[date, int], until: date) -> list[Standing]:
    """A customer's level over time, day by day where anything changes, up to ``until``.

    ``earned`` is growth value by bank day, net of reversals.
    """
    standings: list[Standing] = []
    rank, below_since, scheme, why = 0, None, versions[0], AGED
    least = 0  # days until a drop, whatever the buffer: after one comes no other on that day
    gathered = _Gathered(earned)
    days = _turning_days(versions, earned, until)
    for index, day in enumerate(days):
        newer, cause, fits = in_force(versions, day), "", True
        if newer is not scheme:
            # Whether it is the new version's doing if the growth value falls short from today.
            fits = scheme.earned(gathered.on(day, scheme.window_days)) >= rank
            before, rank = scheme.codes[rank], newer.rank(scheme.codes[rank])
            cause = SCHEME if newer.codes[rank] != before else ""
            why, scheme, renewed = SCHEME if fits else why, newer, True
        else:
            renewed = False
        value = gathered.on(day, scheme.window_days)
        target = scheme.earned(value)
        if target >= rank:
            if target > rank:
                cause = SCHEME if renewed and day not in earned else EARNED
            rank, below_since = target, None
        elif below_since is None:
            below_since, least, why = day, 0, SCHEME if renewed and fits else AGED
        standings.append(Standing(day, scheme.codes[rank], value, rank, scheme, cause))
        if below_since is None or scheme.policy == "never":
            continue
        # Nothing is earned before the next turning day: what drops are due until then?
        end = days[index + 1] if index + 1 < len(days) else until + timedelta(days=1)
        drop = below_since + timedelta(days=max(scheme.buffer_days, least))
        drop = scheme.falls_from(max(drop, day))
        while rank > target and drop < end:
            rank = rank - 1 if scheme.policy == "one_down" else target
            standings.append(Standing(drop, scheme.codes[rank], value, rank, scheme, why))
            below_since, least = drop, 1
            drop = scheme.falls_from(drop + timedelta(days=max(scheme.buffer_days, least)))
        if rank <= target:
            below_since = None
    return standings


def _turning_days(versions: list[Scheme], earned: dict[date, int], until: date) -> list[date]:
    """Days on which the growth value that counts, or the scheme, may change."""
    days = set(earned)
    for scheme in versions:
        days.add(scheme.effective_on)
        if scheme.window_days:
            days |= {day + timedelta(days=scheme.window_days) for day in earned}
    return sorted(day for day in days if day <= until)


class _Gathered:
    """Running totals of growth value, so that any window is one subtraction."""

    def __init__(self, earned: dict[date, int]) -> None:
        self._days = sorted(earned)
        self._totals = list(accumulate((earned[day] for day in self._days), initial=0))

    def on(self, day: date, window_days: int) -> int:
        """Growth value that counts on ``day``: all of it, or that of the last days."""
        total = self._totals[bisect_right(self._days, day)]
        if not window_days:
            return total
        return total - self._totals[bisect_right(self._days, day - timedelta(days=window_days))]


def last_change(standings: list[Standing]) -> Standing:
    """The standing with which the level became what it is now."""
    last = standings[-1]
    for standing in reversed(standings):
        if standing.code != last.code:
            break
        last = standing
    return last


def keeps(versions: list[Scheme], earned: dict[date, int], today: date) -> Keep | None:
    """How long today's level is sure without earning more, and what keeps it; None = for ever.

    A version that is planned only counts from its day on.
    """
    coming = [scheme for scheme in versions if scheme.effective_on > today]
    live = [in_force(versions, today), *coming]
    dropping = [scheme for scheme in live if scheme.policy != "never"]
    ageing = any(scheme.window_days for scheme in dropping)
    if not coming and not (earned and ageing):
        return None
    future = history(versions, earned, _far(live, earned, today))
    now = [standing for standing in future if standing.day <= today][-1]
    for standing in future:
        scheme = standing.scheme
        lower = now.code not in scheme.codes or standing.rank < scheme.codes.index(now.code)
        if standing.day > today and standing.code != now.code and lower:
            by = standing.day - timedelta(days=1)
            return Keep(by, _missing(versions, earned, now, by))
    return None


def _far(live: list[Scheme], earned: dict[date, int], today: date) -> date:
    """A day by which everything that may happen without earning more has happened."""
    last = max([*earned, *(scheme.effective_on for scheme in live), today])
    ages = max(scheme.window_days for scheme in live)
    drops = max(
        (scheme.buffer_days + (366 if scheme.fall_days else 1)) * (len(scheme.codes) + 1)
        for scheme in live
    )
    return last + timedelta(days=ages + drops + 1)


def _missing(versions: list[Scheme], earned: dict[date, int], now: Standing, by: date) -> int:
    """Growth value that the level asks for and that no longer counts on the day after ``by``."""
    day = by + timedelta(days=1)
    scheme = in_force(versions, day)
    if now.code not in scheme.codes:
        return 0
    value = _Gathered(earned).on(day, scheme.window_days)
    return max(0, scheme.thresholds[scheme.codes.index(now.code)] - value)


def keeps_until(versions: list[Scheme], earned: dict[date, int], today: date) -> date | None:
    """Last day on which today's level is sure without earning more; None = for ever."""
    keep = keeps(versions, earned, today)
    return keep.by if keep else None


def brought(standings: list[Standing]) -> set[tuple[str, Given]]:
    """What levels have given by now, as (level, what): everything of every level held so far.

    Who holds a level when a version comes in force that gives more of it is given that, too.
    """
    found: set[tuple[str, Given]] = set()
    for standing in standings:
        scheme = standing.scheme
        for code, given in zip(scheme.codes[: standing.rank + 1], scheme.gives, strict=False):
            found.update((code, one) for one in given)
    return found
