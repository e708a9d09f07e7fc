"""Why a customer stands where they stand in a task: each condition, event and completion.

Nothing here judges by itself. Events are told by the fold's own functions, step by step over the
stored events; what became of completions stands in the records.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from growth.budgets import Left
from growth.errors import NotFound
from growth.explain.events import Became, EventVerdict, Trace, read, reversals
from growth.fold import first_completion
from growth.models import Budget, Customer, GrowthTask, TaskCompletion, TaskCounter
from growth.queries import program_now
from growth.rules import Rules
from growth.task_rules import State, TaskRule
from growth.taskboard import progress, reward_ahead, target_of

MOST_EVENTS = 500
Status = TaskCompletion.Status


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of the live version: whether it is met now, and by what.

    Codes: live, starts, ends, audience, prerequisite, chosen, limit, budget, excluded. Whether an
    event met the audience was settled when it came in; here it is the customer's segments now.
    """

    code: str
    met: bool
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a completion; ``reason`` says why it was refused or held back."""

    key: int
    day: date
    status: str
    reason: str
    points: int
    growth: int
    benefit: str
    times: int
    version: int
    posted_on: date | None
    claim_by: date | None
    due_on: date | None
    source: str
    event_id: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A customer and a task. ``version`` is the live one's number, None where none is live.

    ``status`` is the first that holds of claimable, completed, paused, not_live, not_yet, ended,
    locked, not_for and open. Events are the newest ``MOST_EVENTS``, in their order.
    """

    customer_id: int
    task: str
    name: Mapping[str, str]
    kind: str
    status: str
    version: int | None
    current: Decimal
    target: Decimal
    conditions: tuple[Condition, ...]
    events: tuple[EventVerdict, ...]
    fates: tuple[Fate, ...]
    more_events: int


def explain(customer_id: int, task_code: str) -> Explanation:
    """Explain a task to whoever asks about a customer; ten queries at most.

    Raises:
        NotFound: there is no such task, or it never had a version.
    """
    rules, today = program_now()
    task = GrowthTask.objects.filter(code=task_code).first()
    versions = rules.versions_of(task.pk) if task else []
    if task is None or not versions:
        raise NotFound("There is no such task.")
    rule = rules.by_task.get(task.pk, versions[-1])
    trace = Trace(rules, task.pk, reversals(customer_id))
    verdicts: deque[EventVerdict] = deque(maxlen=MOST_EVENTS)
    told = 0
    for verdict in trace.tell(read(customer_id, _types(rules, versions))):
        verdicts.append(verdict)
        told += 1
    fates = tuple(_fates(customer_id, task))
    conditions = tuple(
        _conditions(_Case(customer_id, task, rule, rules, trace.states, fates, today))
    )
    unlocked = {task_id for task_id, state in trace.states.items() if "first" in state}
    current, complete = progress(rule, trace.states.get(task.pk, {}), today, unlocked)
    return Explanation(
        customer_id=customer_id,
        task=task.code,
        name=task.name,
        kind=rule.kind,
        status=_status(task, conditions, fates, complete),
        version=len(versions) if task.pk in rules.by_task else None,
        current=current,
        target=target_of(rule, trace.states.get(task.pk, {})),
        conditions=conditions,
        events=tuple(_joined(verdicts, fates)),
        fates=fates,
        more_events=told - len(verdicts),
    )


def _joined(verdicts: Iterable[EventVerdict], fates: Iterable[Fate]) -> Iterable[EventVerdict]:
    """Each event with what became of the completions that it brought."""
    became: dict[tuple[str, str], list[Became]] = {}
    for fate in fates:
        found = became.setdefault((fate.source, fate.event_id), [])
        found.append(Became(fate.status, fate.reason))
    for verdict in verdicts:
        yield replace(verdict, became=tuple(became.get((verdict.source, verdict.event_id), ())))


def _types(rules: Rules, versions: list[TaskRule]) -> set[str]:
    """Types of events that the task, or what it requires or chooses from, listens to."""
    needed = rules.needed_by(versions)
    leaning = [rule for rule in rules.by_version.values() if rule.task_id in needed]
    return {kind for rule in [*versions, *leaning] for kind in rule.reads}


def _fates(customer_id: int, task: GrowthTask) -> Iterable[Fate]:
    rows = TaskCompletion.objects.filter(customer=customer_id, task=task)
    for row in rows.select_related("version", "event").order_by("day", "pk"):
        yield Fate(
            key=row.key,
            day=row.day,
            status=row.status,
            reason=row.reason,
            points=row.points,
            growth=row.growth,
            benefit=row.benefit,
            times=row.times,
            version=row.version.number,
            posted_on=row.posted_on,
            claim_by=row.claim_by,
            due_on=row.due_on,
            source=row.event.source,
            event_id=row.event.event_id,
        )


