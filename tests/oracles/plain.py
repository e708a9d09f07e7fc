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
        completing = _completing(task, matching)
        plausible = [(event, min(n, 1000)) for event, n in completing]
        verdict.completions[task["code"]] = sum(n for _, n in plausible)
        verdict.implausible[task["code"]] = sum(n - min(n, 1000) for _, n in completing)
        if completing:
            verdict.first[task["code"]] = completing[0][0].position
        reward = task.get("reward", {})
        verdict.points += reward.get("points", 0) * verdict.completions[task["code"]]
        for event, n in plausible:
            verdict.growth_by_day[event.day] += reward.get("growth", 0) * n
    return verdict


def _matching(task: dict, events: list[Event], first: dict) -> list[Event]:
    found, seen = [], set()
    for event in events:
        if event.type != task["event"]:
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
        if not all(_holds(condition, event.data) for condition in task.get("where", ())):
            continue
        if name := task.get("distinct_by"):
            if event.data.get(name) is None or event.data[name] in seen:
                continue
            seen.add(event.data[name])
        found.append(event)
    return found


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


def _completing(task: dict, events: list[Event]) -> list[tuple[Event, int]]:
    """Completing events with how many completions each brings."""
    kind, target = task["kind"], task.get("target", 1)
    if kind == "once":
        return [(events[target - 1], 1)] if len(events) >= target else []
    if kind == "streak":
        return _streak(events, target)
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
        name = task.get("sum_of")
        total += (_number(event.data.get(name)) or 0) if name else 1
        reached = total // target
        if reached > passed:
            found.append((event, int(reached - passed)))
            passed = reached
    return found


def _streak(events: list[Event], target: int) -> list[tuple[Event, int]]:
    first_of_day: dict[date, Event] = {}
    for event in events:
        first_of_day.setdefault(event.day, event)
    found = []
    for day in sorted(first_of_day):
        length, back = 1, day
        while (back := back - timedelta(days=1)) in first_of_day:
            length += 1
        if length % target == 0:
            found.append((first_of_day[day], 1))
    return found


def level_on(today: date, growth_by_day: dict, scheme: dict) -> str:
    """The level, by living through every day."""
    earned = {day: value for day, value in growth_by_day.items() if value}
    steps = scheme["steps"]
    policy, buffer = scheme["downgrade"]["policy"], scheme["downgrade"]["buffer_days"]
    window, rank, below_since = scheme["window_days"], 0, None
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
        if below_since is not None and policy != "never" and (day - below_since).days >= wait:
            rank = rank - 1 if policy == "one_down" else target
            below_since, wait = (day, max(buffer, 1)) if rank > target else (None, 0)
        day += timedelta(days=1)
    return steps[rank]["code"]
