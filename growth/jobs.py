"""Background work of growth. Jobs hold no state: each looks up in the database what is due."""

import time
from datetime import timedelta
from typing import Any

from celery import shared_task as job
from celery.schedules import crontab
from django.db import InterfaceError, OperationalError, transaction

from growth import (
    bankday,
    bodies,
    budgets,
    changes,
    ledger,
    levels,
    notices,
    open_items,
    pauses,
    pending,
    risk,
    seals,
    segments,
    settling,
)
from growth.backtest import runs
from growth.liability import days as liability_days
from growth.models import Customer, CustomerSession, HandoffTicket

AWAY = (OperationalError, InterfaceError)
RETRY: dict[str, Any] = {"autoretry_for": AWAY, "retry_backoff": True, "max_retries": 5}
# The next beat of these is a day away, so they wait out a failover: 10 times, up to 10 minutes.
RETRY_LONG = RETRY | {"retry_backoff": 10, "max_retries": 10}
SETTLING_SECONDS = 60


@job(name="growth.settle_bank_events", soft_time_limit=270, time_limit=300, **RETRY)
def settle_bank_events() -> int:
    """Settle what is stored and due. Safe to run many times at once.

    It ends after a minute, so that other jobs come to their turn; the next beat goes on.
    """
    total, end = 0, time.monotonic() + SETTLING_SECONDS
    while (done := settling.settle_stored()) and time.monotonic() < end:
        total += done
    return total + done


@job(name="growth.refold_customers", soft_time_limit=3500, time_limit=3600, **RETRY)
def refold_customers() -> int:
    """Go on folding customers again after a release that judges history."""
    total = 0
    while done := settling.refold_customers():
        total += done
    return total


@job(name="growth.expire_points", soft_time_limit=3500, time_limit=3600, **RETRY_LONG)
def expire_points() -> int:
    """Expire the lots that are due today, a batch of customers in each transaction."""
    today, total = bankday.today(), 0
    while customers := ledger.customers_with_due_lots(today, 500):
        total += ledger.expire_many(customer_ids=customers, today=today)
    return total


@job(name="growth.seal_transfers", soft_time_limit=270, time_limit=300, **RETRY)
def seal_transfers() -> int:
    """Seal new points transfers into the hash chain. Safe to run many times at once."""
    return seals.seal_all()


@job(name="growth.reconcile", soft_time_limit=7000, time_limit=7200, **RETRY_LONG)
def reconcile() -> list[int]:
    """Compare all that is kept with the records, keep the list; then seal what came very late.

    In this order: sealed first, a transfer that somebody dated back would look like any other.
    """
    kept = open_items.reconcile()
    seals.seal_all(everything=True)
    return list(kept)


@job(name="growth.close_liability", soft_time_limit=3500, time_limit=3600, **RETRY_LONG)
def close_liability() -> int:
    """Keep the liability's figures of days that are over; returns how many days."""
    return liability_days.close_days(today=bankday.today())


@job(name="growth.regrade_levels", soft_time_limit=3500, time_limit=3600, **RETRY_LONG)
def regrade_levels() -> int:
    """Bring all levels in line with growth value as it has aged by today."""
    return regrade_all()


def regrade_all(batch: int = 1000) -> int:
    """Regrade every customer in batches; returns how many levels changed."""
    changed, last, today = 0, 0, bankday.today()
    while ids := list(
        Customer.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:batch]
    ):
        last = ids[-1]
        with transaction.atomic():
            ledger.lock_customers(ids)
            changed += len(levels.regrade(ids, today=today, nightly=True))
    return changed


@job(name="growth.make_notices", soft_time_limit=3500, time_limit=3600, **RETRY_LONG)
def make_notices() -> dict[str, int]:
    """Tell customers in time that a level or points end; once for each day before."""
    return notices.make(bankday.today())


@job(name="growth.rebuild_segments", soft_time_limit=3500, time_limit=3600, **RETRY_LONG)
def rebuild_segments(codes: list[str] | None = None) -> dict[str, int]:
    """Recompute memberships; ages and windows of days move on at midnight."""
    return segments.rebuild(codes or ())


