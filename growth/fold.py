"""Progress as a pure fold: ``step(rule, state, event, unlocked) -> (state, completions)``.

No database, no clock, no randomness. Live intake, refolding after a late or reversed event,
back-tests and reconciliation all call this one function, one customer's events in the order of
``position``; so the outcome depends on the set of events and never on how they arrived.

A state is a small JSON object (it is stored as it is):

* ``n``: completions so far, ``first``: position of the first one (as a list)
* ``count`` and ``period``: matching events in the period under way (once: in the life)
* ``done``: the last period that was completed
* ``left``: what has gathered towards the next cumulative completion, as decimal text
* ``total`` and ``top``: what has gathered towards milestones, and the highest target reached
* ``given``: growth value that the visits of the day ``period`` have brought
* ``day`` and ``run``: the last day of the run of days under way, and its length
* ``days`` and ``made``: where days can be made up, the last days that counted and that were
* ``seen``: values of ``distinct_by`` that have counted

How each kind advances its state stands in ``growth.kinds``.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from growth.conditions import Where
from growth.kinds import ADVANCE
from growth.task_rules import (
    CHOICE,
    MADE_UP,
    MAKE_UP_SOURCE,
    Completion,
    FoldEvent,
    Position,
    State,
    TaskRule,
)
from growth.values import canonical

# A stable code, and what of the rule it is about (a required task's id, or a condition).
Obstacle = tuple[str, int | Where | None]


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
    if rule.distinct_by and not is_make_up(rule, event):
        mark = distinct_mark(rule, event)
        seen = state.get("seen", [])
        if mark is None or mark in seen:
            return state, []
        seen = [*seen, mark]
    state = dict(state)
    if seen:
        state["seen"] = seen
    gains, excess = ADVANCE[rule.kind](rule, state, event)
    completions = [Completion(rule, key, event, reward) for key, reward in gains]
    if excess:
        completions.append(Completion(rule, -event.pk, event, times=excess, implausible=True))
    if completions:
        _note(state, len(gains), event)
    return state, completions


def _note(state: State, completions: int, event: FoldEvent) -> None:
    """Count completions, and remember where the first one was."""
    state["n"] = state.get("n", 0) + completions
    if "first" not in state:
        time, source, event_id = event.position
        state["first"] = [time.isoformat(), source, event_id]


def is_make_up(rule: TaskRule, event: FoldEvent) -> bool:
    """Whether the event stands for a missed day of the task, in place of its own event."""
    return rule.make_up is not None and event.type == MADE_UP


def obstacle(rule: TaskRule, event: FoldEvent, unlocked: Mapping[int, Position]) -> Obstacle | None:
    """The first condition that the event fails, but for ``distinct_by``, which comes after all."""
    if rule.task_id in event.undone:
        return "undone", None
    made_up = is_make_up(rule, event)
    if made_up and (event.position[1] != MAKE_UP_SOURCE or event.data.get("task") != rule.code):
        return "another_task", None
    if (rule.starts and event.day < rule.starts) or (rule.ends and event.day > rule.ends):
        return "outside_window", None
    if rule.segment_id is not None and rule.segment_id not in event.audience:
        return "not_in_audience", None
    for task_id in rule.after:
        first = unlocked.get(task_id)
        if first is None or event.position <= first:
            return "before_prerequisite", task_id
    for condition in () if made_up else rule.where:
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

    ``rules_for(type, release)`` gives the task versions that judge such an event, and under the
    type ``CHOICE`` the choices among tasks, which have no event of their own; ``states`` maps
    task ids to the states so far. Returns the new states and what completed.
    """
    states = dict(states)
    unlocked = {
        task_id: first for task_id, state in states.items() if (first := first_completion(state))
    }
    completed: list[Completion] = []
    for event in events:
        moved: set[int] = set()
        for rule in rules_for(event.type, event.release):
            before = states.get(rule.task_id, {})
            after, new = step(rule, before, event, unlocked)
            if after is before:
                continue
            states[rule.task_id] = after
            moved.add(rule.task_id)
            if new:
                completed += new
                unlocked.setdefault(rule.task_id, event.position)
        if moved and (choices := rules_for(CHOICE, event.release)):
            completed += _choose(choices, states, event, unlocked, moved)
    return states, completed


def _choose(
    rules: Iterable[TaskRule],
    states: dict[int, State],
    event: FoldEvent,
    unlocked: dict[int, Position],
    moved: set[int],
) -> list[Completion]:
    """Complete the choices that are full once ``event`` counted for one of their tasks.

    Most are filled by it. One that came when its tasks were done already is, too. What completes
    may in turn be a task of another choice.
    """
    completed: list[Completion] = []
    waiting = [rule for rule in rules if rule.task_id not in unlocked]
    while ripe := next((rule for rule in waiting if _is_full(rule, event, unlocked, moved)), None):
        waiting.remove(ripe)
        moved.add(ripe.task_id)
        state = dict(states.get(ripe.task_id, {}))
        _note(state, 1, event)
        states[ripe.task_id] = state
        unlocked[ripe.task_id] = event.position
        completed.append(Completion(ripe, state["n"], event, ripe.reward))
    return completed


def _is_full(
    rule: TaskRule, event: FoldEvent, unlocked: Mapping[int, Position], moved: set[int]
) -> bool:
    return (
        not moved.isdisjoint(rule.choose)
        and sum(task_id in unlocked for task_id in rule.choose) >= rule.target
        and obstacle(rule, event, unlocked) is None
    )
