"""Awards that are held back: paid when due, or released or cancelled by an operator; claims lapse.

What is held back has its place in the limits and budgets since it was awarded, so paying it asks
them nothing. Each verb takes awards that no longer wait as done: it can be repeated.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from growth import bankday, corrections, ledger, limits, payments
from growth.awards import EXCLUDED
from growth.limits import RISK
from growth.models import TaskCompletion
from growth.rules import Rules, hold_release

Status = TaskCompletion.Status

CANCELLED, REVOKED = "cancelled", "revoked"
# The risk check asked for a person to decide.
RISK_HELD = "risk_held"
BATCH = 500


@transaction.atomic
def release_due(limit: int = BATCH) -> int:
    """Pay a batch of awards whose day has come; returns how many are done with."""
    rules, today = _now()
    due = TaskCompletion.objects.filter(status=Status.PENDING, reason="", due_on__lte=today)
    ids = list(due.order_by("due_on").values_list("pk", flat=True)[:limit])
    rows = _locked(ids, due)
    _settle(rows, {}, rules, today)
    return len(rows)


@transaction.atomic
def release(ids: Collection[int]) -> Counter[str]:
    """Pay awards that are held back, whatever for; returns the numbers posted and refused.

    Who has been excluded meanwhile is refused.
    """
    rules, today = _now()
    rows = _locked(ids, TaskCompletion.objects.filter(status=Status.PENDING))
    _settle(rows, {}, rules, today)
    return Counter(row.status for row in rows)


@transaction.atomic
def settle_risk(verdicts: Mapping[int, str | None]) -> int:
    """Keep what the risk check said of awards: "" allows, None holds, a reason denies.

    What no longer waits for the check is left alone. Returns how many did.
    """
    rules, today = _now()
    rows = _locked(verdicts, TaskCompletion.objects.filter(status=Status.PENDING, reason=RISK))
    decided = []
    for row in rows:
        verdict = verdicts[row.pk]
        if verdict is None:
            row.reason = RISK_HELD
        elif verdict == "" and row.due_on and row.due_on > today:
            row.reason = ""  # allowed, and paid when the days of its task are over
        else:
            decided.append(row)
    TaskCompletion.objects.bulk_update([row for row in rows if row not in decided], ["reason"])
    _settle(decided, {row.pk: verdicts[row.pk] or "" for row in decided}, rules, today)
    return len(rows)


def _settle(
    rows: Sequence[TaskCompletion], reasons: Mapping[int, str], rules: Rules, today: date
) -> None:
    """Pay what is held back, or refuse it for a reason; the excluded get nothing."""
    refused = [(row, EXCLUDED if row.customer.excluded else reasons.get(row.pk)) for row in rows]
    _refuse([(row, reason) for row, reason in refused if reason], rules, today)
    paid = [row for row, reason in refused if not reason]
    for row in paid:
        row.status, row.reason = Status.POSTED, ""
    TaskCompletion.objects.bulk_update(paid, ["status", "reason"])
    versions = rules.by_version
    payments.pay([payments.Due.of_row(row, versions[row.version_id]) for row in paid], today)
    payments.regrade({row.customer_id for row in paid}, rules, today)


@transaction.atomic
def cancel(ids: Collection[int], *, reason: str = CANCELLED) -> int:
    """Refuse awards that are held back, for good; their place in the limits is given back.

    Returns how many. ``reason`` is a stable code of at most 32 characters.
    """
    return _end(ids, (Status.PENDING,), reason)


@transaction.atomic
def revoke(ids: Collection[int], *, reason: str = REVOKED) -> int:
    """Take awards back for good, paid or not: refused after the fact, with the reason kept.

    A refusal is final, so they do not come back when the customer is folded again. What was paid
    is taken as when its cause is reversed. Returns how many.
    """
    return _end(ids, (Status.POSTED, Status.PENDING, Status.CLAIMABLE), reason)


def _end(ids: Collection[int], statuses: Sequence[str], reason: str) -> int:
    rules, today = _now()
    rows = _locked(ids, TaskCompletion.objects.filter(status__in=statuses))
    _refuse([(row, reason) for row in rows], rules, today)
    payments.regrade({row.customer_id for row in rows}, rules, today)
    return len(rows)


def _refuse(rows: Sequence[tuple[TaskCompletion, str]], rules: Rules, today: date) -> None:
    room = limits.open_room([rules.by_version[row.version_id] for row, _ in rows], today)
    for row, reason in rows:
        corrections.take_away(row, rules.by_version[row.version_id], room)
        row.status, row.reason, row.pinned = Status.REFUSED, reason[:32], False
        row.save(update_fields=["status", "reason", "pinned"])
    room.store()


def _now() -> tuple[Rules, date]:
    rules, now = hold_release()
    return rules, now.astimezone(bankday.zone()).date()


def _locked(ids: Iterable[int], wanted: QuerySet[TaskCompletion]) -> list[TaskCompletion]:
    """Completions of ``wanted``, read after their customers were locked."""
    found = TaskCompletion.objects.filter(pk__in=list(ids))
    ledger.lock_customers(found.values_list("customer_id", flat=True))
    rows = wanted.filter(pk__in=list(ids)).select_related("customer")
    return list(rows.order_by("customer_id", "pk"))


@transaction.atomic
def lapse_claims(limit: int = BATCH) -> int:
    """Close a batch of claims whose last day has passed; returns how many."""
    _, today = _now()
    late = TaskCompletion.objects.filter(status=Status.CLAIMABLE, claim_by__lt=today)
    ids = list(late.order_by("claim_by").values_list("pk", flat=True)[:limit])
    rows = _locked(ids, late)
    for row in rows:
        row.status = Status.LAPSED
    return TaskCompletion.objects.bulk_update(rows, ["status"])
