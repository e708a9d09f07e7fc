"""Growth value and levels. A level is a pure function of growth value by day and the schemes:
upgraded at once, dropped only by the policy, and never owed to growth that was reversed."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import NamedTuple

from django.db import connection, transaction

from growth import prepared
from growth.bulk import array, columns, rows_as
from growth.models import Customer, LevelChange, LevelScheme


@dataclass(frozen=True)
class Scheme:
    """A version of the level scheme; ``codes`` and ``thresholds`` from the lowest up."""

    pk: int
    effective_on: date
    window_days: int
    policy: str
    buffer_days: int
    codes: tuple[str, ...]
    thresholds: tuple[int, ...]

    def earned(self, value: int) -> int:
        """Rank that a growth value stands for."""
        return max(0, bisect_right(self.thresholds, value) - 1)


class Standing(NamedTuple):
    """From ``day`` on: the level, and the growth value that counts."""

    day: date
    code: str
    value: int


class GrowthPosting(NamedTuple):
    """Growth value to post, once per key; negative takes back."""

    key: str
    customer_id: int
    value: int
    day: date
    reason: str


def schemes() -> list[Scheme]:
    """Every version, oldest first; of those that start on one day the newest."""
    found: dict[date, Scheme] = {}
    for row in LevelScheme.objects.prefetch_related("levels").order_by("version"):
        steps = sorted(row.levels.all(), key=lambda level: level.threshold)
        found[row.effective_on] = Scheme(
            row.pk,
            row.effective_on,
            row.window_days,
            row.policy,
            row.buffer_days,
            tuple(step.code for step in steps),
            tuple(step.threshold for step in steps),
        )
    return sorted(found.values(), key=lambda scheme: scheme.effective_on)


def history(versions: list[Scheme], earned: dict[date, int], until: date) -> list[Standing]:
    """A customer's level over time, day by day where anything changes, up to ``until``.

    ``earned`` is growth value by bank day, net of reversals.
    """
    standings: list[Standing] = []
    rank, below_since, scheme = 0, None, versions[0]
    gathered = _Gathered(earned)
    days = _turning_days(versions, earned, until)
    for index, day in enumerate(days):
        newer = _scheme_on(versions, day)
        if newer is not scheme:
            code = scheme.codes[rank]
            rank = newer.codes.index(code) if code in newer.codes else 0
            scheme = newer
        value = gathered.on(day, scheme.window_days)
        target = scheme.earned(value)
        if target >= rank:
            rank, below_since = target, None
        elif below_since is None:
            below_since = day
        standings.append(Standing(day, scheme.codes[rank], value))
        if below_since is None or scheme.policy == "never":
            continue
        # Nothing is earned before the next turning day: what drops are due until then?
        end = days[index + 1] if index + 1 < len(days) else until + timedelta(days=1)
        drop = below_since + timedelta(days=scheme.buffer_days)
        while rank > target and drop < end:
            rank = rank - 1 if scheme.policy == "one_down" else target
            standings.append(Standing(max(drop, day), scheme.codes[rank], value))
            below_since = drop
            drop += timedelta(days=max(scheme.buffer_days, 1))
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


def _scheme_on(versions: list[Scheme], day: date) -> Scheme:
    return [scheme for scheme in versions if scheme.effective_on <= day][-1]


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


def keeps_until(versions: list[Scheme], earned: dict[date, int], today: date) -> date | None:
    """Last day on which today's level is sure without earning more; None = for ever."""
    scheme = versions[-1]
    if not earned or not scheme.window_days or scheme.policy == "never":
        return None
    far = max(earned) + timedelta(
        days=scheme.window_days + scheme.buffer_days * (len(scheme.codes) + 1) + 2
    )
    if far <= today:
        return None
    now = history(versions, earned, today)[-1].code
    for standing in history(versions, earned, far):
        if standing.day > today and standing.code != now:
            return standing.day - timedelta(days=1)
    return None


def earned_by_day(customer_ids: list[int]) -> dict[int, dict[date, int]]:
    """Growth value by customer and bank day, net of reversals."""
    found: dict[int, dict[date, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT customer_id, day, sum(value) FROM growth_growthentry
               WHERE customer_id = ANY(%s) GROUP BY 1, 2 HAVING sum(value) <> 0""",
            [customer_ids],
        )
        for customer_id, day, value in cursor.fetchall():
            found.setdefault(customer_id, {})[day] = int(value)
    return found


_POSTED = rows_as("n", key="text", customer_id="bigint", value="int", day="date", reason="text")


@transaction.atomic(savepoint=False)
def post_growth(postings: list[GrowthPosting]) -> None:
    """Post growth value. A key posted before fails the transaction: callers post once."""
    postings = [posting for posting in postings if posting.value]
    if not postings:
        return
    with prepared.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO growth_growthentry (key, customer_id, value, day, reason)
                SELECT * FROM {_POSTED}""",  # noqa: S608
            columns(postings),
        )


@transaction.atomic(savepoint=False)
def regrade(
    customer_ids: Iterable[int], *, today: date, versions: list[Scheme] | None = None
) -> list[int]:
    """Bring customers' levels in line with their growth value. Returns whose level changed.

    The customers must be locked.
    """
    versions = schemes() if versions is None else versions
    wanted = sorted(set(customer_ids))
    if not versions or not wanted:
        return []
    lowest = versions[-1].codes[0]
    changes = []
    for customer_id, level, earned in _graded(wanted):
        _, code, value = history(versions, earned, today)[-1]
        if code != (level or lowest):
            changes.append(
                LevelChange(
                    customer_id=customer_id,
                    before=level or lowest,
                    after=code,
                    growth_value=value,
                    scheme_id=versions[-1].pk,
                )
            )
    _write_changes(changes)
    return [change.customer_id for change in changes]


def _graded(customer_ids: list[int]) -> Iterable[tuple[int, str, dict[date, int]]]:
    """Customers with their stored level and their growth value by day, net of reversals."""
    with prepared.cursor() as cursor:
        cursor.execute(
            """SELECT c.id, c.level, array_agg(g.day), array_agg(g.value)
               FROM growth_customer c LEFT JOIN (
                 SELECT customer_id, day, sum(value) AS value FROM growth_growthentry
                 WHERE customer_id = ANY(%s::bigint[])
                 GROUP BY 1, 2 HAVING sum(value) <> 0
               ) g ON g.customer_id = c.id
               WHERE c.id = ANY(%s::bigint[]) GROUP BY c.id""",
            [array(customer_ids)] * 2,
        )
        for customer_id, level, days, values in cursor.fetchall():
            yield customer_id, level, dict(zip(days, values, strict=True)) if days[0] else {}


def _write_changes(changes: list[LevelChange]) -> None:
    if not changes:
        return
    LevelChange.objects.bulk_create(changes)
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE growth_customer c SET level = n.level
               FROM unnest(%s::bigint[], %s::text[]) AS n(id, level) WHERE c.id = n.id""",
            [[change.customer_id for change in changes], [change.after for change in changes]],
        )


def differences(today: date, batch: int = 5000) -> Iterable[str]:
    """Customers whose stored level is not what their growth value says."""
    versions = schemes()
    last = 0
    while versions and (
        ids := list(
            Customer.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:batch]
        )
    ):
        last = ids[-1]
        for pk, level, earned in _graded(ids):
            expected = history(versions, earned, today)[-1].code
            if (level or versions[-1].codes[0]) != expected:
                yield f"customer {pk}: level {level or '(lowest)'}, growth value says {expected}"
