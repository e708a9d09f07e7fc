"""Budgets of points: what they have given, and how fast it goes.

What a budget has given is a function of the records: the points of all that was awarded (posted,
or held back) on one of its days, by a version that names it; for the programme's budget by any.
``BudgetUse`` is that sum, kept up in the award's transaction.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Min, Q, Sum
from django.db.models.functions import Now

from growth import bankday
from growth.difference import Difference
from growth.models import Budget, BudgetUse

logger = logging.getLogger(__name__)

# The rate at which a budget goes is told from so many days.
BURN_DAYS = 7

Use = tuple[int, date | None]  # budget, day (None: in all)


@dataclass(slots=True)
class Left:
    """What a budget may give, and has given so far; ``refused`` once something was (back-tests)."""

    points: int
    starts: date | None
    ends: date | None
    used: int
    refused: bool = False

    def covers(self, day: date) -> bool:
        """Whether what is awarded on a day draws on the budget."""
        return not self.is_before(day) and (self.ends is None or day <= self.ends)

    def is_before(self, day: date) -> bool:
        """Whether its days begin later."""
        return self.starts is not None and day < self.starts


_LOCK = """
    SELECT b.id, b.points, b.starts, b.ends, u.points
    FROM growth_budgetuse u JOIN growth_budget b ON b.id = u.budget_id
    WHERE u.budget_id = ANY(%s) AND u.day IS NULL ORDER BY u.budget_id FOR UPDATE OF u
"""


def lock(budget_ids: Iterable[int]) -> dict[int, Left]:
    """Lock these budgets, in their order, until the transaction ends.

    Take it after the counters of tasks. Budgets themselves only change under the program's lock.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [sorted(budget_ids)])
        return {pk: Left(*facts) for pk, *facts in cursor.fetchall()}


def store(changes: Mapping[Use, int]) -> None:
    """Add to what (locked) budgets have given."""
    rows = [(budget, day, points) for (budget, day), points in changes.items() if points]
    if not rows:
        return
    with connection.cursor() as cursor:
        columns = [list(column) for column in zip(*rows, strict=True)]
        cursor.execute(_ADD, columns)
        if cursor.rowcount < len(rows):
            cursor.execute(_BEGIN, columns[:2])
            missing = {tuple(row) for row in cursor.fetchall()}
            fresh = [row for row in rows if row[:2] in missing]
            if fresh:
                cursor.execute(_ADD, [list(column) for column in zip(*fresh, strict=True)])


_ADD = """
    UPDATE growth_budgetuse u SET points = u.points + n.points
    FROM unnest(%s::bigint[], %s::date[], %s::bigint[]) AS n(budget_id, day, points)
    WHERE u.budget_id = n.budget_id AND u.day IS NOT DISTINCT FROM n.day
"""
_BEGIN = """
    INSERT INTO growth_budgetuse (budget_id, day, points)
    SELECT budget_id, day, 0 FROM unnest(%s::bigint[], %s::date[]) AS n(budget_id, day)
    ON CONFLICT DO NOTHING RETURNING budget_id, day
"""

# By day, and in all (no day).
_USED = """
    SELECT b.id AS budget_id, c.posted_on AS day, coalesce(sum(c.points), 0)::bigint AS points
    FROM growth_budget b
    LEFT JOIN growth_taskversion v ON b.programme OR v.spec->>'budget' = b.code
    LEFT JOIN growth_taskcompletion c ON c.version_id = v.id AND c.points > 0
      AND c.status IN ('posted', 'pending')
      AND (b.starts IS NULL OR c.posted_on >= b.starts)
      AND (b.ends IS NULL OR c.posted_on <= b.ends)
    GROUP BY GROUPING SETS ((b.id, c.posted_on), (b.id))
"""


