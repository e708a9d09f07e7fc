"""Settle events: fold customers' events into progress, and post what completed.

What the fold says minus what stands already is what is posted, as awards or reversals. The
customers must be locked, and the caller's transaction makes all of it happen or nothing.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

import orjson

from growth import awards, bankday, levels, payments, prepared, privileges, segments
from growth.bulk import array, columns, rows_as
from growth.fold import Completion, FoldEvent, Position, State, fold
from growth.models import Customer
from growth.retrying import blameless
from growth.rules import Rules
from growth.undoing import Judging, marked
from growth.values import read_data


@dataclass
class Locked:
    """A locked customer: where the fold stands, and what is new for it."""

    customer_id: int
    folded: Position | None
    folded_release: int
    new: list[FoldEvent] = field(default_factory=list)
    enrolled_now: bool = False
    refold: bool = False
    states: dict[int, State] | None = None  # None: not read yet
    excluded: bool = False  # completes tasks, but is rewarded for none

    def must_refold(self, rules: Rules) -> bool:
        """Whether the stored state cannot simply be folded on."""
        if self.refold or self.folded_release < rules.history_release:
            return True
        if rules.undoing and any(event.type in rules.undoing for event in self.new):
            return True
        first = min((event.position for event in self.new), default=None)
        return bool(self.folded and first and first <= self.folded)


class Poisoned(Exception):
    """Customers whose events cannot be folded, each with why; nothing was written."""

    def __init__(self, errors: dict[int, Exception]) -> None:
        super().__init__(f"{len(errors)} customers cannot be folded: {next(iter(errors.values()))}")
        self.errors = errors


def settle(customers: Sequence[Locked], rules: Rules, today: date) -> None:
    """Fold what is new for these customers and post the outcome.

    Raises:
        Poisoned: events of some customers cannot be folded.
    """
    again: list[Locked] = []
    onward: list[Locked] = []
    for customer in customers:
        (again if customer.must_refold(rules) else onward).append(customer)
    states = read_states([c.customer_id for c in onward if c.states is None])
    new_states: dict[int, dict[int, State]] = {}
    completed: dict[int, list[Completion]] = {}
    poisoned: dict[int, Exception] = {}
    for customer in onward:
        events = sorted(customer.new, key=lambda event: event.position)
        before = (
            states.get(customer.customer_id, {}) if customer.states is None else customer.states
        )
        try:
            after, done = fold(rules.for_event, before, events)
        except Exception as error:
            _note_poison(poisoned, customer, error)
            continue
        changed = {task: state for task, state in after.items() if before.get(task) is not state}
        new_states[customer.customer_id] = changed
        if done:
            completed[customer.customer_id] = done
    complete = refold(again, rules, new_states, poisoned) if again else {}
    if poisoned:
        raise Poisoned(poisoned)
    posted = awards.post(
        completed | complete,
        complete=complete.keys(),
        versions=rules.by_version,
        excluded={customer.customer_id for customer in customers if customer.excluded},
        today=today,
    )
    with prepared.pipeline():
        payments.post(posted.due, today)
        _write(new_states, customers, rules)
        graded = levels.grade(posted.regrade, today=today, versions=rules.schemes)
    payments.give(posted.due)
    privileges.settle(graded.brought, today)
    _refresh_segments(customers, graded.changed, rules, today)


def _note_poison(poisoned: dict[int, Exception], customer: Locked, error: Exception) -> None:
    """Go on with the others: whoever called can then settle all but the poisoned at once."""
    if blameless(error):
        raise error
    poisoned[customer.customer_id] = error


def refold(
    customers: list[Locked],
    rules: Rules,
    new_states: dict[int, dict[int, State]],
    poisoned: dict[int, Exception],
) -> dict[int, list[Completion]]:
    """Fold all stored events of these customers again; returns all that they ever completed."""
    ids = [customer.customer_id for customer in customers]
    stored = read_states(ids)
    events = read_events(ids, rules)
    completed: dict[int, list[Completion]] = {}
    for customer in customers:
        customer_id = customer.customer_id
        mine = events.get(customer_id, [])
        try:
            after, done = fold(rules.for_event, {}, mine)
        except Exception as error:
            _note_poison(poisoned, customer, error)
            continue
        if mine:
            # Stored events that still wait to be settled are folded now, too.
            customer.folded = max(mine[-1].position, customer.folded or mine[-1].position)
        gone: dict[int, State] = {
            task: {} for task in stored.get(customer_id, {}) if task not in after
        }
        new_states[customer_id] = {**after, **gone}
        completed[customer_id] = done
    return completed


def read_states(customer_ids: list[int]) -> dict[int, dict[int, State]]:
    """Stored progress by customer and task."""
    found: dict[int, dict[int, State]] = {}
    if not customer_ids:
        return found
    with prepared.cursor() as cursor:
        cursor.execute(
            """SELECT customer_id, task_id, state::text FROM growth_taskprogress
               WHERE customer_id = ANY(%s::bigint[])""",
            [array(customer_ids)],
        )
        for customer_id, task_id, state in cursor.fetchall():
            found.setdefault(customer_id, {})[task_id] = orjson.loads(state)
    return found


def parse_states(text: str | None) -> dict[int, State]:
    """States by task, as PostgreSQL aggregates them."""
    return {int(task): state for task, state in orjson.loads(text).items()} if text else {}


class Reading(Judging, Protocol):
    """Versions that judge events, and the types of all the events that they have to see."""

    @property
    def event_types(self) -> Iterable[str]: ...


def read_events(customer_ids: list[int], rules: Reading) -> dict[int, Sequence[FoldEvent]]:
    """Stored events that count, as these rules see them, by customer and in the order of events."""
    found: dict[int, list[FoldEvent]] = {}
    with prepared.cursor() as cursor:
        cursor.execute(
            """SELECT customer_id, id, source, event_id, type, time, data::text, segments, release,
                 points_percent
               FROM growth_bankevent
               WHERE customer_id = ANY(%s::bigint[]) AND type = ANY(%s) AND counts""",
            [array(customer_ids), list(rules.event_types)],
        )
        for row in cursor.fetchall():
            found.setdefault(row[0], []).append(fold_event(*row[1:]))
    for events in found.values():
        events.sort(key=lambda event: event.position)
    return {customer_id: marked(rules, events) for customer_id, events in found.items()}


def fold_event(
    pk: int,
    source: str,
    event_id: str,
    event_type: str,
    time: datetime,
    data: str | dict[str, Any],
    audience: list[int],
    release: int,
    points_percent: int = 100,
) -> FoldEvent:
    """A stored event as the fold reads it."""
    return FoldEvent(
        position=(time, source, event_id),
        pk=pk,
        day=bankday.day_of(time),
        type=event_type,
        data=read_data(data) if isinstance(data, str) else data,
        audience=frozenset(audience),
        release=release,
        points_percent=points_percent,
    )


_STATES = rows_as("n", customer_id="bigint", task_id="bigint", state="jsonb")
_POSITIONS = rows_as(
    "n", id="bigint", time="timestamptz", source="text", event="text", release="int"
)


_WRITE_STATES = f"""
    INSERT INTO growth_taskprogress (customer_id, task_id, state) SELECT * FROM {_STATES}
    ON CONFLICT (customer_id, task_id) DO UPDATE SET state = excluded.state
