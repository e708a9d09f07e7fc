"""Progress as a pure fold: ``step(rule, state, event, unlocked) -> (state, completions)``.

No database, no clock, no randomness. Live intake, refolding after a late or reversed event,
back-tests and reconciliation all call this one function, one customer's events in the order of
``position``; so the outcome depends on the set of events and never on how they arrived.

A state is a small JSON object (it is stored as it is):

* ``n``: completions so far, ``first``: position of the first one (as a list)
* ``count`` and ``period``: matching events in the period under way (once: in the life)
* ``done``: the last period that was completed
* ``left``: what has gathered towards the next cumulative completion, as decimal text
* ``day`` and ``run``: the last day of the run of days under way, and its length
* ``seen``: values of ``distinct_by`` that have counted
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from growth.conditions import Where
from growth.values import EXACT, canonical, number

MAX_COMPLETIONS_PER_EVENT = 1000
# What is refused of one event is counted up to here; amounts may have 40 digits.
MAX_REFUSED_PER_EVENT = 10**15

# Our own event: a check-in of a missed day, made up for later.
MADE_UP = "checkin.made_up"
MAKE_UP_SOURCE = "/zones/make-up"
MAX_DAYS_BACK = 31

Position = tuple[datetime, str, str]  # time, source, id: the order of events
State = dict[str, Any]
# A stable code, and what of the rule it is about (a required task's id, or a condition).
Obstacle = tuple[str, int | Where | None]


@dataclass(frozen=True, slots=True)
class FoldEvent:
    """A bank event as the fold reads it; ``day`` is its bank day."""

    position: Position
    pk: int
    day: date
    type: str
    data: Mapping[str, Any]
    audience: frozenset[int]
    release: int
    points_percent: int = 100  # what the customer's level then made of points


class Reward(NamedTuple):
    """What one completion brings; ``benefit`` and ``badge`` are codes."""

    points: int = 0
    growth: int = 0
    benefit: str = ""
    badge: str = ""


NOTHING = Reward()


class Milestone(NamedTuple):
    """One of the rising targets of a task, with its own reward."""

    target: Decimal
    reward: Reward


class Measure(NamedTuple):
    """Growth value by event: ``growth`` for each full ``each`` of a field, or for the event."""

    growth: int
    field: str = ""
    each: Decimal = Decimal(1)


class MakeUp(NamedTuple):
    """Make-up check-ins: how many a calendar month, their price in points, how far back."""

    per_month: int
    points: int
    days_back: int


class Velocity(NamedTuple):
    """More ``completions`` than that within so many hours are held or denied."""

    completions: int
    within_hours: int
    then: str


@dataclass(frozen=True, slots=True)
class TaskRule:
    """One version of one task, ready to judge events. ``after`` are ids of required tasks."""

    task_id: int
    version_id: int
    code: str
    kind: str
    event: str
    target: Decimal
    where: tuple[Where, ...] = ()
    sum_of: str = ""
    distinct_by: str = ""
    segment_id: int | None = None
    after: tuple[int, ...] = ()
    starts: date | None = None
    ends: date | None = None
    manual: bool = False
    reward: Reward = NOTHING
    points_expire: Mapping[str, Any] | None = None
    limit: Mapping[str, int] = field(default_factory=dict)
    counted: bool = False  # a version of the task has a limit
    grace_days: int = 0
    make_up: MakeUp | None = None
    milestones: tuple[Milestone, ...] = ()
    choose: tuple[int, ...] = ()  # ids of the tasks to choose from
    measures: tuple[Measure, ...] = ()
    growth_a_day: int = 0
    claim_within_days: int | None = None
    hold_days: int = 0
    velocity: Velocity | None = None
    risk: bool = False
    budget: str = ""
    draws: tuple[int, ...] = ()  # ids of the budgets that its points come from
    cost_centre: str = ""
    on_reversal: str = "cap_at_zero"


class Completion(NamedTuple):
    """That ``event`` completed the task; see TaskCompletion for ``key``.

    ``reward`` is that of the rule, a milestone or a visit, before the level's multiplier.
    ``implausible`` completions are not rewarded: there are ``times`` of them.
    """

    rule: TaskRule
    key: int
    event: FoldEvent
    reward: Reward = NOTHING
    times: int = 1
    implausible: bool = False

    @property
    def points(self) -> int:
        """Points to post: the reward's, multiplied as the event says."""
        return self.reward.points * self.event.points_percent // 100

    @property
    def growth(self) -> int:
        """Growth value to post; no multiplier touches it."""
        return self.reward.growth

    @property
    def benefit(self) -> str:
        """Code of the benefit to grant, or ""."""
        return self.reward.benefit

    @property
    def badge(self) -> str:
        """Code of the badge to grant, or ""."""
        return self.reward.badge


