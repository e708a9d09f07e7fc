"""Settle what is stored: after a crash, for large batches, and again after a release that judges
history. Workers share the customers who wait; none is held by two, none is waited for."""

import logging
from functools import partial

from django.db import InterfaceError, OperationalError, connection, transaction

from growth import bankday, progress
from growth.bulk import columns
from growth.cloudevents import REVERSED
from growth.intake import BATCH, IDENTITIES, retried
from growth.progress import Locked
from growth.rules import hold_release

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
# How many batches are looked at to find customers that no other worker holds.
MANY_WORKERS = 16


def settle_stored(limit: int = BATCH, *, due_only: bool = True) -> int:
    """Settle a batch of stored events, customers that nobody else is settling; returns events.

    A batch that fails is tried again customer by customer, so a poison event stops nobody
    but its own customer; after ``MAX_ATTEMPTS`` it is a dead letter (no next attempt).
    """
    try:
        return retried(lambda: _settle_batch(limit, None, due_only))
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("settling a batch failed; customer by customer now")
    done = 0
    for customer_id in _waiting_customers(limit, due_only):
        try:
            done += retried(partial(_settle_batch, limit, customer_id, False))
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            _postpone(customer_id, error)
    return done


def _waiting_customers(limit: int, due_only: bool) -> list[int]:
    due = "AND next_attempt_at <= now()" if due_only else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT DISTINCT customer_id FROM (
                  SELECT customer_id FROM growth_bankevent
                  WHERE settled_at IS NULL AND next_attempt_at IS NOT NULL {due}
                  ORDER BY next_attempt_at LIMIT %s) AS waiting""",  # noqa: S608
            [limit],
        )
        return [customer_id for (customer_id,) in cursor.fetchall()]


@transaction.atomic
def _settle_batch(limit: int, only: int | None, due_only: bool) -> int:
    rules, now = hold_release()
    ids = [only] if only else _waiting_customers(limit * MANY_WORKERS, due_only)
    if not ids:
        return 0
    with connection.cursor() as cursor:
        # Whom another worker holds is passed over, not waited for: workers share the work.
        cursor.execute(
            """SELECT id, folded_time, folded_source, folded_event, folded_release, excluded <> ''
               FROM growth_customer WHERE id = ANY(%s) ORDER BY id
               LIMIT %s FOR NO KEY UPDATE SKIP LOCKED""",
            [ids, limit],
        )
        customers = {
            pk: Locked(pk, (time, source, event_id) if time else None, release, excluded=excluded)
            for pk, time, source, event_id, release, excluded in cursor.fetchall()
        }
        cursor.execute(
            """SELECT customer_id, id, source, event_id, type, time, data::text, segments,
                      release, points_percent, counts
               FROM growth_bankevent
               WHERE customer_id = ANY(%s) AND settled_at IS NULL""",
            [list(customers)],
        )
        pending = cursor.fetchall()
        for customer_id, *event, counts in pending:
            # Reversed events are folded into nothing, but what they changed must be.
            if counts and event[3] != REVERSED:
                customers[customer_id].new.append(progress.fold_event(*event))
            else:
                customers[customer_id].refold = True
        if customers:
            progress.settle(list(customers.values()), rules, now.astimezone(bankday.zone()).date())
        cursor.execute(
            f"""UPDATE growth_bankevent e SET settled_at = clock_timestamp(),
                  next_attempt_at = NULL, last_error = ''
                FROM {IDENTITIES} WHERE e.source = k.source AND e.event_id = k.event_id""",  # noqa: S608
            columns([(row[2], row[3]) for row in pending]),
        )
    return len(pending)


@transaction.atomic
def _postpone(customer_id: int, error: Exception) -> None:
    logger.error("customer %s cannot be settled: %s", customer_id, error)
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE growth_bankevent SET attempts = attempts + 1, last_error = %s,
                 next_attempt_at = CASE WHEN attempts + 1 < %s
                   THEN clock_timestamp() + interval '10 seconds' * 2 ^ attempts END
               WHERE customer_id = %s AND settled_at IS NULL AND next_attempt_at IS NOT NULL""",
            [f"{type(error).__name__}: {error}"[:500], MAX_ATTEMPTS, customer_id],
        )


def revive_dead_letters(customer_id: int | None = None) -> int:
    """Have dead letters tried again (of one customer), now that their cause may be gone.

    Returns how many. Again: they wait already, and are none.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE growth_bankevent SET attempts = 0, next_attempt_at = now()
               WHERE settled_at IS NULL AND next_attempt_at IS NULL
                 AND (%s::bigint IS NULL OR customer_id = %s::bigint)""",
            [customer_id, customer_id],
        )
        return int(cursor.rowcount)


@transaction.atomic
def refold_customers(limit: int = 500) -> int:
    """Fold customers again whose progress predates a release that judges history too."""
    rules, now = hold_release()
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id, folded_time, folded_source, folded_event, folded_release, excluded <> ''
               FROM growth_customer WHERE folded_release < %s AND folded_time IS NOT NULL
               ORDER BY id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED""",
            [rules.history_release, limit],
        )
        customers = [
            Locked(pk, (time, source, event_id), release, excluded=excluded)
            for pk, time, source, event_id, release, excluded in cursor.fetchall()
        ]
    if customers:
        progress.settle(customers, rules, now.astimezone(bankday.zone()).date())
    return len(customers)
