"""Whether a task still has rewards for anybody: told before somebody tries for one.

What is given is judged in ``limits``, when it is posted; nothing here is locked.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db import connection

from growth.budgets import Left
from growth.task_rules import TaskRule

TODAY, ALL = "today", "all"
NOTHING_GIVEN = (0, 0)

_USED = """
    SELECT true, task_id, day, NULL, completions, points
    FROM growth_taskcounter WHERE task_id = ANY(%s) AND (day IS NULL OR day = %s)
    UNION ALL
    SELECT false, b.id, b.starts, b.ends, b.points, coalesce(u.points, 0)
    FROM growth_budget b LEFT JOIN growth_budgetuse u ON u.budget_id = b.id AND u.day IS NULL
    WHERE b.id = ANY(%s)
"""


@dataclass
class _Given:
    """What tasks (by id and day; None: in all) and budgets have given."""

    by_task: dict[tuple[int, date | None], tuple[int, int]] = field(default_factory=dict)
    budgets: dict[int, Left] = field(default_factory=dict)


def used_up(asked: Iterable[tuple[TaskRule, int]], today: date) -> dict[int, str]:
    """Tasks, by id, with no reward left for anybody: ``TODAY``, or ``ALL`` of them.

    Asked with the points that the next completion brings. One query for all; none where no
    limit and no budget has a say.
    """
    rows = list(asked)
    tasks = [rule.task_id for rule, _ in rows if rule.limit]
    drawn = {budget for rule, points in rows if points for budget in rule.draws}
    if not tasks and not drawn:
        return {}
    given = _read(tasks, drawn, today)
    found = {rule.task_id: _of(rule, points, given, today) for rule, points in rows}
    return {task_id: said for task_id, said in found.items() if said}


def _read(tasks: list[int], drawn: set[int], today: date) -> _Given:
    given = _Given()
    with connection.cursor() as cursor:
        cursor.execute(_USED, [tasks, today, list(drawn)])
        for is_task, pk, first, last, number, points in cursor.fetchall():
            if is_task:
                given.by_task[pk, first] = number, points
            else:
                given.budgets[pk] = Left(number, first, last, points)
    return given


def _of(rule: TaskRule, points: int, given: _Given, today: date) -> str:
    completions, spent = given.by_task.get((rule.task_id, None), NOTHING_GIVEN)
    most = rule.limit
    if completions >= most.get("completions", completions + 1):
        return ALL
    if spent + points > most.get("points", spent + points):
        return ALL
    budgets = [given.budgets[pk] for pk in rule.draws if points and pk in given.budgets]
    if any(_is_spent(budget, points, today) for budget in budgets):
        return ALL
    done_today, _ = given.by_task.get((rule.task_id, today), NOTHING_GIVEN)
    if done_today >= most.get("completions_a_day", done_today + 1):
        return TODAY
    return ""


def _is_spent(budget: Left, points: int, today: date) -> bool:
    return not budget.covers(today) or budget.used + points > budget.points
