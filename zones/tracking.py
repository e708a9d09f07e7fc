"""What pages report: stored once, and a customer's visit told to growth as ``zone.visited``.

A visit becomes one event, because an event never changes. It goes out when it is long enough
for every live task that asks for a number of seconds, or else when it is over (at the latest, and
where a task measures visits): the page said so, or nothing came from it for a while.
"""

import logging
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from redis.exceptions import RedisError

from growth import cloudevents, group_commit
from growth.models import TaskVersion
from growth.ratelimits import RateLimited
from zones import directory
from zones.models import TrackingEvent, ZoneVisit

log = logging.getLogger(__name__)

SOURCE = "/zones"
ENOUGH_SECONDS = 5
LONGEST_VISIT = 4 * 3600
OVER_AFTER = timedelta(minutes=2)
LATE = timedelta(hours=1)
PUBLIC_A_MINUTE = 1200
_ASKED_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that happened, as the page's clock saw it."""

    kind: str
    at: datetime
    stage: str = ""
    block: str = ""
    track: str = ""
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """What one page view reports in one request."""

    batch: uuid.UUID
    view: uuid.UUID
    zone: str
    entry: str
    sent_at: datetime
    final: bool
    items: Sequence[Item]


def record(batch: Batch, *, customer_id: int | None) -> None:
    """Store a batch once; tell growth of the visit when it is time.

    A replay of a batch stores nothing. A zone that is not live is nobody's visit and is dropped.

    Raises:
        RateLimited: too much comes from visitors without a session.
    """
    if customer_id is None:
        _count_public()
    if not any(entry.slug == batch.zone for entry in directory.entries()):
        return
    now = timezone.now()
    with transaction.atomic():
        if not _store(batch, customer_id, now) or customer_id is None:
            return
        visit = _add_to_visit(batch, customer_id, now)
    if visit and (visit.seconds >= enough_seconds() or (batch.final and visit.seconds)):
        report([visit], now=now)


def report(visits: Sequence[ZoneVisit], *, now: datetime) -> int:
    """Tell growth of these visits, each once, and note that it knows.

    Safe to run twice: the view is the event's identity. Returns how many it knows now.
    """
    events = []
    for visit in visits:
        try:
            events.append(cloudevents.read_event(_event(visit), now=now))
        except cloudevents.Rejected as refusal:
            log.warning("visit %s is not reported: %s", visit.pk, refusal.code)
    if events:
        group_commit.take_in(events)
    return ZoneVisit.objects.filter(pk__in=[visit.pk for visit in visits]).update(reported_at=now)


def report_finished(limit: int = 500) -> int:
    """Report visits that ended without a word. The sweeper's verb."""
    now = timezone.now()
    over = ZoneVisit.objects.filter(
        reported_at__isnull=True, seconds__gt=0, last_at__lt=now - OVER_AFTER
    ).select_related("customer")
    visits = list(over.order_by("last_at")[:limit])
    return report(visits, now=now) if visits else 0


def enough_seconds() -> int:
    """Seconds that satisfy every live task on visits; asked of the database once a minute.

    What a task measures of a visit is known when the visit is over.
    """
    global _asked
    asked_at, known = _asked
    if time.monotonic() - asked_at < _ASKED_SECONDS:
        return known
    specs = TaskVersion.objects.filter(end_release__isnull=True, spec__event="zone.visited")
    wanted = [ENOUGH_SECONDS]
    for spec in specs.values_list("spec", flat=True):
        if any(measure.get("field") for measure in spec.get("measures", ())):
            wanted.append(LONGEST_VISIT)
        for condition in spec.get("where", ()):
            if condition.get("field") == "seconds_visible" and isinstance(
                condition.get("min"), int | float
            ):
                wanted.append(int(condition["min"]))
    _asked = time.monotonic(), min(max(wanted), LONGEST_VISIT)
    return _asked[1]


_asked: tuple[float, int] = (float("-inf"), ENOUGH_SECONDS)


def _store(batch: Batch, customer_id: int | None, now: datetime) -> bool:
    """Insert the rows of a batch; False if it was here before."""
    if TrackingEvent.objects.filter(batch=batch.batch).exists():
        return False
    ahead = batch.sent_at - now
    rows = [
        TrackingEvent(
            batch=batch.batch,
            position=position,
            view=batch.view,
            customer_id=customer_id,
            zone=batch.zone,
            stage=item.stage,
            block=item.block,
            track=item.track,
            kind=item.kind,
            seconds=item.seconds,
            at=_by_our_clock(item.at, ahead, now),
        )
        for position, item in enumerate(batch.items)
    ]
    TrackingEvent.objects.bulk_create(rows, ignore_conflicts=True)
    return True


def _by_our_clock(at: datetime, ahead: timedelta, now: datetime) -> datetime:
    """A phone's clock may be wrong: its distance from ours at sending is taken off."""
    try:
        return max(now - LATE, min(at - ahead, now))
    except OverflowError:  # a clock at the end of time
        return now


def _add_to_visit(batch: Batch, customer_id: int, now: datetime) -> ZoneVisit | None:
    """Add seconds and blocks to the view's visit; None if it is reported or somebody else's."""
    seconds = sum(item.seconds for item in batch.items)
    blocks = sum(item.kind == TrackingEvent.Kind.IMPRESSION for item in batch.items)
    clicks = sum(item.kind == TrackingEvent.Kind.CLICK for item in batch.items)
    visit, _created = ZoneVisit.objects.get_or_create(
        view=batch.view,
        defaults={
            "customer_id": customer_id,
            "zone": batch.zone,
            "entry": batch.entry,
            "began_at": now - timedelta(seconds=min(seconds, 60)),
            "last_at": now,
        },
    )
    visit = (
        ZoneVisit.objects.select_for_update(of=("self",))
        .select_related("customer")
        .get(pk=visit.pk)
    )
    if visit.customer_id != customer_id or visit.zone != batch.zone or visit.reported_at:
        return None
    # Nobody has looked for longer than the page has been open.
    possible = int((now - visit.began_at).total_seconds()) + 1
    visit.seconds = min(visit.seconds + seconds, possible, LONGEST_VISIT)
    visit.blocks += blocks
    visit.clicks += clicks
    visit.last_at = now
    visit.save(update_fields=["seconds", "blocks", "clicks", "last_at"])
    return visit


def _event(visit: ZoneVisit) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": str(visit.view),
        "source": SOURCE,
        "type": "zone.visited",
        "subject": visit.customer.ref,
        "time": visit.began_at.astimezone(UTC).isoformat(),
        "data": {
            "zone": visit.zone,
            "seconds_visible": visit.seconds,
            "blocks_seen": visit.blocks,
            "interactions": visit.clicks,
            "entry": visit.entry,
        },
    }


def _count_public() -> None:
    """Without a session there is no one to count by, so all of them share one limit."""
    key = f"zones:public-track:{int(time.time() // 60)}"
    try:
        cache.add(key, 0, 120)
        count = cache.incr(key)
    except (RedisError, OSError, ValueError):
        return
    if count > PUBLIC_A_MINUTE:
        raise RateLimited(60 - int(time.time() % 60))
