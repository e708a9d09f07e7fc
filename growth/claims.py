"""A customer claims what a manual task has brought."""

from django.db import transaction
from django.db.models import Q

from growth import bankday, ledger, limits, payments
from growth.awards import EXCLUDED, held_until
from growth.errors import ClaimLapsed, NotFound, NothingToClaim
from growth.fold import TaskRule
from growth.limits import Claim, Room, Verdict
from growth.models import GrowthTask, TaskCompletion
from growth.rules import hold_release

Status = TaskCompletion.Status


@transaction.atomic
def claim_task(*, customer_id: int, code: str) -> list[TaskCompletion]:
    """Post all that waits to be claimed of the task, once.

    Returns what was posted, held back or refused. It is paid as the versions promise under which
    it was earned; limits and budgets are judged now.

    Raises:
        NotFound: there is no such task.
        NothingToClaim: nothing waits; also when the claim came twice.
        ClaimLapsed: nothing waits any more, its last day has passed.
    """
    task = GrowthTask.objects.filter(code=code).first()
    if task is None:
        raise NotFound("There is no such task.")
    rules, now = hold_release()
    ledger.lock_customers([customer_id])
    today = now.astimezone(bankday.zone()).date()
    mine = TaskCompletion.objects.filter(customer=customer_id, task=task)
    in_time = Q(claim_by=None) | Q(claim_by__gte=today)
    waiting = mine.filter(in_time, status=Status.CLAIMABLE)
    rows = list(waiting.select_related("customer", "event").order_by("key"))
    if not rows:
        late = mine.filter(status__in=(Status.CLAIMABLE, Status.LAPSED)).exists()
        raise ClaimLapsed if late else NothingToClaim
    versions = {row.version_id: rules.by_version[row.version_id] for row in rows}
    room = limits.open_room(versions.values(), today)
    for row, verdict in zip(rows, _verdicts(rows, versions, room), strict=True):
        row.status, row.reason = verdict
        if verdict.status in limits.AWARDED:
            row.posted_on = today
        if verdict.status == Status.PENDING:
            row.due_on = held_until(versions[row.version_id], today)
    TaskCompletion.objects.bulk_update(rows, ["status", "reason", "posted_on", "due_on"])
    room.store()
    due = [row for row in rows if row.status == Status.POSTED]
    payments.pay([payments.Due.of_row(row, versions[row.version_id]) for row in due], today)
    payments.regrade([customer_id], rules, today)
    return rows


def _verdicts(
    rows: list[TaskCompletion], versions: dict[int, TaskRule], room: Room
) -> list[Verdict]:
    if rows[0].customer.excluded:
        return [Verdict(Status.REFUSED, EXCLUDED)] * len(rows)
    return limits.admit(
        room,
        [
            Claim(row.customer_id, versions[row.version_id], row.points, row.event.time)
            for row in rows
        ],
    )
