"""Growth value and levels: what is posted, and the level that follows from it.

A level is a pure function (``schemes``) of growth value by day and the schemes: upgraded at
once, dropped only by the policy, and never owed to growth that was reversed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import QuerySet

from growth import bankday, prepared, privileges
from growth.bulk import NUMBERS, array, columns, rows_as
from growth.difference import Difference
from growth.levels.schemes import (
    PLAIN_PERCENT,
    REVERSED,
    Given,
    Keep,
    Scheme,
    Standing,
    brought,
    history,
    in_force,
    keeps,
    keeps_until,
    last_change,
)
from growth.models import Customer, Level, LevelChange, LevelScheme

__all__ = [
    "PLAIN_PERCENT",
    "Graded",
    "GrowthPosting",
    "Keep",
    "Scheme",
    "Standing",
    "current_levels",
    "current_scheme",
    "differences",
    "earned_by_day",
    "grade",
    "history",
    "in_force",
    "keeps",
    "keeps_until",
    "post_growth",
    "regrade",
    "scheme_of",
    "schemes",
]


class GrowthPosting(NamedTuple):
    """Growth value to post, once per key; negative takes back."""

    key: str
    customer_id: int
    value: int
    day: date
    reason: str


@dataclass
class Graded:
    """Customers whose level changed; of each one graded, what its levels have ever given.

    ``brought`` is None where no version of the scheme gives anything.
    """

    changed: list[int] = field(default_factory=list)
    brought: dict[int, set[tuple[str, Given]]] | None = None


def schemes() -> list[Scheme]:
    """Every version, oldest first; of those that start on one day the newest."""
    found: dict[date, Scheme] = {}
    for row in LevelScheme.objects.prefetch_related("levels").order_by("version"):
        found[row.effective_on] = scheme_of(row, row.levels.all())
    return sorted(found.values(), key=lambda scheme: scheme.effective_on)


def scheme_of(row: LevelScheme, levels: Iterable[Any]) -> Scheme:
    """A version with its levels, ready for the history (also one that is not stored)."""
    steps = sorted(levels, key=lambda level: level.threshold)
    percents = tuple(step.points_percent for step in steps)
    return Scheme(
        pk=row.pk,
        effective_on=row.effective_on,
        window_days=row.window_days,
        policy=row.policy,
        buffer_days=row.buffer_days,
        codes=tuple(step.code for step in steps),
        thresholds=tuple(step.threshold for step in steps),
        percents=percents if any(one != PLAIN_PERCENT for one in percents) else (),
        gives=tuple(step.gives for step in steps),
        fall_days=tuple((int(day[:2]), int(day[3:])) for day in row.falls_on.split()),
    )


def current_scheme(today: date | None = None) -> LevelScheme | None:
    """The version in force today; a newer one may be planned."""
    return _begun(today).first()


def current_levels(today: date | None = None) -> QuerySet[Level]:
    """The levels of the version in force today, from the lowest up; one query."""
    return Level.objects.filter(scheme__in=_begun(today)[:1]).order_by("threshold")


def _begun(today: date | None) -> QuerySet[LevelScheme]:
    """Versions that have taken effect, the one in force first."""
    begun = LevelScheme.objects.filter(effective_on__lte=today or bankday.today_in_sql())
    return begun.order_by("-effective_on", "-version")


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
    customer_ids: Iterable[int],
    *,
    today: date,
    versions: list[Scheme] | None = None,
    nightly: bool = False,
) -> list[int]:
    """Bring customers' levels in line with their growth value. Returns whose level changed.

    Levels rise at once. They fall where growth value was just taken back, and otherwise by the
    ``nightly`` job alone. What a level gives once (a benefit, a badge) is given, or taken back with
    the growth value that it was owed to. The customers must be locked.
    """
    graded = grade(customer_ids, today=today, versions=versions, nightly=nightly)
    privileges.settle(graded.brought, today)
    return graded.changed


def grade(
    customer_ids: Iterable[int],
    *,
    today: date,
    versions: list[Scheme] | None = None,
    nightly: bool = False,
) -> Graded:
    """The first half of ``regrade``: levels only. ``privileges.settle`` is the other one."""
    versions = schemes() if versions is None else versions
    wanted = sorted(set(customer_ids))
    if not versions or not wanted:
        return Graded()
    scheme = in_force(versions, today)
    gives = any(given for version in versions for given in version.gives)
    graded = Graded(brought={} if gives else None)
    changes = []
    for customer_id, level, earned in _graded(wanted):
        standings = history(versions, earned, today)
        if graded.brought is not None:
            graded.brought[customer_id] = brought(standings)
        now, before = standings[-1], level or scheme.codes[0]
        if now.code != before:
            change = LevelChange(
                customer_id=customer_id,
                before=before,
                after=now.code,
                growth_value=now.value,
                scheme_id=scheme.pk,
                cause=last_change(standings).cause or REVERSED,
            )
            changes.append(change)
    falls = [change for change in changes if scheme.rank(change.after) < scheme.rank(change.before)]
    if falls:
        due = _due_now(falls)
        if not nightly:
            changes = [change for change in changes if change in due or change not in falls]
    _write_changes(changes)
    graded.changed = [change.customer_id for change in changes]
    return graded


def _due_now(falls: list[LevelChange]) -> list[LevelChange]:
    """Falls of customers whose growth value was taken back just now; they are owed to that.

    What an award moves to another day (``:from``) makes a level fall at once, too, but by age.
    """
    with prepared.cursor() as cursor:
        cursor.execute(
            """SELECT customer_id, bool_or(key NOT LIKE '%%:from') FROM growth_growthentry
               WHERE customer_id = ANY(%s::bigint[]) AND value < 0
                 AND posted_at >= transaction_timestamp() GROUP BY 1""",
            [array(change.customer_id for change in falls)],
        )
        reversed_now = dict(cursor.fetchall())
    for change in falls:
        if reversed_now.get(change.customer_id):
            change.cause = REVERSED
    return [change for change in falls if change.customer_id in reversed_now]


def _graded(customer_ids: list[int]) -> Iterable[tuple[int, str, dict[date, int]]]:
    """Customers with their stored level and their growth value by day, net of reversals."""
    with prepared.cursor() as cursor:
        cursor.execute(
            # Customer by customer, so that each one's part alone is read.
            f"""SELECT c.id, c.level, g.days, g.sums
               FROM growth_customer c CROSS JOIN LATERAL (
                 SELECT array_agg(day) AS days, array_agg(value) AS sums FROM (
                   SELECT day, sum(value) AS value FROM growth_growthentry
                   WHERE customer_id = c.id GROUP BY day HAVING sum(value) <> 0) d) g
               WHERE c.id = ANY({NUMBERS})""",  # noqa: S608
            [array(customer_ids)],
        )
        for customer_id, level, days, values in cursor.fetchall():
            yield customer_id, level, dict(zip(days, values, strict=True)) if days else {}


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
    """Customers whose level, or what levels have given them, is not what growth value says."""
    versions = schemes()
    gives = any(given for version in versions for given in version.gives)
    lowest = in_force(versions, today).codes[0] if versions else ""
    last = 0
    while versions and (
        ids := list(
            Customer.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:batch]
        )
    ):
        last = ids[-1]
        given = {}
        for pk, level, earned in _graded(ids):
            standings = history(versions, earned, today)
            expected = standings[-1].code
            if (level or lowest) != expected:
                said = f"customer {pk}: level {level or '(lowest)'}, growth value says {expected}"
                yield Difference(f"level of customer {pk}", said)
            given[pk] = brought(standings)
        if gives:
            yield from privileges.differences(given)
