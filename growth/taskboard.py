"""The customer's tasks: how far each is, what it brings, what waits to be claimed."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count

from growth.fold import State, TaskRule, first_completion
from growth.kinds import day_number, period_start
from growth.models import GrowthTask, TaskCompletion, TaskProgress
from growth.queries import program_now
from growth.sessions import Visitor
from growth.text import localized
from growth.values import iso_date

LOCKED, OPEN, CLAIMABLE, COMPLETED = "locked", "open", "claimable", "completed"
PERIODIC = ("daily", "weekly", "monthly")

Done = Counter[str]  # completions of one task by status


@dataclass(frozen=True, slots=True)
class TaskStanding:
    """A task as one customer sees it. ``completions`` leaves out what was refused or reversed."""

    code: str
    name: str
    description: str
    kind: str
    icon: str
    link: str
    status: str
    current: Decimal
    target: Decimal
    points: int
    growth: int
    benefit: str
    completions: int
    ends: date | None


def tasks(visitor: Visitor) -> list[TaskStanding]:
    """The tasks open to a customer, and those that they completed before; four queries."""
    rules, today = program_now()
    segments = {segment.pk: segment.code for segment in rules.all_segments()}
    states = dict(
        TaskProgress.objects.filter(customer=visitor.customer_id).values_list("task_id", "state")
    )
    done = _completions(visitor.customer_id)
    found = []
    for task in GrowthTask.objects.order_by("position", "code"):
        rule = rules.by_task.get(task.pk)
        if rule is None:
            continue
        mine = done.get(task.pk, Counter())
        segment = segments.get(rule.segment_id) if rule.segment_id is not None else None
        fits = rule.segment_id is None or segment in visitor.segments
        if (fits and _is_on(rule, today)) or _standing(mine):
            found.append(_standing_of(task, rule, states, mine, today))
    return found


def _completions(customer_id: int) -> dict[int, Done]:
    found: dict[int, Done] = {}
    rows = TaskCompletion.objects.filter(customer=customer_id).order_by()
    for task_id, status, number in rows.values_list("task_id", "status").annotate(n=Count("pk")):
        found.setdefault(task_id, Counter())[status] = number
    return found


def _standing(mine: Done) -> int:
    return mine[TaskCompletion.Status.POSTED] + mine[TaskCompletion.Status.CLAIMABLE]


def _is_on(rule: TaskRule, today: date) -> bool:
    return (rule.starts is None or rule.starts <= today) and not _is_over(rule, today)


def _is_over(rule: TaskRule, today: date) -> bool:
    return rule.ends is not None and rule.ends < today


def _standing_of(
    task: GrowthTask, rule: TaskRule, states: Mapping[int, State], mine: Done, today: date
) -> TaskStanding:
    state = states.get(task.pk, {})
    current, complete = progress(rule, state, today)
    if mine[TaskCompletion.Status.CLAIMABLE]:
        status = CLAIMABLE
    elif complete or _used_up(rule, mine) or (_standing(mine) and _is_over(rule, today)):
        status = COMPLETED
    elif any(first_completion(states.get(required, {})) is None for required in rule.after):
        status = LOCKED
    else:
        status = OPEN
    return TaskStanding(
        code=task.code,
        name=localized(task.name),
        description=localized(task.description or {}),
        kind=rule.kind,
        icon=task.icon,
        link=task.link,
        status=status,
        current=current,
        target=rule.target,
        points=rule.reward.points,
        growth=rule.reward.growth,
        benefit=rule.reward.benefit,
        completions=_standing(mine),
        ends=rule.ends,
    )


def _used_up(rule: TaskRule, mine: Done) -> bool:
    most = rule.limit.get("per_customer")
    return most is not None and mine[TaskCompletion.Status.POSTED] >= most


def progress(rule: TaskRule, state: State, today: date) -> tuple[Decimal, bool]:
    """(how far towards the target, whether it is completed for now) as of ``today``.

    What gathered in an earlier period, or in a run of days that has ended, counts no more.
    """
    target = rule.target
    if rule.kind == "once":
        complete = bool(state.get("n"))
        return target if complete else min(Decimal(state.get("count", 0)), target), complete
    if rule.kind in PERIODIC:
        period = day_number(period_start(rule.kind, today))
        complete = state.get("done") == period
        count = Decimal(state["count"]) if state.get("period") == period else Decimal(0)
        return target if complete else min(count, target), complete
    if rule.kind == "streak":
        return _streak(state, target, today)
    return max(Decimal(0), Decimal(state.get("left", 0))), False


def _streak(state: State, target: Decimal, today: date) -> tuple[Decimal, bool]:
    last = iso_date(state.get("day"))
    if last is None or last < today - timedelta(days=1):
        return Decimal(0), False
    run = Decimal(state["run"]) % target
    if not run and last >= today:
        return target, True
    return run, False
