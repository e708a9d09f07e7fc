"""What the fold reads and says: events, versions of tasks, completions. No behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from growth.conditions import Where

# Our own event: a check-in of a missed day, made up for later.
MADE_UP = "checkin.made_up"
MAKE_UP_SOURCE = "/zones/make-up"
MAX_DAYS_BACK = 31
# Under this type the rules are found that have no event of their own: choices among tasks.
CHOICE = ""
# Under a type with this before it, the rules are found whose earlier events such an event undoes.
# No event has such a type: texts with NUL are refused.
UNDOES = "\0undoes "

Position = tuple[datetime, str, str]  # time, source, id: the order of events
State = dict[str, Any]


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
    undone: frozenset[int] = frozenset()  # ids of tasks for which a later event undid it


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


class UndoneBy(NamedTuple):
    """A later event that undoes the task's own: with the ``same`` value in that field, where one
    is named, and within so many days."""

    event: str
    same: str = ""
    within_days: int | None = None


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
    undone_by: UndoneBy | None = None

    @property
    def listens(self) -> tuple[str, ...]:
        """Under what types the version is asked for; see ``CHOICE`` and ``UNDOES``."""
        undoes = (UNDOES + self.undone_by.event,) if self.undone_by else ()
        return (self.event, MADE_UP, *undoes) if self.make_up else (self.event, *undoes)

    @property
    def reads(self) -> tuple[str, ...]:
        """Types of the events that the version has to see."""
        return tuple(kind.removeprefix(UNDOES) for kind in self.listens if kind != CHOICE)


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
