"""Limits of tasks, judged in the order and on the day of posting, in the award's transaction."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from django.db import connection

from growth.fold import TaskRule
from growth.models import TaskCompletion


class Claim(NamedTuple):
    """A completion that asks to be posted."""

    customer_id: int
    rule: TaskRule
    points: int


def admit(claims: Sequence[Claim], *, today: date) -> list[str]:
    """Reserve what the claims need, in their order. A reason for each refused one, else "".

    Reasons are the names of the limits: per_customer, completions, points, completions_a_day.
    """
    limited = {claim.rule.task_id for claim in claims if claim.rule.counted}
    if not limited:
        return [""] * len(claims)
    used = _lock_counters(sorted(limited), today)
    held = _posted_by_customer([claim for claim in claims if claim.rule.task_id in limited])
    reasons = []
    for claim in claims:
        reason = ""
        if claim.rule.task_id in limited:
            reason = _judge(claim, used[claim.rule.task_id], held)
        reasons.append(reason)
    _store_counters(used, today)
    return reasons


def hold(task_ids: Iterable[int], today: date) -> None:
    """Lock the counters of these tasks until the transaction ends."""
    if wanted := sorted(task_ids):
        _lock_counters(wanted, today)


def count(task_id: int, posted_on: date, *, completions: int = 0, points: int = 0) -> None:
    """Count what a correction of something posted adds, or (negative) gives back."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE growth_taskcounter
               SET completions = completions + %s, points = points + %s
               WHERE task_id = %s AND (day IS NULL OR day = %s)""",
            [completions, points, task_id, posted_on],
        )


class _Used:
    """What a task has given: in all, and today."""

    def __init__(self) -> None:
        self.total = [0, 0]
        self.today = [0, 0]


def _judge(claim: Claim, used: _Used, held: Counter) -> str:
    limit, mine = claim.rule.limit, (claim.customer_id, claim.rule.task_id)
    if held[mine] + 1 > limit.get("per_customer", held[mine] + 1):
        return "per_customer"
    if used.total[0] + 1 > limit.get("completions", used.total[0] + 1):
        return "completions"
    if used.total[1] + claim.points > limit.get("points", used.total[1] + claim.points):
        return "points"
    if used.today[0] + 1 > limit.get("completions_a_day", used.today[0] + 1):
        return "completions_a_day"
    held[mine] += 1
    for counter in (used.total, used.today):
        counter[0] += 1
        counter[1] += claim.points
    return ""


_LOCK = """
    SELECT task_id, day, completions, points FROM growth_taskcounter
    WHERE task_id = ANY(%s) AND (day IS NULL OR day = %s)
    ORDER BY task_id, day NULLS FIRST FOR UPDATE
"""

# A limit also counts what was posted before there was one.
_START = """
    INSERT INTO growth_taskcounter (task_id, day, completions, points)
    SELECT t, d, count(c.id), coalesce(sum(c.points), 0)
    FROM unnest(%s::bigint[]) t CROSS JOIN unnest(ARRAY[NULL, %s]::date[]) d
    LEFT JOIN growth_taskcompletion c
      ON c.task_id = t AND c.status = 'posted' AND (d IS NULL OR c.posted_on = d)
    GROUP BY t, d ORDER BY t, d NULLS FIRST ON CONFLICT DO NOTHING
"""


def _lock_counters(task_ids: list[int], today: date) -> dict[int, _Used]:
    used = {task_id: _Used() for task_id in task_ids}
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [task_ids, today])
        if cursor.rowcount < 2 * len(task_ids):
            cursor.execute(_START, [task_ids, today])
            cursor.execute(_LOCK, [task_ids, today])
        for task_id, day, completions, points in cursor.fetchall():
            counter = used[task_id].today if day else used[task_id].total
            counter[:] = [completions, points]
    return used


def _store_counters(used: dict[int, _Used], today: date) -> None:
    rows: list[tuple[object, ...]] = []
    for task_id, counter in used.items():
        rows += [(task_id, None, *counter.total), (task_id, today, *counter.today)]
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE growth_taskcounter c SET completions = n.completions, points = n.points
               FROM unnest(%s::bigint[], %s::date[], %s::bigint[], %s::bigint[])
                 AS n(task_id, day, completions, points)
               WHERE c.task_id = n.task_id AND c.day IS NOT DISTINCT FROM n.day""",
            [list(column) for column in zip(*rows, strict=True)],
        )


def _posted_by_customer(claims: Sequence[Claim]) -> Counter:
    posted = TaskCompletion.objects.filter(
        status=TaskCompletion.Status.POSTED,
        customer__in={claim.customer_id for claim in claims},
        task__in={claim.rule.task_id for claim in claims},
    )
    return Counter(posted.values_list("customer_id", "task_id"))