def recount(budget: Budget) -> int:
    """Work out anew what a budget has given; returns the points. Under the program's lock."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM growth_budgetuse WHERE budget_id = %s", [budget.pk])
        cursor.execute(
            f"""INSERT INTO growth_budgetuse (budget_id, day, points)
                SELECT budget_id, day, sum(points) FROM ({_USED}) u WHERE budget_id = %s
                GROUP BY 1, 2""",  # noqa: S608
            [budget.pk],
        )
    return used(budget)


def used(budget: Budget) -> int:
    """Points that a budget has given in all."""
    found = BudgetUse.objects.filter(budget=budget, day=None).aggregate(points=Sum("points"))
    return found["points"] or 0


def differences() -> Iterable[str]:
    """Budgets whose use is not what the awards say."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT b.code, n.day, sum(n.kept), sum(n.expected)
                FROM (SELECT budget_id, day, points AS kept, 0 AS expected FROM growth_budgetuse
                      UNION ALL SELECT budget_id, day, 0, points FROM ({_USED}) r) n
                JOIN growth_budget b ON b.id = n.budget_id
                GROUP BY 1, 2 HAVING sum(n.kept) <> sum(n.expected) ORDER BY 1, 2"""  # noqa: S608
        )
        for code, day, kept, expected in cursor.fetchall():
            said = f"budget {code}: {kept} points {day or 'in all'}, the awards say {expected}"
            yield Difference(f"budget {code} {day or 'in all'}", said)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a budget stands: points, and the day on which they end at the rate of these days.

    ``over``: its last day has passed, so that nothing of what is left will be given.
    """

    points: int
    used: int
    a_day: int
    ends_on: date | None
    over: bool = False

    @property
    def left(self) -> int:
        return max(0, self.points - self.used)

    @property
    def percent(self) -> int:
        """How much is used, in per cent (100 where nothing was there)."""
        return min(100, 100 * self.used // self.points) if self.points else 100


def standings(found: Iterable[Budget]) -> dict[int, Standing]:
    """How each of these budgets stands, in one query."""
    wanted, today = list(found), bankday.today()
    recent = Q(day__gt=today - timedelta(days=BURN_DAYS), day__lte=today)
    rows = (
        BudgetUse.objects.filter(budget__in=wanted)
        .values("budget_id")
        .annotate(
            total=Sum("points", filter=Q(day=None)),
            lately=Sum("points", filter=recent),
            first=Min("day", filter=Q(points__gt=0)),
        )
    )
    uses = {row["budget_id"]: (row["total"] or 0, row["lately"] or 0, row["first"]) for row in rows}
    return {
        budget.pk: _standing(budget, *uses.get(budget.pk, (0, 0, None)), today) for budget in wanted
    }


def _standing(budget: Budget, used: int, lately: int, first: date | None, today: date) -> Standing:
    """``lately`` was given in the last ``BURN_DAYS``, or since ``first`` where that is later."""
    left, ends_on = max(0, budget.points - used), None
    span = min(BURN_DAYS, (today - first).days + 1) if first else BURN_DAYS
    if lately and left:
        days = -(-left * span // lately)
        ends_on = today + timedelta(days=days) if days < 36500 else None
    if ends_on and budget.ends and ends_on > budget.ends:
        ends_on = None  # its own last day comes first
    over = budget.ends is not None and budget.ends < today
    return Standing(budget.points, used, lately // span, ends_on, over)


@transaction.atomic
def raise_alerts() -> list[str]:
    """Note (and log) once each budget that has come to its alert; returns their codes."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE growth_budget b SET alerted_at = clock_timestamp()
               FROM growth_budgetuse u
               WHERE u.budget_id = b.id AND u.day IS NULL AND b.alerted_at IS NULL
                 AND u.points * 100 >= b.points * b.alert_percent
               RETURNING b.code, u.points, b.points"""
        )
        rows = cursor.fetchall()
    for code, given, points in rows:
        logger.warning("budget %s has given %d of its %d points", code, given, points)
    return sorted(code for code, _, _ in rows)


class Fund(NamedTuple):
    """What a budget whose days have begun can still give; nothing once they are ``over``."""

    code: str
    programme: bool
    left: int
    over: bool


def funds() -> list[Fund]:
    """Every budget whose days have begun."""
    today = bankday.today()
    begun = Budget.objects.filter(Q(starts=None) | Q(starts__lte=today)).order_by("code")
    given = begun.annotate(given=Sum("uses__points", filter=Q(uses__day=None), default=0))
    found = []
    for code, programme, points, ends, used in given.values_list(
        "code", "programme", "points", "ends", "given"
    ):
        over = ends is not None and ends < today
        found.append(Fund(code, programme, 0 if over else points - used, over))
    return found


def reopen(budget: Budget) -> None:
    """After a change of the budget: what it has left again, it may alert of again."""
    given = used(budget)
    if given * 100 < budget.points * budget.alert_percent:
        Budget.objects.filter(pk=budget.pk).update(alerted_at=None)
    elif budget.alerted_at is None and given:
        Budget.objects.filter(pk=budget.pk).update(alerted_at=Now())
