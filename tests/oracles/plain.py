"""The growth program once more, slowly and plainly: no state, no increments, no product code.

Everything is worked out from the set of a customer's events each time, straight from the words
of the contract. Tests compare the product with this.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

BANK = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Event:
    source: str
    id: str
    type: str
    subject: str
    time: object
    data: dict
    audience: frozenset = frozenset()

    @property
    def position(self):
        return self.time, self.source, self.id

    @property
    def day(self) -> date:
        return self.time.astimezone(BANK).date()


@dataclass
class Verdict:
    """What one customer comes to."""

    completions: dict = field(default_factory=dict)  # task code -> number
    implausible: dict = field(default_factory=dict)
    first: dict = field(default_factory=dict)
    counted: dict = field(default_factory=dict)  # positions of the events that counted for a task
    points: int = 0
    growth_by_day: dict = field(default_factory=lambda: defaultdict(int))


def standing(events: list[Event]) -> list[Event]:
    """The events that count, in their order: what was reversed is as if it had never come."""
    reversals = defaultdict(list)
    for event in events:
        if event.type == "event.reversed":
            reversals[(event.data["source"], event.data["id"])].append(event)

    def counts(event: Event) -> bool:
        return not any(counts(reversal) for reversal in reversals[(event.source, event.id)])

    return sorted((event for event in events if counts(event)), key=lambda event: event.position)


def judge(tasks: list[dict], events: list[Event]) -> Verdict:
    """Judge one customer's events by tasks given in the order of ``requires``."""
    verdict = Verdict()
    counted = standing(events)
    for task in tasks:
        matching = _matching(task, counted, verdict.first)
        completing = _rewarding(task, matching, verdict)
        stood = completing if task["kind"] == "choose" else [(event,) for event in matching]
        verdict.counted[task["code"]] = {event.position for event, *_ in stood}
        verdict.completions[task["code"]] = sum(min(n, 1000) for _, n, _ in completing)
        verdict.implausible[task["code"]] = sum(n - min(n, 1000) for _, n, _ in completing)
        if completing:
            verdict.first[task["code"]] = completing[0][0].position
        for event, n, reward in completing:
            verdict.points += reward.get("points", 0) * min(n, 1000)
            verdict.growth_by_day[event.day] += reward.get("growth", 0) * min(n, 1000)
    return verdict


def _matching(task: dict, events: list[Event], first: dict) -> list[Event]:
    found, seen = [], set()
    for event in events:
        made_up = _is_make_up(task, event)
        if task["kind"] != "choose" and event.type != task["event"] and not made_up:
            continue
        if "undone_by" in task and any(_undoes(task, event, one) for one in events):
            continue
        if task.get("starts") and event.day < task["starts"]:
            continue
        if task.get("ends") and event.day > task["ends"]:
            continue
        if task.get("segment") and task["segment"] not in event.audience:
            continue
        required = task.get("requires", ())
        if any(code not in first or event.position <= first[code] for code in required):
            continue
        if made_up:
            found.append(event)
            continue
        if not all(_holds(condition, event.data) for condition in task.get("where", ())):
            continue
        if name := task.get("distinct_by"):
            if event.data.get(name) is None or event.data[name] in seen:
                continue
            seen.add(event.data[name])
        found.append(event)
    return found


def _undoes(task: dict, event: Event, later: Event) -> bool:
    by = task["undone_by"]
    if event.type != task["event"] or later.type != by["event"]:
        return False
    days = (later.day - event.day).days
    if later.position < event.position or days > by.get("within_days", 9999):
        return False
    if "same" not in by:
        return True
    return event.data.get(by["same"]) is not None and _same(
        event.data[by["same"]], later.data.get(by["same"])
    )


def _is_make_up(task: dict, event: Event) -> bool:
    ours = event.type == "checkin.made_up" and event.source == "/zones/make-up"
    return "make_up" in task and ours and event.data.get("task") == task["code"]


def _number(value) -> Fraction | None:
    if isinstance(value, bool):
        return None
    try:
        return Fraction(str(value)) if isinstance(value, int | float | str) else None
    except ValueError:
        return None


def _holds(condition: dict, data: dict) -> bool:
    value = data.get(condition["field"])
    if value is None:
        return False
    amount = _number(value)
    checks = {
        "is": lambda operand: _same(value, operand),
        "is_not": lambda operand: not _same(value, operand),
        "in": lambda operand: any(_same(value, item) for item in operand),
        "min": lambda operand: amount is not None and amount >= _number(operand),
        "max": lambda operand: amount is not None and amount <= _number(operand),
        "exists": lambda operand: True,
    }
    return all(check(condition[name]) for name, check in checks.items() if name in condition)


def _same(left, right) -> bool:
    a, b = _number(left), _number(right)
    return a == b if a is not None and b is not None else left == right


