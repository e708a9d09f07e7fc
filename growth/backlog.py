"""What machines watch: how much came in, what waits, what is stuck. For ``/metrics``."""

from contextlib import suppress
from typing import NamedTuple

from django.core.cache import cache
from django.db import connection

from growth.seals import UNSEALED

# Two figures are of everything there ever was: at 20 million events, seconds to count.
KEPT_SECONDS = 600
_TOTALS = "growth:backlog:totals"


class Backlog(NamedTuple):
    """Figures as the database has them now, whichever process is asked.

    What was accepted, and what is outstanding, are as of some minutes ago.
    """

    accepted: int
    unsettled: int
    oldest_seconds: float
    dead_letters: int
    rejected: int
    outstanding: int
    open_items: int
    unsealed: int


def backlog() -> Backlog:
    """Read it, in one statement. Dead letters no longer wait, so they are not unsettled."""
    totals = _kept()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT coalesce(%s, (SELECT count(*) FROM growth_bankevent)),
                      w.waiting, w.oldest, w.dead,
                      (SELECT count(*) FROM growth_rejectedrow WHERE replayed_at IS NULL),
                      coalesce(%s, (SELECT coalesce(sum(balance), 0)::bigint FROM growth_wallet)),
                      (SELECT count(*) FROM growth_openitem WHERE closed_at IS NULL),
                      {UNSEALED}
               FROM (SELECT count(*) FILTER (WHERE next_attempt_at IS NOT NULL) AS waiting,
                            count(*) FILTER (WHERE next_attempt_at IS NULL) AS dead,
                            coalesce(extract(epoch FROM clock_timestamp() - min(received_at)
                              FILTER (WHERE next_attempt_at IS NOT NULL)), 0)::float AS oldest
                     FROM growth_bankevent WHERE settled_at IS NULL) AS w""",  # noqa: S608
            totals or (None, None),
        )
        accepted, unsettled, oldest, *others = cursor.fetchone()
    found = Backlog(accepted, unsettled, max(0.0, oldest), *others)
    if totals is None:
        _keep(found)
    return found


def _kept() -> tuple[int, int] | None:
    """Events accepted and points outstanding, where they were counted in the last ten minutes."""
    try:
        found: tuple[int, int] | None = cache.get(_TOTALS)
    except Exception:  # a cache that is down must not hide the figures
        return None
    return found


def _keep(found: Backlog) -> None:
    with suppress(Exception):
        cache.set(_TOTALS, (found.accepted, found.outstanding), KEPT_SECONDS)
