"""Background work: what time ends, and rewards that wait for stock. Safe to run twice."""

from celery import shared_task as job

from benefits import redemption

SCHEDULE = {
    "benefits.expire_redemptions": {"task": "benefits.expire_redemptions", "schedule": 600.0},
    "benefits.serve_waiting": {"task": "benefits.serve_waiting", "schedule": 60.0},
}


@job(name="benefits.expire_redemptions", soft_time_limit=270, time_limit=300)
def expire_redemptions() -> int:
    """Expire every redemption whose last day has passed; returns how many."""
    total = 0
    while count := redemption.expire_due():
        total += count
    return total


@job(name="benefits.serve_waiting", soft_time_limit=270, time_limit=300)
def serve_waiting() -> int:
    """Hand out what waiting rewards wait for, oldest first; returns how many."""
    return redemption.serve_all()
