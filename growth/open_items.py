"""Open items: differences that reconciliation found, until they are gone or seen to."""

from collections.abc import Iterable, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Count, Q
from django.db.models.functions import Now
from wagtail.log_actions import log

from growth import report, seals
from growth.bulk import TEXTS, columns, rows_as, texts
from growth.difference import Difference, key_of
from growth.models import OpenItem

MOST = 10_000  # of one run; where there are more, no further list helps


class Kept(NamedTuple):
    """What a run came to: differences found, how many of them new, how many closed since."""

    found: int
    new: int
    closed: int


def reconcile() -> Kept:
    """Compare what is kept with the records, the chain of seals included, and list what differs."""
    # All of it is read before anything is written: the report has a snapshot of its own.
    found = chain(_broken_chain(), seals.overdue(), report.differences())
    return keep(list(islice(found, MOST)))


def _broken_chain() -> Iterable[str]:
    """Where the hash chain over points transfers breaks first, and how often after that."""
    verdict = seals.verify()
    if verdict.fault and verdict.further:
        said = f"{verdict.fault}; the chain has {verdict.further} further faults behind it"
        yield Difference(verdict.fault.key, said)
    elif verdict.fault:
        yield verdict.fault


_KEEP = f"""
    INSERT INTO growth_openitem (key, text) SELECT * FROM {rows_as("n", key="text", text="text")}
    ON CONFLICT (md5(key)) WHERE closed_at IS NULL
    DO UPDATE SET seen_at = now(), text = excluded.text RETURNING xmax = 0
"""  # noqa: S608
# What the chain has passed by is sealed after it was found, and does not look strange any more.
_CLOSE = f"""
    UPDATE growth_openitem SET closed_at = now()
    WHERE closed_at IS NULL AND key <> ALL({TEXTS}) AND NOT starts_with(key, '{seals.PASSED}')
"""  # noqa: S608


@transaction.atomic
def keep(found: Sequence[str]) -> Kept:
    """Open an item for each new difference, touch the known ones, close those that are gone.

    Again with the same differences, whatever their figures: nothing is opened or closed, and notes
    stay. What somebody closed opens anew where it is still found. Where there are more than
    ``MOST``, none is closed.
    """
    about = {key_of(difference): str(difference) for difference in reversed(found)}
    new = closed = 0
    with connection.cursor() as cursor:
        if about:
            cursor.execute(_KEEP, columns(list(about.items())))
            new = sum(fresh for (fresh,) in cursor.fetchall())
        if len(found) < MOST:
            cursor.execute(_CLOSE, [texts(about)])
            closed = cursor.rowcount
    return Kept(len(about), new, closed)


@transaction.atomic
def note(
    *, item: OpenItem, note: str, closed: bool, operator: Any = None, owner: Any = None
) -> OpenItem:
    """Say what is known about an item and who works on it, and close it or leave it open.

    A closed item stays closed; the difference opens a new one where it is found again. What was
    said, and by whom, stands in the operators' log.
    """
    OpenItem.objects.filter(pk=item.pk).update(note=note, owner=owner)
    mine = OpenItem.objects.filter(pk=item.pk, closed_at=None)
    done = closed and mine.update(closed_at=Now(), closed_by=operator)
    item.refresh_from_db()
    said = [text for text in (note, str(owner or "")) if text]
    action = "growth.open_item_closed" if done else "growth.open_item_noted"
    log(item, action, user=operator, data={"changes": said})
    return item


def standing() -> tuple[int, bool]:
    """How many items are open, and whether one of them is that the chain of seals is broken."""
    broken = Count("pk", filter=Q(key__startswith=seals.BROKEN))
    found = OpenItem.objects.filter(closed_at=None).aggregate(open=Count("pk"), broken=broken)
    return found["open"], bool(found["broken"])