@job(name="growth.apply_changes", soft_time_limit=3500, time_limit=3600, **RETRY)
def apply_changes() -> int:
    """Apply approved changes that are due; close requests that waited too long."""
    changes.expire_overdue()
    return changes.apply_due()


@job(name="growth.watch_budgets", soft_time_limit=60, time_limit=90, **RETRY)
def watch_budgets() -> list[str]:
    """Raise alerts of budgets, and pause the tasks whose budget is exhausted."""
    budgets.raise_alerts()
    return pauses.pause_exhausted()


@job(name="growth.ask_risk", soft_time_limit=270, time_limit=300, **RETRY)
def ask_risk() -> int:
    """Ask the risk checks about the awards that wait for it."""
    return risk.ask_all()


@job(name="growth.release_pending", soft_time_limit=3500, time_limit=3600, **RETRY)
def release_pending() -> int:
    """Pay the awards whose days of being held back are over."""
    total = 0
    while done := pending.release_due():
        total += done
    return total


@job(name="growth.lapse_claims", soft_time_limit=3500, time_limit=3600, **RETRY)
def lapse_claims() -> int:
    """Close claims whose last day has passed."""
    total = 0
    while done := pending.lapse_claims():
        total += done
    return total


@job(name="growth.run_backtests", soft_time_limit=7000, time_limit=7100, **RETRY)
def run_backtests() -> int:
    """Work off the back-tests that operators have asked for."""
    return runs.work()


@job(name="growth.forget_sessions", soft_time_limit=270, time_limit=300, **RETRY_LONG)
def forget_sessions() -> None:
    """Drop tickets and sessions a day after their end."""
    old = bankday.now() - timedelta(days=1)
    HandoffTicket.objects.filter(expires_at__lt=old).delete()
    CustomerSession.objects.filter(expires_at__lt=old).delete()


@job(name="growth.keep_event_bodies", soft_time_limit=270, time_limit=300, **RETRY_LONG)
def keep_event_bodies() -> list[str]:
    """Make room for the months to come and forget what is too old."""
    return bodies.keep()


# What beat sends while no worker runs is dropped after so long. Celery compares the clocks of two
# machines for it, and one that is wrong by an hour must drop nothing: hence two hours.
EXPIRES = {"options": {"expires": 7200}}


def _every(name: str, seconds: float) -> dict[str, Any]:
    return {"task": name, "schedule": seconds, **EXPIRES}


# Celery's beat schedule; hours are the bank's.
SCHEDULE: dict[str, dict[str, Any]] = {
    "growth.settle_bank_events": _every("growth.settle_bank_events", 5.0),
    "growth.refold_customers": _every("growth.refold_customers", 60.0),
    "growth.expire_points": {"task": "growth.expire_points", "schedule": crontab(5, 0)},
    "growth.regrade_levels": {"task": "growth.regrade_levels", "schedule": crontab(15, 0)},
    "growth.rebuild_segments": {"task": "growth.rebuild_segments", "schedule": crontab(30, 0)},
    "growth.make_notices": {"task": "growth.make_notices", "schedule": crontab(50, 0)},
    "growth.seal_transfers": _every("growth.seal_transfers", 60.0),
    "growth.reconcile": {"task": "growth.reconcile", "schedule": crontab(0, 2)},
    "growth.close_liability": {"task": "growth.close_liability", "schedule": crontab(40, 0)},
    "growth.apply_changes": _every("growth.apply_changes", 15.0),
    "growth.watch_budgets": _every("growth.watch_budgets", 5.0),
    "growth.ask_risk": _every("growth.ask_risk", 5.0),
    "growth.release_pending": {"task": "growth.release_pending", "schedule": crontab(10)},
    "growth.lapse_claims": {"task": "growth.lapse_claims", "schedule": crontab(20)},
    "growth.run_backtests": _every("growth.run_backtests", 30.0),
    "growth.keep_event_bodies": {"task": "growth.keep_event_bodies", "schedule": crontab(45, 2)},
    "growth.forget_sessions": {"task": "growth.forget_sessions", "schedule": crontab(0, 3)},
}
