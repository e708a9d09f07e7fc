"""Correct awards whose cause is gone or has changed. The customer must be locked."""

from datetime import date, timedelta
from typing import Any

from growth import bankday, ledger, levels, registry
from growth.fold import Completion, TaskRule
from growth.ledger import Earning
from growth.levels import GrowthPosting
from growth.limits import AWARDED, Room
from growth.models import GrowthEntry, TaskCompletion
from growth.payments import origin

Status = TaskCompletion.Status

# What of a completion follows from the fold alone.
FACTS = ("version_id", "event_id", "day", "points", "growth", "benefit", "badge", "times")


def facts(completion: Completion) -> dict[str, Any]:
    """``FACTS`` of a completion."""
    return {
        "version_id": completion.rule.version_id,
        "event_id": completion.event.pk,
        "day": completion.event.day,
        "points": completion.points,
        "growth": completion.growth,
        "benefit": completion.benefit,
        "badge": completion.badge,
        "times": completion.times,
    }


def reverse(row: TaskCompletion, rule: TaskRule, room: Room) -> None:
    """Take a completion back with all that it gave; ``rule`` is the version that it names.

    What was held back was not paid: only its place in the limits and budgets is given up.
    """
    take_away(row, rule, room)
    if row.status == Status.PENDING:
        row.reason = ""  # why it was held is no refusal, should its cause come back
    row.status, row.pinned = Status.REVERSED, False
    row.save(update_fields=["status", "pinned", "reason"])


def take_away(row: TaskCompletion, rule: TaskRule, room: Room) -> None:
    """Take back what a completion gave and reserved; its state is the caller's to set."""
    if row.status == Status.POSTED:
        award = f"award:{row.pk}:{row.postings}"
        _take_points(row, rule, row.points, room.today)
        _add_growth(row, rule, -row.growth, row.day, f"{award}:reversed")
        if row.benefit:
            registry.reward_reversers["benefit"](customer_id=row.customer_id, key=award)
        registry.reward_reversers["badge"](customer_id=row.customer_id, key=award)
    if row.status in AWARDED:
        room.count(rule, row.posted_on or room.today, completions=-1, points=-row.points)


def _take_points(row: TaskCompletion, rule: TaskRule, points: int, today: date) -> None:
    """Take back points of an award, the newest corrections of it first."""
    moved = ledger.earnings_of(row.customer_id, f"award:{row.pk}:{row.postings}")
    for earning_key, amount in moved:
        part = min(points, amount)
        if part:
            key = f"{earning_key}:reversed:{amount - part}"
            ledger.take_back(
                earning_key=earning_key,
                points=part,
                key=key,
                reason="reversed",
                today=today,
                policy=rule.on_reversal,
            )
            points -= part


def _add_growth(row: TaskCompletion, rule: TaskRule, value: int, day: date, key: str) -> None:
    levels.post_growth([GrowthPosting(key, row.customer_id, value, day, rule.code)])


def _facts_now(row: TaskCompletion, completion: Completion) -> dict[str, Any]:
    """What a standing completion is to say. What was handed out goes with its cause alone."""
    handed_out = {"benefit": row.benefit, "badge": row.badge}
    return facts(completion) | (handed_out if row.status == Status.POSTED else {})


def kept(row: TaskCompletion) -> bool:
    """Earned before its task was judged anew over history, and its cause still stands."""
    return row.pinned and row.event.counts


def differs(row: TaskCompletion, completion: Completion) -> bool:
    """Whether a standing completion has to be adjusted to what the fold says."""
    now = _facts_now(row, completion)
    return any(getattr(row, name) != now[name] for name in FACTS) and not kept(row)


def adjust(row: TaskCompletion, completion: Completion, before: TaskRule, room: Room) -> None:
    """The same completion by another event or version: post only what differs.

    ``before`` is the version that it names so far. Limits and budgets count the difference and do
    not refuse it: it is owed.
    """
    now, rule = _facts_now(row, completion), completion.rule
    if row.status == Status.POSTED:
        _post_difference(row, completion, now, room.today)
    if row.status in AWARDED:
        day = row.posted_on or room.today
        room.count(before, day, points=-row.points)
        room.count(rule, day, points=now["points"])
    for name in FACTS:
        setattr(row, name, now[name])
    if row.status in (Status.CLAIMABLE, Status.LAPSED):
        row.claim_by = claim_by(completion)
        row.status = waiting_status(row.claim_by, room.today)
    row.pinned = False
    row.save(update_fields=[*FACTS, "pinned", "claim_by", "status"])


def claim_by(completion: Completion) -> date | None:
    """Last bank day on which it can be claimed, None = no end: counted from its event's day."""
    days = completion.rule.claim_within_days
    return None if days is None else completion.event.day + timedelta(days=days)


def waiting_status(last: date | None, today: date) -> str:
    """Of what is to be claimed up to a day: whether it still can be."""
    return Status.CLAIMABLE if last is None or today <= last else Status.LAPSED


def _post_difference(
    row: TaskCompletion, completion: Completion, now: dict[str, Any], today: date
) -> None:
    rule = completion.rule
    number = f"{row.pk}:{row.postings}:{completion.event.pk}:{rule.version_id}"
    if (row.growth, row.day) != (now["growth"], now["day"]):
        stamp = f"award:{number}:{_growth_moves(row)}"
        _add_growth(row, rule, -row.growth, row.day, f"{stamp}:from")
        _add_growth(row, rule, now["growth"], now["day"], f"{stamp}:to")
    more = now["points"] - row.points
    if more > 0:
        ledger.post_earnings([_correction(row, completion, more, today)], today=today)
    elif more < 0:
        _take_points(row, rule, -more, today)


def _growth_moves(row: TaskCompletion) -> int:
    """How often the growth value of an award was moved, to tell the moves apart."""
    return GrowthEntry.objects.filter(
        customer_id=row.customer_id, key__startswith=f"award:{row.pk}:{row.postings}:"
    ).count()


def _correction(row: TaskCompletion, completion: Completion, points: int, today: date) -> Earning:
    rule = completion.rule
    award = f"award:{row.pk}:{row.postings}"
    return Earning(
        row.customer_id,
        points,
        f"{award}:more:{len(ledger.earnings_of(row.customer_id, award, gross=True))}",
        rule.code,
        origin(rule, row.pk, completion.event.day),
        bankday.expires_on(rule.points_expire, today),
        rule.cost_centre,
    )
