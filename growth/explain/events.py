"""Why each stored event of a customer counted for a task or did not, told by the fold's steps."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from growth.cloudevents import REVERSED
from growth.conditions import Where
from growth.fold import distinct_mark, first_completion, fold, is_make_up, obstacle
from growth.kinds import milestones_ahead
from growth.progress import fold_event
from growth.rules import Rules
from growth.task_rules import Completion, FoldEvent, Position, State, TaskRule
from growth.undoing import Undone, undone
from growth.values import iso_date, number

PERIODIC = ("daily", "weekly", "monthly")
IMPLAUSIBLE = "implausible"
ELSEWHERE = "another_task"  # a make-up day of another task, and so nothing to tell here


class Became(NamedTuple):
    """The status of a completion; ``reason`` says why it was refused or held back."""

    status: str
    reason: str


@dataclass(frozen=True, slots=True)
class EventVerdict:
    """Whether a stored event counted for the task; if not, ``code`` says why not.

    Codes: reversed, waiting, other_version, undone, outside_window, not_in_audience,
    before_prerequisite, wrong_field, field_missing, counted_already, completed_already,
    period_done, day_done, adds_nothing. One that counted may be ``implausible``: it would have
    completed the task too often. ``facts`` hold what decided; of one with which a row of days
    began anew, how many ``missed_days`` ended the one before. ``became`` is what was made of its
    completions.
    """

    source: str
    event_id: str
    type: str
    time: datetime
    day: date
    counted: bool
    code: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    version: int | None = None
    completed: int = 0
    became: tuple[Became, ...] = ()


class Stored(NamedTuple):
    """A stored event. What is reversed, or waits to be settled, is not folded."""

    event: FoldEvent
    counts: bool
    settled: bool


class Trace:
    """Folds a customer's events one by one, and tells of each what it did to one task."""

    def __init__(self, rules: Rules, task_id: int, reversals: Mapping[Any, Any]) -> None:
        self._rules, self._task_id, self._reversals = rules, task_id, reversals
        self.states: dict[int, State] = {}
        self._marks: dict[str, FoldEvent] = {}
        versions = rules.versions_of(task_id)
        self._numbers = {rule.version_id: n for n, rule in enumerate(versions, 1)}
        self._types = {kind for rule in versions for kind in rule.listens}
        self._undone: Undone = {}
        self._tasks = {rule.task_id: rule.code for rule in rules.by_version.values()}
        self._segments: dict[int | None, str] = {s.pk: s.code for s in rules.all_segments()}

    def tell(self, stored: Iterable[Stored]) -> Iterator[EventVerdict]:
        """A verdict on each event of a type that some version of the task listens to, in order."""
        stored = list(stored)
        folded = [event for event, counts, settled in stored if counts and settled]
        self._undone = undone(self._rules, folded)
        for event, counts, settled in stored:
            mine = event.type in self._types
            if not counts:
                if mine:
                    by = self._reversals.get(event.position[1:])
                    yield self._verdict(event, "reversed", {"by": by} if by else {})
            elif not settled:
                if mine:
                    yield self._verdict(event, "waiting")
            else:
                tasks = frozenset(self._undone.get(event.position, ()))
                yield from self._fold(replace(event, undone=tasks) if tasks else event, mine)

    def _fold(self, event: FoldEvent, mine: bool) -> Iterator[EventVerdict]:
        before = self.states
        self.states, done = fold(self._rules.for_event, before, [event])
        if mine:
            own = [each for each in done if each.rule.task_id == self._task_id]
            verdict = self._judge(event, before, own)
            if verdict.code != ELSEWHERE:
                yield verdict

    def _judge(
        self, event: FoldEvent, states: Mapping[int, State], done: list[Completion]
    ) -> EventVerdict:
        judging = self._rules.for_event(event.type, event.release)
        rule = next((rule for rule in judging if rule.task_id == self._task_id), None)
        if rule is None:
            return self._verdict(event, "other_version")
        before = states.get(self._task_id, {})
        failed = obstacle(rule, event, _unlocked(states))
        if failed is not None:
            facts = self._obstacle_facts(rule, event, states, *failed)
            return self._verdict(event, failed[0], facts, rule)
        after = self.states.get(self._task_id, {})
        code, facts = self._distinct(rule, event, before)
        if not code:
            code, facts = _idle(rule, event, before, after, bool(done))
        if code:
            return self._verdict(event, code, facts, rule)
        self._remember(rule, event)
        excess = sum(each.times for each in done if each.implausible)
        return self._verdict(
            event,
            IMPLAUSIBLE if excess else "",
            {"times": excess} if excess else _began_anew(rule, event, before, after),
            rule,
            counted=True,
            completed=sum(not each.implausible for each in done),
        )

    def _verdict(
        self,
        event: FoldEvent,
        code: str,
        facts: Mapping[str, Any] | None = None,
        rule: TaskRule | None = None,
        **found: Any,
    ) -> EventVerdict:
        time, source, event_id = event.position
        return EventVerdict(
            source=source,
            event_id=event_id,
            type=event.type,
            time=time,
            day=event.day,
            code=code,
            facts=facts or {},
            version=self._numbers[rule.version_id] if rule else None,
            **{"counted": False, **found},
        )

    def _distinct(
        self, rule: TaskRule, event: FoldEvent, before: State
    ) -> tuple[str, dict[str, Any]]:
        if not rule.distinct_by or is_make_up(rule, event):
            return "", {}
        mark = distinct_mark(rule, event)
        found = plain(event.data.get(rule.distinct_by))
        facts = {"field": rule.distinct_by, "found": found}
        if mark is None:
            return "field_missing", facts
        if mark not in before.get("seen", ()):
            return "", {}
        first = self._marks.get(mark)
        by = {"by": identity(first)} if first else {}
        return "counted_already", facts | by

    def _remember(self, rule: TaskRule, event: FoldEvent) -> None:
        mark = distinct_mark(rule, event) if rule.distinct_by else None
        if mark is not None:
            self._marks.setdefault(mark, event)

    def _obstacle_facts(
        self,
        rule: TaskRule,
        event: FoldEvent,
        states: Mapping[int, State],
        code: str,
        about: int | Where | None,
    ) -> dict[str, Any]:
        if code == "undone":
            by = self._undone[event.position][rule.task_id]
            return {"by": identity(by), "type": by.type, "at": by.position[0]}
        if isinstance(about, Where):
            operator, expected = about.failed(event.data) or ("", None)
            found = event.data.get(about.field)
            return {
                "field": about.field,
                "operator": operator,
                "expected": plain(expected),
                "found": plain(found),
            }
        if isinstance(about, int):
            first = first_completion(states.get(about, {}))
            return {"task": self._tasks.get(about, ""), "at": first[0] if first else None}
        if code == "outside_window":
            return {"starts": rule.starts, "ends": rule.ends}
        if code == "not_in_audience":
            then = sorted(self._segments[pk] for pk in event.audience if pk in self._segments)
            return {"segment": self._segments.get(rule.segment_id, ""), "segments": then}
        return {}


