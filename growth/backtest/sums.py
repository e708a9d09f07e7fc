"""What a back-test has come to so far. Its size depends on customers, tasks and days, never on
the number of events."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from heapq import nlargest

from growth.backtest.reading import DRAFT, LIVE, Asking, Cell, Refusal, Slice, Tally, nothing

# No task has more milestones than that.
MOST_STEPS = 100


@dataclass(frozen=True)
class Change:
    """A customer's points and growth value by the draft and by the live versions."""

    customer_id: int
    draft: int
    live: int
    growth: int
    live_growth: int


class Sums:
    """Figures by task and day, and each customer's points under both programs."""

    def __init__(self, parts: Sequence[Slice]) -> None:
        self.events = 0
        self.given: dict[Cell, list[int]] = defaultdict(nothing)
        self.refused: dict[Refusal, int] = defaultdict(int)
        self.customers: dict[tuple[int, int], int] = defaultdict(int)
        self._first = parts[0].first if parts else 0
        self._size = parts[-1].end - self._first if parts else 0
        # By customer, from the first one on: arrays stay small where dictionaries would not.
        self._points = tuple(array("q", bytes(8 * self._size)) for _ in (DRAFT, LIVE))
        self._growth = tuple(array("q", bytes(8 * self._size)) for _ in (DRAFT, LIVE))
        # Completions by world, task and number, as milestones are told by it.
        self.steps: dict[tuple[int, int, int], int] = defaultdict(int)
        self._reached = bytearray(self._size)
        self._known: dict[tuple[int, int], bytearray] = {}

    def add(self, tally: Tally) -> None:
        """Add what a slice of customers came to."""
        self.events += tally.events
        for cell, (completions, points, growth) in tally.given.items():
            self._add(cell, completions, points, growth)
        for refusal, times in tally.refused.items():
            self.refused[refusal] += times
        for place, customers in tally.customers.items():
            self.customers[place] += customers
        for step, times in tally.steps.items():
            self.steps[step] += times
        for customer_id, (draft, live, reached, *grown) in tally.points.items():
            index = customer_id - self._first
            for world in (DRAFT, LIVE):
                self._growth[world][index] += grown[world]
            self._points[DRAFT][index] += draft
            self._points[LIVE][index] += live
            self._reached[index] |= reached

    def give(self, asked: Asking) -> None:
        """Count a completion that its limits have let pass."""
        _time, _source, _id, customer_id, task_id, key, world, day, points, growth, _ = asked
        self._add((world, task_id, day), 1, points, growth)
        index = customer_id - self._first
        self._points[world][index] += points
        self._growth[world][index] += growth
        if key <= MOST_STEPS:
            self.steps[world, task_id, key] += 1
        self._reached[index] |= world == DRAFT
        known = self._known.setdefault((world, task_id), bytearray(self._size))
        if not known[index]:
            known[index] = 1
            self.customers[world, task_id] += 1

    def refuse(self, asked: Asking, reason: str) -> None:
        """Count a completion that was refused."""
        self.refused[asked[6], asked[4], asked[7], reason] += 1

    def _add(self, cell: Cell, completions: int, points: int, growth: int) -> None:
        given = self.given[cell]
        given[0] += completions
        given[1] += points
        given[2] += growth

    @property
    def reached(self) -> int:
        """Customers to whom the draft gave something."""
        return sum(self._reached)

    def changes(self, sign: int, most: int) -> tuple[int, int, int, list[Change]]:
        """Who has more points (or as many, and more growth value) by the draft than live (sign 1),
        or fewer (-1).

        Returns how many customers, how many points and how much growth value that is, and those
        with the largest change.
        """
        draft, live = self._points
        grown, live_grown = self._growth
        customers = points = growth = 0

        def changed() -> Iterable[tuple[int, int, int]]:
            nonlocal customers, points, growth
            for index in range(self._size):
                change = (draft[index] - live[index]) * sign
                more = (grown[index] - live_grown[index]) * sign
                if change > 0 or (change == 0 and more > 0):
                    customers += 1
                    points += change
                    growth += more
                    yield change, more, -index

        top = [-index for *_change, index in nlargest(most, changed())]
        rows = [
            Change(self._first + at, draft[at], live[at], grown[at], live_grown[at]) for at in top
        ]
        return customers, points, growth, rows


@dataclass
class Ends:
    """The first day on which each limit (by task and name) and each budget had to refuse."""

    limits: dict[tuple[int, str], int] = field(default_factory=dict)
    budgets: dict[int, int] = field(default_factory=dict)
