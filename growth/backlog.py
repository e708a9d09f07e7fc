"""What machines watch: how much came in, what waits, what is stuck. For ``/metrics``."""

from typing import NamedTuple

from django.db import connection

from growth.seals import UNSEALED


class Backlog(NamedTuple):
    """Figures as the database has them now, whichever process is asked."""

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
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT (SELECT count(*) FROM growth_bankevent),
                      w.waiting, w.oldest, w.dead,
                      (SELECT count(*) FROM growth_rejectedrow WHERE replayed_at IS NULL),
                      (SELECT coalesce(sum(balance), 0)::bigint FROM growth_wallet),
                      (SELECT count(*) FROM growth_openitem WHERE closed_at IS NULL),
                      {UNSEALED}
               FROM (SELECT count(*) FILTER (WHERE next_attempt_at IS NOT NULL) AS waiting,
                            count(*) FILTER (WHERE next_attempt_at IS NULL) AS dead,
                            coalesce(extract(epoch FROM clock_timestamp() - min(received_at)
                              FILTER (WHERE next_attempt_at IS NOT NULL)), 0)::float AS oldest
                     FROM growth_bankevent WHERE settled_at IS NULL) AS w"""  # noqa: S608
        )
        accepted, unsettled, oldest, *others = cursor.fetchone()
    return Backlog(accepted, unsettled, max(0.0, oldest), *others)