def _idle(
    rule: TaskRule, event: FoldEvent, before: State, after: State, done: bool
) -> tuple[str, dict[str, Any]]:
    """Why an event that met every condition brought the task no further; "" where it did."""
    if done:
        return "", {}
    if rule.kind in PERIODIC and before.get("done") == after.get("period"):
        return "period_done", {"period": after.get("period")}
    if rule.kind == "milestones" and not milestones_ahead(rule, before):
        return "completed_already", {}
    if rule.kind == "activity":
        full = after.get("given", 0) >= rule.growth_a_day
        return ("day_done", {"day": event.day}) if full else ("adds_nothing", {})
    if _core(before) != _core(after):
        return "", {}
    if rule.kind == "once":
        return "completed_already", {}
    if rule.kind == "streak":
        return "day_done", {"day": event.day}
    return "adds_nothing", {"field": rule.sum_of, "found": plain(event.data.get(rule.sum_of))}


def _began_anew(rule: TaskRule, event: FoldEvent, before: State, after: State) -> dict[str, Any]:
    """How many days without an event ended the row of days before this one."""
    last = iso_date(before.get("day")) if rule.kind == "streak" else None
    if last is None or after.get("run") != 1:
        return {}
    return {"missed_days": (event.day - last).days - 1}


def _core(state: State) -> State:
    """What of a state says how far the task is."""
    return {
        key: value
        for key, value in state.items()
        if key != "seen" and not (isinstance(value, str | int) and number(value) == 0)
    }


def _unlocked(states: Mapping[int, State]) -> dict[int, Position]:
    return {
        task_id: first for task_id, state in states.items() if (first := first_completion(state))
    }


def identity(event: FoldEvent) -> dict[str, str]:
    """How an event is named."""
    return {"source": event.position[1], "id": event.position[2]}


def plain(value: Any) -> Any:
    """An operand or a value of an event as JSON has it."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value)
    return list(value) if isinstance(value, tuple) else value


def read(customer_id: int, types: Iterable[str]) -> list[Stored]:
    """A customer's stored events of these types in their order, also those that do not count."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT counts, settled_at IS NOT NULL, id, source, event_id, type, time, data::text,
                 segments, release, points_percent
               FROM growth_bankevent WHERE customer_id = %s AND type = ANY(%s)""",
            [customer_id, sorted(types)],
        )
        found = [
            Stored(fold_event(*row), counts, settled) for counts, settled, *row in cursor.fetchall()
        ]
    return sorted(found, key=lambda stored: stored.event.position)


def reversals(customer_id: int) -> dict[tuple[str, str], dict[str, str]]:
    """Events that take others back, by what they take back (the first that counts)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT target_source, target_event_id, source, event_id FROM growth_bankevent
               WHERE customer_id = %s AND type = %s AND counts AND target_event_id IS NOT NULL
               ORDER BY time DESC, source DESC, event_id DESC""",
            [customer_id, REVERSED],
        )
        return {(a, b): {"source": source, "id": name} for a, b, source, name in cursor.fetchall()}
