"""Settle what is stored: after a crash, for large batches, and again after a release that judges
history. Workers share the customers who wait; none is held by two, none is waited for."""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib.postgres.functions import TransactionNow
from django.db import connection, transaction

from growth import bankday, progress
from growth.bulk import IDENTITIES, columns
from growth.cloudevents import REVERSED
from growth.models import BankEvent, Customer
from growth.progress import Locked, Poisoned
from growth.retrying import blameless, retried
from growth.rules import hold_release

logger = logging.getLogger(__name__)

BATCH = 1000  # customers in one transaction ...
MAX_EVENTS = 5000  # ... but no more of them than have so many events; one of them always goes
MAX_ATTEMPTS = 5
# How many batches are looked at to find customers that no other worker holds.
MANY_WORKERS = 16
# A batch that fails is cut in so many. With 20 poisoned customers among 1,000, halves settle
# everybody six times until all are found, and eighths, in as many transactions, two and a half.
PARTS = 8
PATIENCE_SECONDS = 60


def settle_stored(limit: int = BATCH) -> int:
    """Settle a batch of stored events that are due, of customers that nobody else is settling.

    Returns how many events. A batch that fails is settled in parts, so a poison event stops nobody
    but its own customer; after ``MAX_ATTEMPTS`` it is a dead letter (no next attempt). Whoever
    failed before is tried again apart from the others.
    """
    due = retried(lambda: _due_customers(limit * MANY_WORKERS))
    fresh = [customer_id for customer_id, tried in due if not tried]
    failed = [customer_id for customer_id, tried in due if tried]
    return _settle_fresh(fresh, limit) + settle_parts(failed[:limit])


def _settle_fresh(customer_ids: Sequence[int], limit: int) -> int:
    held: list[int] = []
    try:
        return retried(lambda: _settle_batch(customer_ids, limit, held))
    except Exception as error:
        if blameless(error) or not held:
            raise
        return _without_the_poisoned(held, error)


def settle_parts(customer_ids: Sequence[int]) -> int:
    """Settle what is due of these customers, of whom some are known to be poisoned."""
    size = -(-len(customer_ids) // PARTS)
    parts = [customer_ids[at : at + size] for at in range(0, len(customer_ids), size or 1)]
    return sum(map(settle_these, parts))


def settle_these(customer_ids: Sequence[int]) -> int:
    """Settle what is due of these customers, all but the poisoned ones."""
    try:
        return retried(partial(_settle_batch, customer_ids, len(customer_ids), []))
    except Exception as error:
        if blameless(error):
            raise
        return _without_the_poisoned(customer_ids, error)


def _without_the_poisoned(customer_ids: Sequence[int], error: Exception) -> int:
    """Settle those of a batch that can be, now that it has failed as a whole."""
    if isinstance(error, Poisoned):
        for customer_id, why in error.errors.items():
            retried(partial(_postpone, customer_id, why))
        rest = [customer_id for customer_id in customer_ids if customer_id not in error.errors]
        return settle_these(rest) if rest else 0
    if len(customer_ids) > 1:
        return settle_parts(customer_ids)
    retried(partial(_postpone, customer_ids[0], error))
    return 0


def until_none(work: Callable[[], int], left: Callable[[], bool], what: str) -> int:
    """Work until nothing is left, also of what other workers hold: for those it waits.

    Returns how much was done. After ``PATIENCE_SECONDS`` in which nothing moved, the others are
    left to themselves.
    """
    total, idle_since = 0, time.monotonic()
    while (done := work()) or left():
        total += done
        if done:
            idle_since = time.monotonic()
        elif time.monotonic() - idle_since > PATIENCE_SECONDS:
            logger.warning("%s: other workers hold what is left", what)
            break
        else:
            time.sleep(0.05)
    return total


def settle_all() -> int:
    """Settle all that is due; what failed waits for its next try, and dead letters stay."""
    return until_none(settle_stored, lambda: bool(retried(lambda: _due_customers(1))), "settling")


def refold_all() -> int:
    """Fold all customers again whose progress predates a release that judges history."""
    return until_none(refold_customers, _is_any_stale, "folding again")


def _is_any_stale() -> bool:
    """Whether somebody is still to be folded again, whoever holds him."""
    rules, _now = hold_release()
    stale = Customer.objects.filter(
        folded_release__lt=rules.history_release, folded_time__isnull=False
    )
    return stale.exists()


def _due_customers(limit: int) -> list[tuple[int, bool]]:
    """Customers with events that are due, and whether one of these was tried before."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT customer_id, bool_or(attempts > 0) FROM (
                 SELECT customer_id, attempts FROM growth_bankevent
                 WHERE settled_at IS NULL AND next_attempt_at <= now()
                 ORDER BY next_attempt_at LIMIT %s) AS waiting GROUP BY 1 ORDER BY 1""",
            [limit],
        )
        found: list[tuple[int, bool]] = cursor.fetchall()
        return found


