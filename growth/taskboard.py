"""The customer's tasks: how far each is, what it brings, what waits to be claimed."""

from collections import Counter
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Max, Min, Q, Sum

from growth import quotas
from growth.fold import first_completion
from growth.kinds import day_number, milestones_ahead, period_start
from growth.models import GrowthTask, TaskCompletion, TaskProgress
from growth.queries import program_now
from growth.sessions import Visitor
from growth.streaks import Offer, offer, undone_days
from growth.task_rules import Milestone, Reward, State, TaskRule
from growth.text import localized
from growth.values import iso_date

LOCKED, OPEN, CLAIMABLE, COMPLETED = "locked", "open", "claimable", "completed"
_S = TaskCompletion.Status
PERIODIC = ("daily", "weekly", "monthly")


@dataclass(slots=True)
class Done:
    """A customer's completions of one task by status; points held back, and last days."""

    by_status: Counter[str] = field(default_factory=Counter)
    held: int = 0
    held_until: date | None = None
    claim_by: date | None = None
    lapsed: int = 0
    last: date | None = None  # day of the last one that was not reversed

    def number(self, *statuses: str) -> int:
        """How many have one of these statuses."""
        return sum(self.by_status[status] for status in statuses)


@dataclass(frozen=True, slots=True)
class MilestoneStanding:
    """A target of a task that has several, and whether it was reached."""

    target: Decimal
    reached: bool
    reward: Reward


@dataclass(frozen=True, slots=True)
class TaskStanding:
    """A task as one customer sees it. ``completions`` leaves out what was refused or reversed.

    ``held`` points are still to come, on ``held_until`` at the latest (None: somebody looks at
    them first); ``claim_by`` is the last day to claim what waits, ``lapsed`` were not in time.
    ``choices`` are codes of the tasks to choose from. ``used_up`` says that nobody gets its reward
    any more ``today``, or at ``all``; ``paused``, that nothing counts for now.
    """

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
    held: int = 0
    held_until: date | None = None
    claim_by: date | None = None
    lapsed: int = 0
    badge: str = ""
    milestones: tuple[MilestoneStanding, ...] = ()
    choices: tuple[str, ...] = ()
    make_up: Offer | None = None
    used_up: str = ""
    paused: bool = False


def tasks(visitor: Visitor) -> list[TaskStanding]:
    """The tasks open to a customer, those that they completed before, and what a pause interrupts.

    Four queries; one more where limits or budgets have a say, and for who has had an event
    reversed.
    """
    rules, today = program_now()
    segments = {segment.pk: segment.code for segment in rules.all_segments()}
    states, sold, undone = _progress(visitor.customer_id)
    done = _completions(visitor.customer_id, today)
    found: list[tuple[TaskRule, TaskStanding]] = []
    known = list(GrowthTask.objects.order_by("position", "code"))
    codes = {task.pk: task.code for task in known}
    for task in known:
        mine = done.get(task.pk, Done())
        rule = rules.by_task.get(task.pk)
        if paused := rule is None and task.paused:
            rule = rules.newest.get(task.pk)
        if rule is None:
            continue
        segment = segments.get(rule.segment_id) if rule.segment_id is not None else None
        fits = rule.segment_id is None or segment in visitor.segments
        if (fits and _is_on(rule, today)) or _standing(mine):
            standing = _standing_of(task, rule, states, mine, today)
            if paused and not _is_under_way(standing, mine):
                continue
            choices = tuple(codes[task_id] for task_id in rule.choose)
            standing = replace(standing, choices=choices, paused=paused)
            if fits and sold and not paused:
                state, never = states.get(task.pk, {}), undone.get(task.code, ())
                standing = replace(standing, make_up=offer(rule, state, mine.last, today, never))
            found.append((rule, standing))
    gone = quotas.used_up([(rule, standing.points) for rule, standing in found], today)
    return [replace(standing, used_up=gone.get(rule.task_id, "")) for rule, standing in found]


def _is_under_way(standing: TaskStanding, mine: Done) -> bool:
    """Whether a customer would miss the task if a pause made it vanish."""
    waits = mine.number(_S.CLAIMABLE, _S.PENDING)
    return bool(waits or (standing.status == OPEN and standing.current))


def _progress(customer_id: int) -> tuple[dict[int, State], bool, dict[str, set[date]]]:
    """States by task; whether make-ups are sold to the customer; days of those that were undone."""
    rows = TaskProgress.objects.filter(customer=customer_id)
    found = list(
        rows.values_list("task_id", "state", "customer__excluded", "customer__has_reversals")
    )
    states = {task_id: state for task_id, state, *_ in found}
    sold = not any(excluded for *_, excluded, _reversals in found)
    reversals = any(has_reversals for *_, has_reversals in found)
    return states, sold, undone_days(customer_id) if sold and reversals else {}


