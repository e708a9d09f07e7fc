"""Open items: differences that reconciliation found, until they are gone or seen to."""

from collections.abc import Iterable, Sequence
from itertools import chain, islice
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models.functions import Now

from growth import report, seals
from growth.bulk import TEXTS, texts
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
    found = chain(_broken_chain(), report.differences())
    return keep(list(dict.fromkeys(islice(found, MOST))))


def _broken_chain() -> Iterable[str]:
    """Where the hash chain over points transfers breaks."""
    fault = seals.verify().fault
    return [fault] if fault else []


@transaction.atomic
def keep(found: Sequence[str]) -> Kept:
    """Open an item for each new difference, touch the known ones, close those that are gone.

    Again with the same differences: nothing is opened or closed. What somebody closed opens anew
    where it is still found. Where there are more than ``MOST``, none is closed.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO growth_openitem (text) SELECT unnest({TEXTS})
                ON CONFLICT (md5(text)) WHERE closed_at IS NULL
                DO UPDATE SET seen_at = now() RETURNING xmax = 0""",
            [texts(found)],
        )
        new = sum(fresh for (fresh,) in cursor.fetchall())
        closed = 0
        if len(found) < MOST:
            cursor.execute(
                f"""UPDATE growth_openitem SET closed_at = now()
                    WHERE closed_at IS NULL AND text <> ALL({TEXTS})""",  # noqa: S608
                [texts(found)],
            )
            closed = cursor.rowcount
    return Kept(len(found), new, closed)


def note(*, item: OpenItem, note: str, closed: bool) -> OpenItem:
    """Say what is known about an item, and close it or leave it open.

    A closed item stays closed; the difference opens a new one where it is found again.
    """
    item.note = note
    OpenItem.objects.filter(pk=item.pk).update(note=note)
    if closed:
        OpenItem.objects.filter(pk=item.pk, closed_at=None).update(closed_at=Now())
    item.refresh_from_db()
    return item
