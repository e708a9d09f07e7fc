"""Events that a later one undoes for a task: the card is unbound again, the payment refunded.

Pure, and a function of the set of events: an event is undone for a task where a later one of the
type of ``undone_by`` names the same thing within so many days. It then counts for nothing there;
for other tasks it counts as before.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from functools import partial
from itertools import takewhile
from operator import is_not
from typing import Protocol

from growth.task_rules import UNDOES, FoldEvent, Position, TaskRule
from growth.values import canonical

Undone = dict[Position, dict[int, FoldEvent]]


class Judging(Protocol):
    """Versions that judge events, and the types of events by which some of them are undone."""

    @property
    def undoing(self) -> Collection[str]: ...

    @property
    def for_event(self) -> Callable[[str, int], Iterable[TaskRule]]: ...


def marked(rules: Judging, events: Sequence[FoldEvent]) -> Sequence[FoldEvent]:
    """All events of one customer, in order: each with the tasks for which it is undone."""
    found = undone(rules, events)
    if not found:
        return events
    return [
        replace(event, undone=frozenset(found[event.position]))
        if event.position in found
        else event
        for event in events
    ]


def undone(rules: Judging, events: Sequence[FoldEvent]) -> Undone:
    """By position of an event and task, the first event that undid it."""
    found: Undone = defaultdict(dict)
    if not rules.undoing:
        return found
    for event in events:
        if event.type not in rules.undoing:
            continue
        for rule in rules.for_event(UNDOES + event.type, event.release):
            for earlier in takewhile(partial(is_not, event), events):
                if _is_undone(rule, earlier, event):
                    found[earlier.position].setdefault(rule.task_id, event)
    return found


def _is_undone(rule: TaskRule, earlier: FoldEvent, event: FoldEvent) -> bool:
    by = rule.undone_by
    if by is None or earlier.type != rule.event:
        return False
    if by.within_days is not None and (event.day - earlier.day).days > by.within_days:
        return False
    if not by.same:
        return True
    values = earlier.data.get(by.same), event.data.get(by.same)
    return None not in values and canonical(values[0]) == canonical(values[1])