def step(
    rule: TaskRule, state: State, event: FoldEvent, unlocked: Mapping[int, Position]
) -> tuple[State, list[Completion]]:
    """Judge one event by one version of one task.

    ``unlocked`` maps each task to the position of its first completion so far. The state
    given is left alone; the one returned is the same object where the event did not count.
    """
    if obstacle(rule, event, unlocked) is not None:
        return state, []
    seen: list[str] = []
    if rule.distinct_by:
        mark = distinct_mark(rule, event)
        seen = state.get("seen", [])
        if mark is None or mark in seen:
            return state, []
        seen = [*seen, mark]
    state = dict(state)
    if seen:
        state["seen"] = seen
    keys, excess = _ADVANCE[rule.kind](rule, state, event)
    completions = [Completion(rule, key, event, rule.reward) for key in keys]
    if excess:
        completions.append(Completion(rule, -event.pk, event, times=excess, implausible=True))
    if completions:
        state["n"] = state.get("n", 0) + len(keys)
        if "first" not in state:
            time, source, event_id = event.position
            state["first"] = [time.isoformat(), source, event_id]
    return state, completions


def obstacle(rule: TaskRule, event: FoldEvent, unlocked: Mapping[int, Position]) -> Obstacle | None:
    """The first condition that the event fails, but for ``distinct_by``, which comes after all."""
    if (rule.starts and event.day < rule.starts) or (rule.ends and event.day > rule.ends):
        return "outside_window", None
    if rule.segment_id is not None and rule.segment_id not in event.audience:
        return "not_in_audience", None
    for task_id in rule.after:
        first = unlocked.get(task_id)
        if first is None or event.position <= first:
            return "before_prerequisite", task_id
    for condition in rule.where:
        if not condition.holds(event.data):
            return "wrong_field", condition
    return None


def distinct_mark(rule: TaskRule, event: FoldEvent) -> str | None:
    """What ``distinct_by`` knows the event by; None: it lacks the field and does not count."""
    value = event.data.get(rule.distinct_by)
    return None if value is None else canonical(value)


def first_completion(state: State) -> Position | None:
    """Where in the order of events the task was first completed."""
    if "first" not in state:
        return None
    time, source, event_id = state["first"]
    return datetime.fromisoformat(time), source, event_id


def fold(
    rules_for: Any, states: dict[int, State], events: Iterable[FoldEvent]
) -> tuple[dict[int, State], list[Completion]]:
    """Fold one customer's events, in order, over all tasks.

    ``rules_for(type, release)`` gives the task versions that judge such an event;
    ``states`` maps task ids to the states so far. Returns the new states and what completed.
    """
    states = dict(states)
    unlocked = {
        task_id: first for task_id, state in states.items() if (first := first_completion(state))
    }
    completed: list[Completion] = []
    for event in events:
        for rule in rules_for(event.type, event.release):
            before = states.get(rule.task_id, {})
            after, new = step(rule, before, event, unlocked)
            if after is before:
                continue
            states[rule.task_id] = after
            if new:
                completed += new
                unlocked.setdefault(rule.task_id, event.position)
    return states, completed


def period_start(kind: str, day: date) -> date:
    """First day of the period of a daily, weekly (from Monday) or monthly task."""
    if kind == "weekly":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if kind == "monthly" else day


def day_number(day: date) -> int:
    """A day as yyyymmdd."""
    return day.year * 10000 + day.month * 100 + day.day


def _once(rule: TaskRule, state: State, event: FoldEvent) -> tuple[list[int], int]:
    if state.get("n"):
        return [], 0
    state["count"] = state.get("count", 0) + 1
    return ([1] if state["count"] >= rule.target else []), 0


def _periodic(rule: TaskRule, state: State, event: FoldEvent) -> tuple[list[int], int]:
    period = day_number(period_start(rule.kind, event.day))
    if state.get("period") != period:
        state["period"], state["count"] = period, 0
    state["count"] += 1
    if state["count"] < rule.target or state.get("done") == period:
        return [], 0
    state["done"] = period
    return [period], 0


def _cumulative(rule: TaskRule, state: State, event: FoldEvent) -> tuple[list[int], int]:
    amount = Decimal(1)
    if rule.sum_of:
        amount = number(event.data.get(rule.sum_of)) or Decimal(0)
    left = EXACT.add(Decimal(state.get("left", 0)), amount)
    reached = 0
    if left >= rule.target:
        reached = int(EXACT.divide_int(left, rule.target))
        left = EXACT.subtract(left, EXACT.multiply(reached, rule.target))
    state["left"] = str(left)
    plausible = min(reached, MAX_COMPLETIONS_PER_EVENT)
    before = state.get("n", 0)
    excess = min(reached - plausible, MAX_REFUSED_PER_EVENT)
    return list(range(before + 1, before + plausible + 1)), excess


def _streak(rule: TaskRule, state: State, event: FoldEvent) -> tuple[list[int], int]:
    today = event.day.isoformat()
    if state.get("day") == today:
        return [], 0
    yesterday = (event.day - timedelta(days=1)).isoformat()
    state["run"] = state["run"] + 1 if state.get("day") == yesterday else 1
    state["day"] = today
    return ([state.get("n", 0) + 1] if state["run"] % rule.target == 0 else []), 0


_ADVANCE = {
    "once": _once,
    "daily": _periodic,
    "weekly": _periodic,
    "monthly": _periodic,
    "cumulative": _cumulative,
    "streak": _streak,
}
