"""What a draft would say for one customer, over the events that are stored. Writes nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from growth import bankday, taskboard
from growth.awards import EXCLUDED, IMPLAUSIBLE
from growth.backtest.worlds import plan
from growth.budgets import Left
from growth.fold import Completion, fold
from growth.limits import Claim, Room, Status
from growth.models import Budget, Customer
from growth.progress import read_events


@dataclass
class Judged:
    """``paid`` are (bank day, points, growth value), ``held`` of them held back at first."""

    paid: list[tuple[date, int, int]] = field(default_factory=list)
    held: int = 0
    refused: Counter[str] = field(default_factory=Counter)  # by reason


@dataclass(frozen=True)
class Preview:
    """A draft judged over a customer's stored events, as the live fold judges.

    Limits, budgets and the pace are judged on the days of the events, as if nobody else had
    drawn on them: the back-test does that. Whoever is ``excluded`` is given nothing.
    """

    events: int
    completions: list[tuple[date, int, int]]
    held: int
    refused: Mapping[str, int]
    excluded: str
    current: Decimal
    target: Decimal

    @property
    def points(self) -> int:
        """Points that it would have paid."""
        return sum(row[1] for row in self.completions)

    @property
    def growth(self) -> int:
        """Growth value that it would have brought."""
        return sum(row[2] for row in self.completions)


def preview(row: dict[str, Any], customer: Customer) -> Preview:
    """Judge all stored events of ``customer`` by a task of the program file.

    Raises:
        ProgramFaults: the task could not be loaded as it is.
    """
    found = plan({"version": 1, "tasks": [row]}, first=None, last=None)
    world = found.draft
    (rule,) = world.tried.values()
    heard = read_events([customer.pk], world).get(customer.pk, [])
    states, completed = fold(world.for_event, {}, heard)
    mine = [done for done in completed if done.rule.task_id == rule.task_id]
    judged = _judge(mine, customer, found.budgets)
    state = states.get(rule.task_id, {})
    unlocked = {task_id for task_id, one in states.items() if "first" in one}
    current, _complete = taskboard.progress(rule, state, bankday.today(), unlocked)
    return Preview(
        events=sum(event.type == rule.event for event in heard),
        completions=judged.paid,
        held=judged.held,
        refused=judged.refused,
        excluded=customer.excluded,
        current=current,
        target=taskboard.target_of(rule, state),
    )


def _judge(
    completed: Iterable[Completion], customer: Customer, budgets: Mapping[str, Budget]
) -> Judged:
    """What would become of completions, in the order of their events."""
    judged, room = Judged(), Room(date.min)
    room.budgets = {b.pk: Left(b.points, b.starts, b.ends, 0) for b in budgets.values()}
    for done in completed:
        if done.implausible:
            judged.refused[IMPLAUSIBLE] += done.times
            continue
        if customer.excluded:
            judged.refused[EXCLUDED] += 1
            continue
        room.today = done.event.day
        verdict = room.admit(Claim(customer.pk, done.rule, done.points, done.event.position[0]))
        if verdict.status == Status.REFUSED:
            judged.refused[verdict.reason] += 1
            continue
        judged.held += verdict.status == Status.PENDING
        judged.paid.append((done.event.day, done.points, done.growth))
    return judged
