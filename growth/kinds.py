"""How each kind of task advances by an event that counts: its state, and what completes.

Each function changes the state it is given (the caller's copy) and returns the completions as
(key, reward), and how many more there would be but are implausible. Keys are the first day of
the period as yyyymmdd for daily, weekly and monthly tasks, ``VISITS`` + the event's id for
visits, running numbers otherwise: they are never used twice, whatever the kind is changed to.
"""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from growth.task_rules import MADE_UP, MAX_DAYS_BACK, FoldEvent, Milestone, Reward, State, TaskRule
from growth.values import EXACT, number

MAX_COMPLETIONS_PER_EVENT = 1000
# What is refused of one event is counted up to here; amounts may have 40 digits.
MAX_REFUSED_PER_EVENT = 10**15
VISITS = 10**15

Gains = tuple[list[tuple[int, Reward]], int]


def period_start(kind: str, day: date) -> date:
    """First day of the period of a daily, weekly (from Monday) or monthly task."""
    if kind == "weekly":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if kind == "monthly" else day


def day_number(day: date) -> int:
    """A day as yyyymmdd."""
    return day.year * 10000 + day.month * 100 + day.day


def _once(rule: TaskRule, state: State, event: FoldEvent) -> Gains:
    if state.get("n"):
        return [], 0
    state["count"] = state.get("count", 0) + 1
    return ([(1, rule.reward)] if state["count"] >= rule.target else []), 0


def _periodic(rule: TaskRule, state: State, event: FoldEvent) -> Gains:
    period = day_number(period_start(rule.kind, event.day))
    if state.get("period") != period:
        state["period"], state["count"] = period, 0
    state["count"] += 1
    if state["count"] < rule.target or state.get("done") == period:
        return [], 0
    state["done"] = period
    return [(period, rule.reward)], 0


def _amount(rule: TaskRule, event: FoldEvent) -> Decimal:
    """What the event adds: the field to add up (0 where it is no number), or itself."""
    return (number(event.data.get(rule.sum_of)) or Decimal(0)) if rule.sum_of else Decimal(1)


def _cumulative(rule: TaskRule, state: State, event: FoldEvent) -> Gains:
    left = EXACT.add(Decimal(state.get("left", 0)), _amount(rule, event))
    reached = 0
    if left >= rule.target:
        reached = int(EXACT.divide_int(left, rule.target))
        left = EXACT.subtract(left, EXACT.multiply(reached, rule.target))
    state["left"] = str(left)
    plausible = min(reached, MAX_COMPLETIONS_PER_EVENT)
    before = state.get("n", 0)
    excess = min(reached - plausible, MAX_REFUSED_PER_EVENT)
    return [(before + place, rule.reward) for place in range(1, plausible + 1)], excess


def _milestones(rule: TaskRule, state: State, event: FoldEvent) -> Gains:
    total = EXACT.add(Decimal(state.get("total", 0)), _amount(rule, event))
    state["total"] = str(total)
    ahead = milestones_ahead(rule, state)
    passed = [each for each in ahead if each.target <= total]
    if passed:
        state["top"] = str(passed[-1].target)
    last = state.get("n", 0)
    return [(last + place, each.reward) for place, each in enumerate(passed, 1)], 0


def milestones_ahead(rule: TaskRule, state: State) -> tuple[Milestone, ...]:
    """The milestones above the highest one that was ever reached, whatever the list was then."""
    top = state.get("top")
    if top is None:
        return rule.milestones
    return tuple(each for each in rule.milestones if each.target > Decimal(top))


def _streak(rule: TaskRule, state: State, event: FoldEvent) -> Gains:
    today = event.day.isoformat()
    last = state.get("day")
    if last == today:
        return [], 0
    missed = (event.day - date.fromisoformat(last)).days - 1 if last else 0
    state["run"] = state.get("run", 0) + 1 if missed <= rule.grace_days else 1
    state["day"] = today
    if rule.make_up:
        _keep_days(state, event)
    return ([(state.get("n", 0) + 1, rule.reward)] if state["run"] % rule.target == 0 else []), 0


def _keep_days(state: State, event: FoldEvent) -> None:
    """Remember the last days that counted, and those that were made up for."""
    oldest = (event.day - timedelta(days=MAX_DAYS_BACK)).isoformat()
    state["days"] = [day for day in state.get("days", ()) if day >= oldest]
    state["days"].append(event.day.isoformat())
    # Made-up days count towards their calendar month, which began before the oldest of them.
    month = (event.day - timedelta(days=2 * MAX_DAYS_BACK)).isoformat()
    made = [day for day in state.get("made", ()) if day >= month]
    if event.type == MADE_UP:
        made.append(event.day.isoformat())
    state["made"] = made


def _activity(rule: TaskRule, state: State, event: FoldEvent) -> Gains:
    today = day_number(event.day)
    if state.get("period") != today:
        state["period"], state["given"] = today, 0
    worth = sum(
        _measured(measure.field, measure.each, event) * measure.growth for measure in rule.measures
    )
    growth = min(worth, rule.growth_a_day - state["given"])
    if growth <= 0:
        return [], 0
    state["given"] += growth
    return [(VISITS + event.pk, Reward(growth=growth))], 0


def _measured(field: str, each: Decimal, event: FoldEvent) -> int:
    """How many full ``each`` of a field the event has; 1 where no field is measured."""
    if not field:
        return 1
    value = number(event.data.get(field))
    return int(EXACT.divide_int(value, each)) if value is not None and value > 0 else 0


ADVANCE: dict[str, Callable[[TaskRule, State, FoldEvent], Gains]] = {
    "once": _once,
    "daily": _periodic,
    "weekly": _periodic,
    "monthly": _periodic,
    "cumulative": _cumulative,
    "milestones": _milestones,
    "streak": _streak,
    "activity": _activity,
}
