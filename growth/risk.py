"""The risk call-out: a bank's own check is asked about awards of tasks with ``risk: true``.

A check may be slow or away, and nothing external happens inside a transaction. So such an award is
first held back (pending, ``risk``) with its place in the limits; a job asks outside any
transaction, and what was said is kept in one of its own. A check that fails is asked again later.
"""

import logging
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from growth import pending, registry
from growth.limits import RISK
from growth.models import Customer, TaskCompletion
from growth.registry import RiskAnswer, RiskQuestion
from growth.retrying import blameless

logger = logging.getLogger(__name__)

ALLOW, HOLD, DENY = "allow", "hold", "deny"
DENIED = "risk_denied"
BATCH = 100
RECENT_DAYS = 30


def register() -> None:
    """Take over the checks that the settings name."""
    registry.risk_checks[:] = [import_string(path) for path in settings.RISK_CHECKS]


def ask_all() -> int:
    """Ask about every award that waits for it, and do what was said; returns how many.

    Call it outside any transaction.
    """
    answered, last = 0, 0
    waiting = TaskCompletion.objects.filter(status=TaskCompletion.Status.PENDING, reason=RISK)
    asked = waiting.select_related("customer", "task", "event").order_by("pk")
    while rows := list(asked.filter(pk__gt=last)[:BATCH]):
        last = rows[-1].pk
        answered += pending.settle_risk(dict(_answers(rows)))
    return answered


# From one reason to the next: as many looks into the index as there are reasons.
_REASONS = """
    WITH RECURSIVE known AS (
      (SELECT reason FROM growth_taskcompletion WHERE reason <> '' ORDER BY reason LIMIT 1)
      UNION ALL
      SELECT (SELECT reason FROM growth_taskcompletion
              WHERE reason > known.reason AND reason <> '' ORDER BY reason LIMIT 1)
      FROM known WHERE known.reason IS NOT NULL)
    SELECT reason FROM known WHERE reason IS NOT NULL
"""


def stored_reasons() -> list[str]:
    """Every reason that some completion has, also those that a bank's own check gave."""
    with connection.cursor() as cursor:
        cursor.execute(_REASONS)
        return [reason for (reason,) in cursor.fetchall()]


_RECENT = """
    SELECT c.id, count(r.id), count(r.id) FILTER (WHERE r.day = c.day)
    FROM growth_taskcompletion c LEFT JOIN growth_taskcompletion r
      ON r.customer_id = c.customer_id AND r.id <> c.id AND r.status <> 'reversed'
      AND r.day > c.day - %s AND r.day <= c.day
    WHERE c.id = ANY(%s) GROUP BY c.id
"""


def _recent(ids: list[int]) -> dict[int, tuple[int, int]]:
    """Other completions of the customer lately, and on the same day, for each completion."""
    with connection.cursor() as cursor:
        cursor.execute(_RECENT, [RECENT_DAYS, ids])
        return {pk: (month, today) for pk, month, today in cursor.fetchall()}


def _answers(rows: Sequence[TaskCompletion]) -> Iterable[tuple[int, str | None]]:
    recent = _recent([row.pk for row in rows])
    for row in rows:
        data = row.event.data
        month, today = recent[row.pk]
        question = RiskQuestion(
            customer=row.customer.ref,
            task=row.task.code,
            points=row.points,
            growth=row.growth,
            benefit=row.benefit,
            events=((row.event.source, row.event.event_id),),
            completion=row.pk,
            at=row.event.time,
            facts={name: data[name] for name in settings.RISK_FIELDS if name in data},
            recent=month,
            recent_today=today,
        )
        try:
            answer = _verdict(question)
        except Exception as error:
            if blameless(error):
                raise
            logger.exception("the risk check failed for completion %s; it is asked again", row.pk)
            continue
        yield row.pk, answer


def _verdict(question: RiskQuestion) -> str | None:
    """ "" to pay, None to hold for a person, a reason to deny."""
    if not registry.risk_checks:
        return None
    for check in registry.risk_checks:
        answer = check(question)
        if answer.verdict == DENY:
            return (answer.reason or DENIED)[:32]
        if answer.verdict != ALLOW:
            return None
    return ""


def sandbox(question: RiskQuestion) -> RiskAnswer:
    """A check for trying things out: it goes by the customer's tags.

    ``risk-deny`` denies, ``risk-hold`` leaves it to a person, everybody else is allowed.
    """
    customer = Customer.objects.filter(ref=question.customer).first()
    tags = customer.tags if customer else []
    if "risk-deny" in tags:
        return RiskAnswer(DENY, "risk_sandbox")
    return RiskAnswer(HOLD if "risk-hold" in tags else ALLOW)
