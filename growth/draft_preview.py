"""What a draft would say for one customer, over the events that are stored. Writes nothing."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from growth import bankday, taskboard
from growth.backtest.worlds import plan
from growth.fold import Completion, fold
from growth.models import Customer
from growth.progress import read_events


@dataclass(frozen=True)
class Preview:
    """A draft judged over a customer's stored events, as the live fold judges.

    ``completions`` are (bank day, points, growth value); what ``per_customer`` would refuse is
    left out and counted in ``refused``, as are implausible ones. Limits of all customers and
    budgets are not looked at: the back-test does that.
    """

    events: int
    completions: list[tuple[date, int, int]]
    refused: int
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
    world = plan({"version": 1, "tasks": [row]}, first=None, last=None).draft
    (rule,) = world.tried.values()
    heard = read_events([customer.pk], world).get(customer.pk, [])
    states, completed = fold(world.for_event, {}, heard)
    mine = [done for done in completed if done.rule.task_id == rule.task_id]
    paid, refused = _within_limit(mine, rule.limit.get("per_customer"))
    state = states.get(rule.task_id, {})
    unlocked = {task_id for task_id, one in states.items() if "first" in one}
    current, _complete = taskboard.progress(rule, state, bankday.today(), unlocked)
    return Preview(
        events=sum(event.type == rule.event for event in heard),
        completions=[(done.event.day, done.points, done.growth) for done in paid],
        refused=refused,
        current=current,
        target=taskboard.target_of(rule, state),
    )


def _within_limit(completed: list[Completion], most: int | None) -> tuple[list[Completion], int]:
    """What would be paid, in the order of events, and how many completions would not."""
    plausible = [done for done in completed if not done.implausible]
    paid = plausible if most is None else plausible[:most]
    implausible = sum(done.times for done in completed if done.implausible)
    return paid, len(plausible) - len(paid) + implausible
