"""Background work of the zones."""

import logging

from celery import shared_task as job
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


@job(name="zones.prepare_pictures", soft_time_limit=100, time_limit=120)
def prepare_pictures(page_id: int) -> None:
    """Make the sizes of a published page's pictures. Safe to run twice."""
    from zones import pictures

    pictures.prepare(page_id)


@job(name="zones.report_finished_visits", soft_time_limit=100, time_limit=120)
def report_finished_visits() -> None:
    """Tell growth of visits that ended without a word. Safe to run twice."""
    from zones import tracking

    tracking.report_finished()


def prepare_soon(page_id: int) -> None:
    """Ask for it; if no broker answers, the page's first reader waits a little instead."""
    try:
        prepare_pictures.delay(page_id)
    except (OperationalError, OSError):
        log.warning("No broker: pictures of page %s are made on first sight.", page_id)


SCHEDULE = {
    "report-finished-visits": {"task": "zones.report_finished_visits", "schedule": 60.0},
}