def _rewarding(task: dict, events: list[Event], verdict: Verdict) -> list[tuple[Event, int, dict]]:
    """Completing events, how many completions each brings, and what one of these brings."""
    if task["kind"] == "milestones":
        return _milestones(task, events)
    if task["kind"] == "activity":
        return _activity(task, events)
    reward = task.get("reward", {})
    if task["kind"] == "choose":
        return [(event, 1, reward) for event in _choosing(task["choose"], events, verdict)[:1]]
    return [(event, n, reward) for event, n in _completing(task, events)]


def _milestones(task: dict, events: list[Event]) -> list[tuple[Event, int, dict]]:
    found = []
    for milestone in task["milestones"]:
        for place, event in enumerate(events):
            if sum(_adds(task, one) for one in events[: place + 1]) >= milestone["target"]:
                found.append((event, 1, milestone.get("reward", {})))
                break
    return found


def _activity(task: dict, events: list[Event]) -> list[tuple[Event, int, dict]]:
    found = []
    for event in events:
        before = [one for one in events if one.day == event.day and one.position < event.position]
        had = min(task["growth_a_day"], sum(_worth(task, one) for one in before))
        has = min(task["growth_a_day"], had + _worth(task, event))
        if has > had:
            found.append((event, 1, {"growth": has - had}))
    return found


def _worth(task: dict, event: Event) -> int:
    worth = 0
    for measure in task["measures"]:
        times = 1
        if "field" in measure:
            value = _number(event.data.get(measure["field"])) or 0
            times = max(0, int(value // Fraction(str(measure.get("each", 1)))))
        worth += times * measure["growth"]
    return worth


def _choosing(choose: dict, events: list[Event], verdict: Verdict) -> list[Event]:
    """Events that counted for one of the tasks, enough of them completed by then."""
    found = []
    for event in events:
        counted = any(event.position in verdict.counted[code] for code in choose["of"])
        firsts = [verdict.first[code] for code in choose["of"] if code in verdict.first]
        done = [position for position in firsts if position <= event.position]
        if counted and len(done) >= choose["at_least"]:
            found.append(event)
    return found


def _adds(task: dict, event: Event) -> Fraction:
    name = task.get("sum_of")
    return (_number(event.data.get(name)) or Fraction(0)) if name else Fraction(1)


def _completing(task: dict, events: list[Event]) -> list[tuple[Event, int]]:
    """Completing events with how many completions each brings."""
    kind, target = task["kind"], task.get("target", 1)
    if kind == "once":
        return [(events[target - 1], 1)] if len(events) >= target else []
    if kind == "streak":
        return _streak(events, target, task.get("grace_days", 0))
    if kind == "cumulative":
        return _cumulative(task, events, Fraction(str(target)))
    periods = defaultdict(list)
    for event in events:
        periods[_period(kind, event.day)].append(event)
    return [(found[target - 1], 1) for _, found in sorted(periods.items()) if len(found) >= target]


def _period(kind: str, day: date) -> tuple:
    return {
        "daily": day.timetuple()[:3],
        "weekly": tuple(day.isocalendar())[:2],
        "monthly": (day.year, day.month),
    }[kind]


def _cumulative(task: dict, events: list[Event], target: Fraction) -> list[tuple[Event, int]]:
    total, passed, found = Fraction(0), 0, []
    for event in events:
        total += _adds(task, event)
        reached = total // target
        if reached > passed:
            found.append((event, int(reached - passed)))
            passed = reached
    return found


def _streak(events: list[Event], target: int, grace: int) -> list[tuple[Event, int]]:
    first_of_day: dict[date, Event] = {}
    for event in events:
        first_of_day.setdefault(event.day, event)
    found = []
    for day in sorted(first_of_day):
        length, back, missed = 1, day, 0
        while missed <= grace:
            back -= timedelta(days=1)
            missed = 0 if back in first_of_day else missed + 1
            length += back in first_of_day
        if length % target == 0:
            found.append((first_of_day[day], 1))
    return found


def level_on(today: date, growth_by_day: dict, scheme: dict) -> str:
    """The level, by living through every day."""
    earned = {day: value for day, value in growth_by_day.items() if value}
    steps = scheme["steps"]
    policy, buffer = scheme["downgrade"]["policy"], scheme["downgrade"]["buffer_days"]
    window, rank, below_since = scheme["window_days"], 0, None
    falls_on = scheme["downgrade"].get("on")
    day = min(earned, default=today)
    while day <= today:
        value = sum(
            gained
            for on, gained in earned.items()
            if on <= day and (not window or (day - on).days < window)
        )
        target = max(i for i, step in enumerate(steps) if value >= step["from"])
        if target >= rank:
            rank, below_since = target, None
        elif below_since is None:
            below_since, wait = day, buffer
        falls = policy != "never" and (not falls_on or f"{day:%m-%d}" in falls_on)
        if below_since is not None and falls and (day - below_since).days >= wait:
            rank = rank - 1 if policy == "one_down" else target
            below_since, wait = (day, max(buffer, 1)) if rank > target else (None, 0)
        day += timedelta(days=1)
    return steps[rank]["code"]