@dataclass(frozen=True, slots=True)
class _Case:
    """What conditions are judged by."""

    customer_id: int
    task: GrowthTask
    rule: TaskRule
    rules: Rules
    states: Mapping[int, State]
    fates: tuple[Fate, ...]
    today: date

    @property
    def needs(self) -> int:
        """Points that the next completion brings."""
        return reward_ahead(self.rule, self.states.get(self.task.pk, {})).points


def _conditions(case: _Case) -> Iterable[Condition]:
    task, rule, today = case.task, case.rule, case.today
    if task.pk not in case.rules.by_task:
        facts = {"paused": task.paused, "because": task.paused_because}
        yield Condition("live", False, facts)
    if rule.starts:
        yield Condition("starts", today >= rule.starts, {"day": rule.starts})
    if rule.ends:
        yield Condition("ends", today <= rule.ends, {"day": rule.ends})
    customer = Customer.objects.get(pk=case.customer_id)
    if rule.segment_id is not None:
        segment = next(s for s in case.rules.all_segments() if s.pk == rule.segment_id)
        belongs = customer.memberships.filter(segment=rule.segment_id).exists()
        yield Condition("audience", belongs, {"segment": segment.code})
    yield from _leaning(case)
    yield from _limits(case)
    yield from _budgets(case)
    if customer.excluded:
        yield Condition("excluded", False, {"because": customer.excluded})


def _leaning(case: _Case) -> Iterable[Condition]:
    """Tasks that this one requires or chooses from, and when each was first completed."""
    codes = {rule.task_id: rule.code for rule in case.rules.by_version.values()}
    named = [("prerequisite", case.rule.after), ("chosen", case.rule.choose)]
    for code, task_ids in named:
        for task_id in task_ids:
            first = first_completion(case.states.get(task_id, {}))
            facts = {"task": codes.get(task_id, ""), "at": first[0] if first else None}
            yield Condition(code, first is not None, facts)


def _limits(case: _Case) -> Iterable[Condition]:
    """What each limit allows, and what is used of it."""
    limit = case.rule.limit
    if not limit:
        return
    awarded = sum(fate.status in (Status.POSTED, Status.PENDING) for fate in case.fates)
    counters = TaskCounter.objects.filter(task=case.task)
    used = {row.day: row for row in counters.filter(Q(day=None) | Q(day=case.today))}
    total, today = used.get(None), used.get(case.today)
    uses = {
        "per_customer": awarded,
        "completions": total.completions if total else 0,
        "points": total.points if total else 0,
        "completions_a_day": today.completions if today else 0,
    }
    for name, most in limit.items():
        facts = {"limit": name, "most": most, "used": uses[name]}
        adds = case.needs if name == "points" else 1
        yield Condition("limit", uses[name] + adds <= most, facts)


def _budgets(case: _Case) -> Iterable[Condition]:
    """What the budgets hold that the task's points come from: its own, and the programme's."""
    needs = case.needs
    drawn = Budget.objects.filter(pk__in=case.rule.draws if needs else ())
    given = Coalesce(Sum("uses__points", filter=Q(uses__day=None)), 0)
    for budget in drawn.annotate(used=given).order_by("programme", "code"):
        left = Left(budget.points, budget.starts, budget.ends, budget.used)
        met = left.covers(case.today) and left.used + needs <= left.points
        facts = {"budget": budget.code, "points": budget.points, "used": budget.used}
        yield Condition("budget", met, facts)


def _status(
    task: GrowthTask, conditions: Iterable[Condition], fates: Iterable[Fate], complete: bool
) -> str:
    unmet = {condition.code for condition in conditions if not condition.met}
    own_limit = any(
        condition.facts["limit"] == "per_customer"
        for condition in conditions
        if condition.code == "limit" and not condition.met
    )
    if any(fate.status == Status.CLAIMABLE for fate in fates):
        return "claimable"
    if complete or own_limit:
        return "completed"
    if "live" in unmet:
        return "paused" if task.paused else "not_live"
    for code, status in (
        ("starts", "not_yet"),
        ("ends", "ended"),
        ("prerequisite", "locked"),
        ("audience", "not_for"),
    ):
        if code in unmet:
            return status
    return "open"