@transaction.atomic
def _settle_batch(ids: Sequence[int], limit: int, held: list[int]) -> int:
    """Settle up to ``limit`` of these customers; ``held`` tells who they are."""
    rules, now = hold_release()
    if not ids:
        return 0
    with connection.cursor() as cursor:
        customers, waiting = _lock_waiting(cursor, ids, limit)
        if not waiting:
            return 0
        held[:] = customers
        for customer_id, *event, counts in waiting:
            # Reversed events are folded into nothing, but what they changed must be.
            if counts and event[3] != REVERSED:
                customers[customer_id].new.append(progress.fold_event(*event))
            else:
                customers[customer_id].refold = True
        progress.settle(list(customers.values()), rules, now.astimezone(bankday.zone()).date())
        cursor.execute(
            f"""UPDATE growth_bankevent e SET settled_at = clock_timestamp(),
                  next_attempt_at = NULL, last_error = ''
                FROM {IDENTITIES} WHERE e.source = k.source AND e.event_id = k.event_id""",  # noqa: S608
            columns([(row[2], row[3]) for row in waiting]),
        )
    return len(waiting)


def _lock_waiting(
    cursor: Any, ids: Sequence[int], limit: int
) -> tuple[dict[int, Locked], list[tuple[Any, ...]]]:
    """The customers among these who have something due, locked, and all that waits of them.

    Whom another worker holds is passed over, not waited for: workers share the work. What is due is
    asked under the lock: by now another worker may have settled it, or put it off.
    """
    cursor.execute(
        f"""{_CUSTOMERS} WHERE id = ANY(%s) ORDER BY id
            LIMIT %s FOR NO KEY UPDATE SKIP LOCKED""",
        [list(ids), limit],
    )
    locked = {row[0]: row for row in cursor.fetchall()}
    cursor.execute(_WAITING, [list(locked), MAX_EVENTS])
    waiting = cursor.fetchall()
    due = sorted({row[0] for row in waiting})
    return {pk: _customer(*locked[pk]) for pk in due}, waiting


_CUSTOMERS = """
    SELECT id, folded_time, folded_source, folded_event, folded_release, excluded <> ''
    FROM growth_customer
"""
# All that waits of a customer who has something due: his events are settled together.
_WAITING = """
    SELECT customer_id, e.id, source, event_id, type, time, data::text, segments, release,
           points_percent, counts
    FROM growth_bankevent e JOIN (
      SELECT customer_id, sum(count(*)) OVER (ORDER BY customer_id) - count(*) AS before
      FROM growth_bankevent WHERE customer_id = ANY(%s) AND settled_at IS NULL
      GROUP BY customer_id HAVING bool_or(next_attempt_at <= now())) AS due USING (customer_id)
    WHERE settled_at IS NULL AND before < %s
"""


def _customer(
    pk: int, time: datetime | None, source: str, event_id: str, release: int, excluded: bool
) -> Locked:
    return Locked(pk, (time, source, event_id) if time else None, release, excluded=excluded)


@transaction.atomic
def _postpone(customer_id: int, error: Exception) -> None:
    """Count a try. Another worker may have counted it already: then nothing is due any more."""
    logger.error("customer %s cannot be settled: %s", customer_id, error)
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE growth_bankevent SET attempts = attempts + 1, last_error = %s,
                 next_attempt_at = CASE WHEN attempts + 1 < %s
                   THEN clock_timestamp() + interval '10 seconds' * 2 ^ attempts END
               WHERE customer_id = %s AND settled_at IS NULL AND next_attempt_at <= now()""",
            [f"{type(error).__name__}: {error}"[:500], MAX_ATTEMPTS, customer_id],
        )


def revive_dead_letters(customer_id: int | None = None, *, since: datetime | None = None) -> int:
    """Have dead letters tried again, now that their cause may be gone.

    Those of one customer, of what came since then, or all; returns how many. Again: they wait
    already, and are none.
    """
    dead = BankEvent.objects.filter(settled_at=None, next_attempt_at=None)
    if customer_id is not None:
        dead = dead.filter(customer=customer_id)
    if since is not None:
        dead = dead.filter(received_at__gte=since)
    return dead.update(attempts=0, next_attempt_at=TransactionNow())


@transaction.atomic
def refold_customers(limit: int = 500) -> int:
    """Fold customers again whose progress predates a release that judges history too."""
    rules, now = hold_release()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""{_CUSTOMERS} WHERE folded_release < %s AND folded_time IS NOT NULL
                ORDER BY id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED""",
            [rules.history_release, limit],
        )
        customers = [_customer(*row) for row in cursor.fetchall()]
    if customers:
        progress.settle(customers, rules, now.astimezone(bankday.zone()).date())
    return len(customers)