"""  # noqa: S608
_WRITE_POSITIONS = f"""
    UPDATE growth_customer c SET folded_time = n.time, folded_source = n.source,
      folded_event = n.event, folded_release = n.release
    FROM {_POSITIONS} WHERE c.id = n.id
"""  # noqa: S608

_WRITE_BOTH = f"WITH written AS ({_WRITE_STATES}) {_WRITE_POSITIONS}"


def _write(
    new_states: dict[int, dict[int, State]], customers: Sequence[Locked], rules: Rules
) -> None:
    """Store the states and how far each customer is folded."""
    states = [
        (customer_id, task_id, orjson.dumps(state).decode())
        for customer_id, changed in new_states.items()
        for task_id, state in changed.items()
    ]
    positions = []
    for customer in customers:
        known = [event.position for event in customer.new]
        if customer.folded:
            known.append(customer.folded)
        time, source, event_id = max(known, default=(None, "", ""))
        positions.append((customer.customer_id, time, source, event_id, rules.release))
    with prepared.cursor() as cursor:
        if states:
            cursor.execute(_WRITE_BOTH, [*columns(states), *columns(positions)])
        else:
            cursor.execute(_WRITE_POSITIONS, columns(positions))


def _refresh_segments(
    customers: Sequence[Locked], graded: list[int], rules: Rules, today: date
) -> None:
    """Segments that the new events, or the levels that changed, may have changed."""
    ids = sorted(customer.customer_id for customer in customers)
    context = rules.segment_context(today)
    new = sorted(customer.customer_id for customer in customers if customer.enrolled_now)
    segments.refresh(rules.all_segments(), new, context)
    old = sorted(set(ids) - set(new))
    types: set[str] = {event.type for customer in customers for event in customer.new}
    # A reversal makes events of any type uncounted.
    if any(customer.refold for customer in customers):
        counting = rules.all_segments()
    else:
        counting = rules.segments_counting(types)
    segments.refresh(counting, old, context)
    segments.refresh(rules.level_segments(), sorted(set(graded) - set(new)), context)


def differences(rules: Rules, batch: int = 2000) -> Iterable[str]:
    """Customers whose stored progress is not what folding all their events gives."""
    last = 0
    while ids := list(
        Customer.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:batch]
    ):
        last = ids[-1]
        stored, events = read_states(ids), read_events(ids, rules)
        completed: dict[int, list[Completion]] = {}
        for customer_id in ids:
            try:
                folded, done = fold(rules.for_event, {}, events.get(customer_id, []))
            except Exception as error:  # a poison event; its customer waits as a dead letter
                yield f"customer {customer_id}: cannot be folded, {type(error).__name__}"
                continue
            kept = {task: state for task, state in stored.get(customer_id, {}).items() if state}
            if json.loads(json.dumps(folded)) != {str(task): kept[task] for task in kept}:
                yield f"customer {customer_id}: stored progress is not what the events say"
            completed[customer_id] = done
        yield from awards.differences(completed)
