"""The events of a back-test: read in slices of customers, folded, and added up.

Nothing is kept of an event but what it completed. Completions that a limit may refuse are
judged later, in the order of events over all customers.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from django.db import connection

from growth import bankday, prepared
from growth.awards import EXCLUDED, IMPLAUSIBLE
from growth.backtest.worlds import Plan, World
from growth.fold import fold
from growth.models import Customer
from growth.progress import fold_event
from growth.task_rules import Completion, FoldEvent
from growth.undoing import marked

DRAFT, LIVE = 0, 1
FETCHED = 2000
SLICE = 20_000  # events, about
BUCKETS = 2000

# Order of judging (time, source, id, customer, task, key), then world, day, points, growth value,
# and the version.
Asking = tuple[int, str, str, int, int, int, int, int, int, int, int]
Cell = tuple[int, int, int]  # world, task, day as its ordinal
Refusal = tuple[int, int, int, str]  # the same, and the reason


class Slice(NamedTuple):
    """Customers of these ids (the last one not included), and how many events they have."""

    first: int
    end: int
    events: int


def nothing() -> list[int]:
    """No completions, no points, no growth value."""
    return [0, 0, 0]


@dataclass
class Tally:
    """What a slice of customers came to; it is small, whatever the slice."""

    events: int = 0
    # completions, points, growth value
    given: dict[Cell, list[int]] = field(default_factory=lambda: defaultdict(nothing))
    refused: dict[Refusal, int] = field(default_factory=lambda: defaultdict(int))
    customers: dict[tuple[int, int], int] = field(default_factory=lambda: defaultdict(int))
    steps: dict[Cell, int] = field(default_factory=lambda: defaultdict(int))  # world, task, number
    # by customer: points of the draft, points of the live version, whether the draft reached
    # them, and growth value of both
    points: dict[int, list[int]] = field(default_factory=dict)
    asking: list[Asking] = field(default_factory=list)


def slices(plan: Plan) -> list[Slice]:
    """All customers with events of the plan, cut so that each slice has about as many."""
    where, values = _where(plan)
    with prepared.cursor() as cursor:
        cursor.execute("SELECT coalesce(min(id), 0), coalesce(max(id), 0) + 1 FROM growth_customer")
        first, end = cursor.fetchone()
        cursor.execute(
            f"""SELECT width_bucket(customer_id, %s::bigint, %s::bigint, {BUCKETS}) AS b, count(*)
                FROM growth_bankevent WHERE {where} GROUP BY b ORDER BY b""",  # noqa: S608
            [first, end, *values],
        )
        buckets = cursor.fetchall()
    found: list[Slice] = []
    begin, events = first, 0
    for bucket, count in buckets:
        events += count
        if events >= SLICE:
            # Rounded as width_bucket cuts; whoever is at an edge is in one slice all the same.
            until = first + -(-bucket * (end - first) // BUCKETS)
            found.append(Slice(begin, until, events))
            begin, events = until, 0
    return [*found, Slice(begin, end, events)] if events else found


def read(plan: Plan, part: Slice) -> Tally:
    """Fold the events of a slice and add up what they complete."""
    tally, excluded = Tally(), _excluded(part)
    for customer_id, events in groupby(_rows(plan, part), key=itemgetter(0)):
        mine = [fold_event(*row[1:]) for row in events]
        mine.sort(key=attrgetter("position"))
        tally.events += len(mine)
        for number, world in enumerate((plan.draft, plan.live)):
            if world.tried:
                done = _completed(plan, world, mine)
                if customer_id in excluded:
                    _refuse(tally, number, world, done)
                else:
                    _add(tally, number, world, customer_id, done)
    return tally


def _excluded(part: Slice) -> set[int]:
    """Customers who are rewarded for nothing."""
    found = Customer.objects.filter(pk__gte=part.first, pk__lt=part.end).exclude(excluded="")
    return set(found.values_list("pk", flat=True))


def _completed(plan: Plan, world: World, events: Sequence[FoldEvent]) -> Iterable[Completion]:
    """What the tried tasks complete on the days under test."""
    states: dict[int, Any] = {}
    events = marked(world, events)
    if plan.first:
        earlier = [event for event in events if event.day < plan.first]
        events = events[len(earlier) :]
        if earlier:
            states, _done = fold(world.before, states, earlier)
    _states, completed = fold(world.for_event, states, events)
    shown = world.tried.keys() | world.rival_ids
    return [done for done in completed if done.rule.task_id in shown]


def _add(
    tally: Tally, number: int, world: World, customer_id: int, completed: Iterable[Completion]
) -> None:
    """Count what was completed, by task and day; put aside what a limit has to let pass."""
    reached = set()
    for done in completed:
        task_id, day = done.rule.task_id, done.event.day.toordinal()
        if task_id in world.rival_ids:
            if (done.points or done.rule.limit) and not done.implausible:
                tally.asking.append(_asking(number, customer_id, done, day))
        elif done.implausible:
            tally.refused[number, task_id, day, IMPLAUSIBLE] += done.times
        elif task_id in world.limited:
            tally.asking.append(_asking(number, customer_id, done, day))
        else:
            given = tally.given[number, task_id, day]
            given[0] += 1
            given[1] += done.points
            given[2] += done.growth
            reached.add(task_id)
            if done.rule.milestones:
                tally.steps[number, task_id, done.key] += 1
            mine = tally.points.setdefault(customer_id, [0, 0, 0, 0, 0])
            mine[number] += done.points
            mine[3 + number] += done.growth
            mine[2] |= number == DRAFT
    for task_id in reached:
        tally.customers[number, task_id] += 1


def _refuse(tally: Tally, number: int, world: World, completed: Iterable[Completion]) -> None:
    for done in completed:
        if done.rule.task_id not in world.tried:
            continue
        cell = number, done.rule.task_id, done.event.day.toordinal()
        reason = IMPLAUSIBLE if done.implausible else EXCLUDED
        tally.refused[(*cell, reason)] += done.times


def moment_of(asked: Asking) -> datetime:
    """The time of the completing event."""
    return _EPOCH + timedelta(microseconds=asked[0])


def _asking(number: int, customer_id: int, done: Completion, day: int) -> Asking:
    moment, source, event_id = done.event.position
    since = (moment - _EPOCH) // _MICROSECOND
    facts = customer_id, done.rule.task_id, done.key, number, day, done.points, done.growth
    return since, source, event_id, *facts, done.rule.version_id


_EPOCH = datetime(1, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def _where(plan: Plan) -> tuple[str, list[Any]]:
    """What is read: events that count and that some version listens to, of the days it needs."""
    where = "counts AND type = ANY(%s::text[])"
    values: list[Any] = [plan.event_types]
    bounds: list[tuple[str, date | None]] = [("<", plan.last and plan.last + timedelta(days=1))]
    if not (plan.draft.looks_back or plan.live.looks_back):
        bounds.append((">=", plan.first))
    for sign, day in bounds:
        if day:
            where += f" AND time {sign} %s::timestamptz"
            values.append(datetime.combine(day, time(), bankday.zone()))
    return where, values


def _rows(plan: Plan, part: Slice) -> Iterator[tuple[Any, ...]]:
    """Events of a slice as ``fold_event`` wants them, with the customer first; one by one."""
    where, values = _where(plan)
    connection.ensure_connection()
    # Data travels only for types of which some rule reads it.
    query = f"""
        SELECT customer_id, id, source, event_id, type, time,
          CASE WHEN type = ANY(%s::text[]) THEN data::text ELSE '{{}}' END, segments, release,
          points_percent
        FROM growth_bankevent
        WHERE customer_id >= %s AND customer_id < %s AND {where} ORDER BY customer_id, time
    """  # noqa: S608
    with connection.connection.cursor(name="backtest", withhold=False) as cursor:
        cursor.itersize = FETCHED
        cursor.execute(query, [plan.read_types, part.first, part.end, *values], binary=True)
        yield from cursor
