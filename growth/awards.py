"""Awards: make what customers were given equal to what the fold says they completed."""

from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Any, NamedTuple

from django.db import transaction

from growth import bankday, ledger, levels, limits, prepared, registry, segments
from growth.bulk import columns, rows_as
from growth.errors import NothingToClaim
from growth.fold import Completion, TaskRule
from growth.ledger import Earning
from growth.levels import GrowthPosting
from growth.models import GrowthEntry, GrowthTask, TaskCompletion
from growth.rules import hold_release

Status = TaskCompletion.Status
Key = tuple[int, int, int]  # customer, task, key of the completion

# What of a completion follows from the fold alone.
FACTS = ("version_id", "event_id", "day", "points", "growth", "benefit", "times")


def post(
    completed: dict[int, list[Completion]],
    *,
    complete: Collection[int],
    counted: AbstractSet[int],
    today: date,
) -> set[int]:
    """Post completions by customer, reverse what no longer stands.

    Of the customers in ``complete`` they are all that these ever had, so that any other is to
    be reversed; of the rest they are only the new ones. ``counted`` are the tasks with limits.
    Returns the customers whose growth value may have changed.
    """
    wanted = {
        (customer_id, completion.rule.task_id, completion.key): completion
        for customer_id, completions in completed.items()
        for completion in completions
    }
    # Elsewhere the upsert itself leaves alone what stands; a limit must know beforehand.
    existing = _existing([k for k in wanted if k[1] in counted and k[0] not in complete])
    if complete:
        rows = TaskCompletion.objects.filter(customer__in=complete)
        existing |= {(row.customer_id, row.task_id, row.key): row for row in rows}
    standing = {key: row for key, row in existing.items() if row.status != Status.REVERSED}
    gone = [row for key, row in standing.items() if key not in wanted and not _kept(row)]
    moved = [
        (row, wanted[key])
        for key, row in standing.items()
        if key in wanted and _differs(row, wanted[key])
    ]
    fresh = {key: completion for key, completion in wanted.items() if key not in standing}
    touched = {row.task_id for row in gone} | {row.task_id for row, _ in moved}
    # All at once and in order, so that crossing batches cannot deadlock.
    limits.hold(counted & (touched | {task_id for _, task_id, _ in fresh}), today)
    for row in gone:
        reverse(row, today)
    for row, completion in moved:
        _adjust(row, completion, today)
    _insert(fresh, existing, today)
    changed = {row.customer_id for row in gone} | {row.customer_id for row, _ in moved}
    return changed | {customer_id for customer_id, *_ in fresh}


_KEYS = rows_as("k", customer_id="bigint", task_id="bigint", key="bigint")


def _existing(keys: list[Key]) -> dict[Key, TaskCompletion]:
    if not keys:
        return {}
    with prepared.cursor() as cursor:
        cursor.execute(
            f"""SELECT id FROM growth_taskcompletion
                JOIN {_KEYS} USING (customer_id, task_id, key)""",  # noqa: S608
            columns(keys),
        )
        ids = [pk for (pk,) in cursor.fetchall()]
    rows = TaskCompletion.objects.filter(pk__in=ids) if ids else ()
    return {(row.customer_id, row.task_id, row.key): row for row in rows}


def _kept(row: TaskCompletion) -> bool:
    """Earned before its task was judged anew over history, and its cause still stands."""
    return row.pinned and row.event.counts


def _facts(completion: Completion) -> dict[str, Any]:
    return {
        "version_id": completion.rule.version_id,
        "event_id": completion.event.pk,
        "day": completion.event.day,
        "points": completion.points,
        "growth": completion.growth,
        "benefit": completion.benefit,
        "times": completion.times,
    }


def _insert(fresh: dict[Key, Completion], existing: dict[Key, TaskCompletion], today: date) -> None:
    """Write completions that are new (or came back after a reversal) and pay them."""
    if not fresh:
        return
    ordered = sorted(fresh, key=lambda key: (fresh[key].event.position, key))
    statuses: dict[Key, tuple[str, str]] = {}
    asking = []
    for key in ordered:
        completion, row = fresh[key], existing.get(key)
        if completion.implausible:
            statuses[key] = Status.REFUSED, "implausible"
        elif row is not None and row.reason:
            statuses[key] = Status.REFUSED, row.reason  # a refusal is final
        elif completion.rule.manual:
            statuses[key] = Status.CLAIMABLE, ""
        else:
            asking.append(key)
    claims = [limits.Claim(key[0], fresh[key].rule, fresh[key].points) for key in asking]
    for key, reason in zip(asking, limits.admit(claims, today=today), strict=True):
        statuses[key] = (Status.REFUSED if reason else Status.POSTED), reason
    ids = _upsert(ordered, fresh, statuses, today)
    due = [
        Due(*ids[key], key[0], (done := fresh[key]).rule, done.event.day, done.points, done.growth,
            done.benefit)
        for key in ordered
        if key in ids and statuses[key][0] == Status.POSTED
    ]  # fmt: skip
    _pay(due, today)


