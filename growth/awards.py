"""Awards: make what customers were given equal to what the fold says they completed."""

from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from typing import NamedTuple

from growth import corrections, limits, prepared
from growth.bulk import columns, rows_as
from growth.fold import Completion, TaskRule
from growth.limits import Claim, Room, Verdict
from growth.models import TaskCompletion
from growth.payments import Due

Status = TaskCompletion.Status
Key = tuple[int, int, int]  # customer, task, key of the completion

EXCLUDED, IMPLAUSIBLE = "excluded", "implausible"


class Posted(NamedTuple):
    """Customers whose growth value may have changed or will, and what is now due to be paid."""

    regrade: set[int]
    due: list[Due]


def post(
    completed: dict[int, list[Completion]],
    *,
    complete: Collection[int],
    versions: Mapping[int, TaskRule],
    excluded: AbstractSet[int] = frozenset(),
    today: date,
) -> Posted:
    """Post completions by customer, reverse what no longer stands.

    Of the customers in ``complete`` they are all that these ever had, so that any other is to
    be reversed; of the rest they are only the new ones. ``versions`` are all versions of tasks,
    ``excluded`` the customers who are rewarded for nothing. What is new is for the caller to pay.
    """
    wanted = {
        (customer_id, completion.rule.task_id, completion.key): completion
        for customer_id, completions in completed.items()
        for completion in completions
    }
    # Elsewhere the upsert itself leaves alone what stands; a limit must know beforehand.
    existing = _existing(
        [k for k, done in wanted.items() if k[0] not in complete and limits.watches(done.rule)]
    )
    if complete:
        rows = TaskCompletion.objects.filter(customer__in=complete)
        existing |= {(row.customer_id, row.task_id, row.key): row for row in rows}
    standing = {key: row for key, row in existing.items() if row.status != Status.REVERSED}
    gone = [row for key, row in standing.items() if key not in wanted and not corrections.kept(row)]
    moved = [
        (row, wanted[key])
        for key, row in standing.items()
        if key in wanted and corrections.differs(row, wanted[key])
    ]
    fresh = {key: completion for key, completion in wanted.items() if key not in standing}
    corrected = [versions[row.version_id] for row in [*gone, *(row for row, _ in moved)]]
    asked = [done.rule for done in [*fresh.values(), *(done for _, done in moved)]]
    # All at once and in order, so that crossing batches cannot deadlock.
    room = limits.open_room([*corrected, *asked], today)
    for row in gone:
        corrections.reverse(row, versions[row.version_id], room)
    for row, completion in moved:
        corrections.adjust(row, completion, versions[row.version_id], room)
    due = _insert(fresh, existing, room, excluded)
    room.store()
    changed = {row.customer_id for row in gone} | {row.customer_id for row, _ in moved}
    return Posted(changed | {customer_id for customer_id, *_ in fresh}, due)


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


def _insert(
    fresh: dict[Key, Completion],
    existing: dict[Key, TaskCompletion],
    room: Room,
    excluded: AbstractSet[int],
) -> list[Due]:
    """Write completions that are new (or came back after a reversal); returns what to pay."""
    if not fresh:
        return []
    ordered = sorted(fresh, key=lambda key: (fresh[key].event.position, key))
    verdicts = _judged(ordered, fresh, existing, room, excluded)
    written = _upsert(ordered, fresh, verdicts, room.today)
    return [
        Due.of(pk, posting, key[0], fresh[key])
        for key, (pk, posting, status) in written.items()
        if status == Status.POSTED
    ]


