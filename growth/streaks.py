"""Make-up check-ins: a missed day of a streak, made up for later and paid with points.

A make-up is an event of our own in the inbox, with a time in the missed day. So it is judged,
repeated, reversed and folded again as any late event is, and nothing here advances a streak.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction

from growth import bankday, intake, ledger, make_up_prices
from growth.cloudevents import read_event
from growth.errors import (
    AlreadyRewarded,
    DayNotMissed,
    DayTooOld,
    Excluded,
    LimitReached,
    MakeUpUndone,
    NoMakeUps,
    NotFound,
)
from growth.fold import first_completion, fold, step
from growth.models import BankEvent, Customer, GrowthTask, SegmentMembership, TaskCompletion
from growth.progress import read_events
from growth.rules import Rules, hold_release
from growth.task_rules import MADE_UP, MAKE_UP_SOURCE, FoldEvent, State, TaskRule
from growth.values import iso_date


@dataclass(frozen=True, slots=True)
class MadeUp:
    """A day that counts after all, and what it cost."""

    code: str
    day: date
    points: int


@dataclass(frozen=True, slots=True)
class Offer:
    """What a make-up check-in costs in points, and for which days there may be one."""

    points: int
    days: tuple[date, ...]


@transaction.atomic
def make_up_check_in(*, customer_id: int, task: str, day: date) -> MadeUp:
    """Let a missed bank ``day`` of the streak ``task`` count, for the task's price in points.

    Once per customer, task and day: a replay returns the first result and takes nothing. It
    brings no reward again: the days up to the last one given are closed (decision 10).

    Raises:
        NotFound: there is no such task for customers now.
        MakeUpUndone: the bank has undone the make-up for this day; the price was given back.
        Excluded: the customer is rewarded for nothing, so there is nothing to sell.
        NoMakeUps: the task has no make-up check-ins, or its conditions keep this customer out.
        DayNotMissed: the day is not over, counts already, or lies before the streak began.
        DayTooOld: it is further back than the task allows.
        AlreadyRewarded: a reward was given for this day or a later one.
        LimitReached: no make-up is left for the day's calendar month.
        InsufficientPoints: the customer cannot pay the price.
    """
    rules, now = hold_release()
    ledger.lock_customers([customer_id])
    event_id = f"{customer_id}:{task}:{day.isoformat()}"
    if known := _stored(event_id):
        return MadeUp(task, day, known.data["points"])
    customer = Customer.objects.only("ref", "excluded").get(pk=customer_id)
    if customer.excluded:
        raise Excluded
    rule = _rule(rules, task)
    _check_day(rule, day, now.astimezone(bankday.zone()).date())
    _check_month(rule, customer_id, day)
    end = datetime.combine(day, time.max, tzinfo=bankday.zone())
    _check_streak(rules, rule, customer_id, end)
    price = rule.make_up.points if rule.make_up else 0
    origin = {"task": task, "day": day.isoformat()}
    make_up_prices.charge(customer_id=customer_id, event_id=event_id, points=price, origin=origin)
    event = _event(event_id, customer.ref, end, {"task": task, "points": price})
    intake.take_in_whole([read_event(event, now=now)])
    _stored(event_id)  # where a reversal came before it, it counts for nothing and is not sold
    return MadeUp(task, day, price)


def _stored(event_id: str) -> BankEvent | None:
    """The make-up as it stands, None where there is none."""
    known = BankEvent.objects.filter(source=MAKE_UP_SOURCE, event_id=event_id).first()
    if known and not known.counts:
        raise MakeUpUndone
    return known


def _event(event_id: str, ref: str, end: datetime, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": event_id,
        "source": MAKE_UP_SOURCE,
        "type": MADE_UP,
        "subject": ref,
        "time": end.isoformat(),
        "data": data,
    }


def _rule(rules: Rules, code: str) -> TaskRule:
    task_id = GrowthTask.objects.filter(code=code).values_list("pk", flat=True).first()
    rule = rules.by_task.get(task_id) if task_id else None
    if rule is None:
        raise NotFound("There is no such task.")
    if rule.make_up is None:
        raise NoMakeUps
    return rule


def _check_day(rule: TaskRule, day: date, today: date) -> None:
    if day >= today:
        raise DayNotMissed("That day is not over yet.")
    if rule.make_up and day < today - timedelta(days=rule.make_up.days_back):
        raise DayTooOld


def _check_month(rule: TaskRule, customer_id: int, day: date) -> None:
    """Make-ups are counted by the calendar month of the days that they are for."""
    first = day.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    made = BankEvent.objects.filter(
        customer_id=customer_id,
        type=MADE_UP,
        source=MAKE_UP_SOURCE,
        counts=True,
        time__gte=datetime.combine(first, time.min, tzinfo=bankday.zone()),
        time__lt=datetime.combine(following, time.min, tzinfo=bankday.zone()),
        data__task=rule.code,
    ).count()
    if rule.make_up and made >= rule.make_up.per_month:
        raise LimitReached("No make-up check-in is left for that month.")


def _check_streak(rules: Rules, rule: TaskRule, customer_id: int, end: datetime) -> None:
    """That the day was missed, that a make-up would count, and that no reward has closed it."""
    event = _candidate(rules, rule, customer_id, end)
    heard = read_events([customer_id], rules).get(customer_id, [])
    before = [one for one in heard if one.day <= event.day]
    states, _ = fold(rules.for_event, {}, before)
    state = states.get(rule.task_id, {})
    if "day" not in state:
        raise DayNotMissed("The streak had not begun by then.")
    if state["day"] == event.day.isoformat():
        raise DayNotMissed("That day counts already.")
    firsts = {task_id: first_completion(found) for task_id, found in states.items()}
    unlocked = {task_id: first for task_id, first in firsts.items() if first}
    if step(rule, state, event, unlocked)[0] is state:
        raise NoMakeUps
    _, done = fold(rules.for_event, {}, heard)
    given = [one.event.day for one in done if one.rule.task_id == rule.task_id]
    rows = TaskCompletion.objects.filter(customer=customer_id, task=rule.task_id)
    given += rows.exclude(status=TaskCompletion.Status.REVERSED).values_list("day", flat=True)
    if given and max(given) >= event.day:
        raise AlreadyRewarded


def _candidate(rules: Rules, rule: TaskRule, customer_id: int, end: datetime) -> FoldEvent:
    """The make-up as it would be taken in."""
    mine = SegmentMembership.objects.filter(customer=customer_id)
    return FoldEvent(
        position=(end, MAKE_UP_SOURCE, ""),
        pk=0,
        day=end.date(),
        type=MADE_UP,
        data={"task": rule.code},
        audience=frozenset(mine.values_list("segment_id", flat=True)),
        release=rules.release,
    )


def undone_days(customer_id: int) -> dict[str, set[date]]:
    """Days by task for which the bank has undone a make-up: they are not sold again."""
    found: dict[str, set[date]] = {}
    undone = BankEvent.objects.filter(customer=customer_id, type=MADE_UP, source=MAKE_UP_SOURCE)
    for task, moment in undone.filter(counts=False).values_list("data__task", "time"):
        found.setdefault(task, set()).add(bankday.day_of(moment))
    return found


def offer(
    rule: TaskRule,
    state: State,
    given: date | None,
    today: date,
    undone: Collection[date] = (),
) -> Offer | None:
    """The missed days that may be made up for, newest first, as the stored state tells them.

    ``given`` is the day of the last completion, ``undone`` are days of make-ups that the bank has
    undone. None where there is nothing to offer.
    """
    counted = state.get("days", ())
    if rule.make_up is None or not counted:
        return None
    made = [day[:7] for day in state.get("made", ())]
    days = tuple(
        day
        for day in _back(rule, min(counted), given, today)
        if day.isoformat() not in counted
        and day not in undone
        and made.count(day.isoformat()[:7]) < rule.make_up.per_month
    )
    return Offer(rule.make_up.points, days) if days else None


def _back(rule: TaskRule, begun: str, given: date | None, today: date) -> Collection[date]:
    """Days that are open for make-ups, newest first."""
    back = rule.make_up.days_back if rule.make_up else 0
    bounds = (iso_date(begun), given and given + timedelta(days=1), rule.starts)
    first = max(today - timedelta(days=back), *(bound for bound in bounds if bound))
    last = min(today - timedelta(days=1), rule.ends or today)
    return [last - timedelta(days=back) for back in range((last - first).days + 1)]