_UPSERT = f"""
    INSERT INTO growth_taskcompletion AS c (customer_id, task_id, key, version_id, event_id, day,
      points, growth, benefit, times, status, reason, posted_on, postings, pinned)
    SELECT n.*, 1, false FROM {
    rows_as(
        "n",
        customer_id="bigint",
        task_id="bigint",
        key="bigint",
        version_id="bigint",
        event_id="bigint",
        day="date",
        points="int",
        growth="int",
        benefit="text",
        times="bigint",
        status="text",
        reason="text",
        posted_on="date",
    )
}
    ON CONFLICT (customer_id, task_id, key) DO UPDATE SET version_id = excluded.version_id,
      event_id = excluded.event_id, day = excluded.day, points = excluded.points,
      growth = excluded.growth, benefit = excluded.benefit, times = excluded.times,
      status = excluded.status, reason = excluded.reason, posted_on = excluded.posted_on,
      postings = c.postings + 1, pinned = false
    WHERE c.status = 'reversed'
    RETURNING id, postings, customer_id, task_id, key
"""  # noqa: S608


def _upsert(
    ordered: list[Key],
    fresh: dict[Key, Completion],
    statuses: dict[Key, tuple[str, str]],
    today: date,
) -> dict[Key, tuple[int, int]]:
    """Returns (id, number of the posting) by key, without what stands already."""
    rows = []
    for key in ordered:
        status, reason = statuses[key]
        posted_on = today if status == Status.POSTED else None
        rows.append((*key, *_facts(fresh[key]).values(), str(status), reason, posted_on))
    with prepared.cursor() as cursor:
        cursor.execute(_UPSERT, columns(rows))
        return {(row[2], row[3], row[4]): (row[0], row[1]) for row in cursor.fetchall()}


class Due(NamedTuple):
    """A completion to pay, and what; ``day`` is the bank day of the completing event."""

    pk: int
    posting: int
    customer_id: int
    rule: TaskRule
    day: date
    points: int
    growth: int
    benefit: str

    @property
    def key(self) -> str:
        return f"award:{self.pk}:{self.posting}"


def _pay(due: list[Due], today: date) -> None:
    """Pay completions: points, growth value and benefits."""
    earnings = [
        Earning(
            row.customer_id,
            row.points,
            row.key,
            row.rule.code,
            _origin(row.rule, row.pk, row.day),
            bankday.expires_on(row.rule.points_expire, today),
        )
        for row in due
    ]
    growth = [
        GrowthPosting(row.key, row.customer_id, row.growth, row.day, row.rule.code) for row in due
    ]
    with prepared.pipeline():
        ledger.post_earnings(earnings, today=today)
        levels.post_growth(growth)
    for row in due:
        if row.benefit:
            registry.reward_payers["benefit"](
                customer_id=row.customer_id, code=row.benefit, key=row.key
            )


def _origin(rule: TaskRule, completion_id: int, day: date) -> dict[str, Any]:
    """What statements say of an earning; ``day`` is the bank day of the completing event."""
    return {"task": rule.code, "completion": completion_id, "day": day.isoformat()}


def reverse(row: TaskCompletion, today: date) -> None:
    """Take a completion back with all that it gave. The customer must be locked."""
    if row.status == Status.POSTED:
        award = f"award:{row.pk}:{row.postings}"
        _take_points(row, row.points, award, today)
        _add_growth(row, -row.growth, row.day, f"{award}:reversed")
        if row.benefit:
            registry.reward_reversers["benefit"](customer_id=row.customer_id, key=award)
        day = row.posted_on or today
        limits.count(row.task_id, day, completions=-1, points=-row.points)
    row.status, row.pinned = Status.REVERSED, False
    row.save(update_fields=["status", "pinned"])