def _completions(customer_id: int, today: date) -> dict[int, Done]:
    found: dict[int, Done] = {}
    rows = TaskCompletion.objects.filter(customer=customer_id).order_by()
    late = Q(status=_S.CLAIMABLE, claim_by__isnull=False, claim_by__lt=today)
    facts = (
        rows.annotate(late=late)
        .values_list("task_id", "status", "late")
        .annotate(
            Count("pk"), Sum("points"), Max("due_on"), Count("due_on"), Min("claim_by"), Max("day")
        )
    )
    for task_id, status, is_late, number, points, due_on, dated, claim_by, last in facts:
        done = found.setdefault(task_id, Done())
        if status != _S.REVERSED:
            done.last = max(done.last or last, last)
        if is_late or status == _S.LAPSED:
            done.lapsed += number
            continue
        done.by_status[status] = number
        if status == _S.PENDING:
            done.held = points
            done.held_until = due_on if dated == number else None
        if status == _S.CLAIMABLE:
            done.claim_by = claim_by
    return found


def _standing(mine: Done) -> int:
    return mine.number(_S.POSTED, _S.CLAIMABLE, _S.PENDING)


def _is_on(rule: TaskRule, today: date) -> bool:
    return (rule.starts is None or rule.starts <= today) and not _is_over(rule, today)


def _is_over(rule: TaskRule, today: date) -> bool:
    return rule.ends is not None and rule.ends < today


def _standing_of(
    task: GrowthTask, rule: TaskRule, states: Mapping[int, State], mine: Done, today: date
) -> TaskStanding:
    state = states.get(task.pk, {})
    unlocked = {task_id for task_id, one in states.items() if first_completion(one) is not None}
    current, complete = progress(rule, state, today, unlocked)
    reward, left = reward_ahead(rule, state), milestones_ahead(rule, state)
    if mine.number(_S.CLAIMABLE):
        status = CLAIMABLE
    elif complete or _used_up(rule, mine) or (_standing(mine) and _is_over(rule, today)):
        status = COMPLETED
    elif not unlocked.issuperset(rule.after):
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
        target=target_of(rule, state),
        points=reward.points,
        growth=reward.growth or rule.growth_a_day,
        benefit=reward.benefit,
        completions=_standing(mine),
        ends=rule.ends,
        held=mine.held,
        held_until=mine.held_until,
        claim_by=mine.claim_by,
        lapsed=mine.lapsed,
        badge=reward.badge,
        milestones=tuple(
            MilestoneStanding(each.target, each not in left, each.reward)
            for each in rule.milestones
        ),
    )


def _milestone_ahead(rule: TaskRule, state: State) -> Milestone | None:
    """The milestone to reach next; the last one where all are reached."""
    if not rule.milestones:
        return None
    return next(iter(milestones_ahead(rule, state)), rule.milestones[-1])


def reward_ahead(rule: TaskRule, state: State) -> Reward:
    """What the next completion brings."""
    ahead = _milestone_ahead(rule, state)
    return ahead.reward if ahead else rule.reward


def target_of(rule: TaskRule, state: State) -> Decimal:
    """What the customer is on the way to: events, days, tasks, a sum, growth value of today."""
    if ahead := _milestone_ahead(rule, state):
        return ahead.target
    return Decimal(rule.growth_a_day) if rule.kind == "activity" else rule.target


def _used_up(rule: TaskRule, mine: Done) -> bool:
    most = rule.limit.get("per_customer")
    return most is not None and mine.number(_S.POSTED, _S.PENDING) >= most


def progress(
    rule: TaskRule, state: State, today: date, unlocked: AbstractSet[int] = frozenset()
) -> tuple[Decimal, bool]:
    """(how far towards the target, whether it is completed for now) as of ``today``.

    What gathered in an earlier period, or in a run of days that has ended, counts no more.
    ``unlocked`` are the tasks that the customer has completed, for a choice among them.
    """
    target = target_of(rule, state)
    if rule.kind == "once":
        complete = bool(state.get("n"))
        return target if complete else min(Decimal(state.get("count", 0)), target), complete
    if rule.kind in PERIODIC:
        period = day_number(period_start(rule.kind, today))
        complete = state.get("done") == period
        count = Decimal(state["count"]) if state.get("period") == period else Decimal(0)
        return target if complete else min(count, target), complete
    if rule.kind == "streak":
        return _streak(rule, state, today)
    if rule.kind == "choose":
        complete = bool(state.get("n"))
        chosen = Decimal(len(unlocked & set(rule.choose)))
        return target if complete else min(chosen, target), complete
    if rule.kind == "milestones":
        complete = not milestones_ahead(rule, state)
        total = max(Decimal(0), Decimal(state.get("total", 0)))
        return target if complete else min(total, target), complete
    if rule.kind == "activity":
        given = state.get("given", 0) if state.get("period") == day_number(today) else 0
        return min(Decimal(given), target), given >= target
    return max(Decimal(0), Decimal(state.get("left", 0))), False


def _streak(rule: TaskRule, state: State, today: date) -> tuple[Decimal, bool]:
    last = iso_date(state.get("day"))
    if last is None or last < today - timedelta(days=1 + rule.grace_days):
        return Decimal(0), False
    run = Decimal(state["run"]) % rule.target
    if not run and last >= today:
        return rule.target, True
    return run, False