def _judged(
    ordered: list[Key],
    fresh: dict[Key, Completion],
    existing: dict[Key, TaskCompletion],
    room: Room,
    excluded: AbstractSet[int],
) -> dict[Key, Verdict]:
    """What becomes of each completion, in the order of their events."""
    verdicts: dict[Key, Verdict] = {}
    asking: dict[Key, Claim] = {}
    for key in ordered:
        completion, row = fresh[key], existing.get(key)
        if completion.implausible:
            verdicts[key] = Verdict(Status.REFUSED, IMPLAUSIBLE)
        elif row is not None and row.reason:
            verdicts[key] = Verdict(Status.REFUSED, row.reason)  # a refusal is final
        elif key[0] in excluded:
            verdicts[key] = Verdict(Status.REFUSED, EXCLUDED)
        elif completion.rule.manual:
            last = corrections.claim_by(completion)
            verdicts[key] = Verdict(corrections.waiting_status(last, room.today))
        else:
            time = completion.event.position[0]
            asking[key] = Claim(key[0], completion.rule, completion.points, time)
    admitted = limits.admit(room, list(asking.values()))
    return verdicts | dict(zip(asking, admitted, strict=True))


# What was refused before its cause went stays refused when the cause comes back.
_UPSERT = f"""
    INSERT INTO growth_taskcompletion AS c (customer_id, task_id, key, version_id, event_id, day,
      points, growth, benefit, badge, times, status, reason, posted_on, claim_by, due_on, postings,
      pinned)
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
        badge="text",
        times="bigint",
        status="text",
        reason="text",
        posted_on="date",
        claim_by="date",
        due_on="date",
    )
}
    ON CONFLICT (customer_id, task_id, key) DO UPDATE SET version_id = excluded.version_id,
      event_id = excluded.event_id, day = excluded.day, points = excluded.points,
      growth = excluded.growth, benefit = excluded.benefit, badge = excluded.badge,
      times = excluded.times,
      status = CASE WHEN c.reason = '' THEN excluded.status ELSE 'refused' END,
      reason = CASE WHEN c.reason = '' THEN excluded.reason ELSE c.reason END,
      posted_on = CASE WHEN c.reason = '' THEN excluded.posted_on END,
      claim_by = excluded.claim_by, due_on = excluded.due_on,
      postings = c.postings + 1, pinned = false
    WHERE c.status = 'reversed'
    RETURNING id, postings, status, customer_id, task_id, key
"""  # noqa: S608


def _upsert(
    ordered: list[Key], fresh: dict[Key, Completion], verdicts: dict[Key, Verdict], today: date
) -> dict[Key, tuple[int, int, str]]:
    """Returns (id, number of the posting, status) by key, without what stands already."""
    rows = []
    for key in ordered:
        status, reason = verdicts[key]
        completion = fresh[key]
        awarded_on = today if status in limits.AWARDED else None
        last = corrections.claim_by(completion) if completion.rule.manual else None
        due_on = held_until(completion.rule, today) if status == Status.PENDING else None
        facts = corrections.facts(completion).values()
        rows.append((*key, *facts, str(status), reason, awarded_on, last, due_on))
    with prepared.cursor() as cursor:
        cursor.execute(_UPSERT, columns(rows))
        found = {row[3:]: row[:3] for row in cursor.fetchall()}
    return {key: found[key] for key in ordered if key in found}


def held_until(rule: TaskRule, today: date) -> date | None:
    """The bank day on which what is held back is to be paid; None: somebody has to decide."""
    return today + timedelta(days=rule.hold_days) if rule.hold_days else None


def differences(completed: Mapping[int, list[Completion]]) -> Iterable[str]:
    """Where customers' standing completions are not what the fold says they completed."""
    standing: dict[int, set[tuple[int, int]]] = {customer_id: set() for customer_id in completed}
    pinned: dict[int, set[tuple[int, int]]] = {customer_id: set() for customer_id in completed}
    rows = TaskCompletion.objects.filter(customer__in=completed).exclude(status=Status.REVERSED)
    for customer_id, task_id, key, is_pinned in rows.values_list(
        "customer_id", "task_id", "key", "pinned"
    ):
        (pinned if is_pinned else standing)[customer_id].add((task_id, key))
    for customer_id, done in completed.items():
        folded = {(completion.rule.task_id, completion.key) for completion in done}
        mine = standing[customer_id]
        wrong = (folded - mine - pinned[customer_id]) | (mine - folded)
        for task, key in sorted(wrong):
            yield f"customer {customer_id}: task {task}, completion {key} differs from the events"