def _take_points(row: TaskCompletion, points: int, award: str, today: date) -> None:
    """Take back points of an award, the newest corrections of it first."""
    moved = ledger.earnings_of(row.customer_id, award)
    for earning_key, amount in moved:
        part = min(points, amount)
        if part:
            key = f"{earning_key}:reversed:{amount - part}"
            ledger.take_back(
                earning_key=earning_key, points=part, key=key, reason="reversed", today=today
            )
            points -= part


def _add_growth(row: TaskCompletion, value: int, day: date, key: str) -> None:
    code = row.task.code
    levels.post_growth([GrowthPosting(key, row.customer_id, value, day, code)])


def _facts_now(row: TaskCompletion, completion: Completion) -> dict[str, Any]:
    """What a standing completion is to say. A benefit that was handed out goes with its cause."""
    kept = {"benefit": row.benefit} if row.status == Status.POSTED else {}
    return _facts(completion) | kept


def _differs(row: TaskCompletion, completion: Completion) -> bool:
    facts = _facts_now(row, completion)
    return any(getattr(row, name) != facts[name] for name in FACTS) and not _kept(row)


def _adjust(row: TaskCompletion, completion: Completion, today: date) -> None:
    """The same completion by another event or version: post only what differs."""
    facts = _facts_now(row, completion)
    if row.status == Status.POSTED:
        number = f"{row.pk}:{row.postings}:{completion.event.pk}:{completion.rule.version_id}"
        if (row.growth, row.day) != (facts["growth"], facts["day"]):
            stamp = f"award:{number}:{_growth_moves(row)}"
            _add_growth(row, -row.growth, row.day, f"{stamp}:from")
            _add_growth(row, facts["growth"], facts["day"], f"{stamp}:to")
        more = facts["points"] - row.points
        if more > 0:
            ledger.post_earnings([_correction(row, completion, more, today)], today=today)
        elif more < 0:
            _take_points(row, -more, f"award:{row.pk}:{row.postings}", today)
        limits.count(row.task_id, row.posted_on or today, points=more)
    for name in FACTS:
        setattr(row, name, facts[name])
    row.pinned = False
    row.save(update_fields=[*FACTS, "pinned"])


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
        _origin(rule, row.pk, completion.event.day),
        bankday.expires_on(rule.points_expire, today),
    )


@transaction.atomic
def claim(*, customer_id: int, task: GrowthTask) -> list[TaskCompletion]:
    """Post all that waits to be claimed of a task, once. Returns what was posted or refused.

    It is paid as the versions promise under which it was earned.

    Raises:
        NothingToClaim: nothing waits; also when the claim came twice.
    """
    rules, now = hold_release()
    ledger.lock_customers([customer_id])
    today = now.astimezone(bankday.zone()).date()
    rows = list(
        TaskCompletion.objects.filter(
            customer_id=customer_id, task=task, status=Status.CLAIMABLE
        ).order_by("key")
    )
    if not rows:
        raise NothingToClaim
    claims = [
        limits.Claim(customer_id, rules.by_version[row.version_id], row.points) for row in rows
    ]
    due = []
    reasons = limits.admit(claims, today=today)
    for row, asked, reason in zip(rows, claims, reasons, strict=True):
        row.status = Status.REFUSED if reason else Status.POSTED
        row.reason, row.posted_on = reason, None if reason else today
        if not reason:
            facts = row.day, row.points, row.growth, row.benefit
            due.append(Due(row.pk, row.postings, customer_id, asked.rule, *facts))
    TaskCompletion.objects.bulk_update(rows, ["status", "reason", "posted_on"])
    _pay(due, today)
    risen = levels.regrade([customer_id], today=today, versions=rules.schemes)
    segments.refresh(rules.level_segments(), risen, rules.segment_context(today))
    return rows


def differences(customer_id: int, done: list[Completion]) -> Iterable[str]:
    """Where a customer's standing completions are not what the fold says."""
    rows = TaskCompletion.objects.filter(customer=customer_id).exclude(status=Status.REVERSED)
    standing = {(row.task_id, row.key) for row in rows if not row.pinned}
    pinned = {(row.task_id, row.key) for row in rows if row.pinned}
    folded = {(completion.rule.task_id, completion.key) for completion in done}
    for task_id, key in sorted((folded - standing - pinned) | (standing - folded)):
        yield f"customer {customer_id}: task {task_id}, completion {key} differs from the events"
