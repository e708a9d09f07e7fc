"""What a new version of the level scheme would do on the day on which it takes effect.

Every customer's level is worked out by the pure history, with the version and without it. Customers
with the same growth value by day are worked out once, and rows stream, so memory stays flat.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection, transaction

from growth.levels.schemes import Scheme, history, in_force
from growth.models import Customer

FETCHED = 5000
Earned = dict[date, int]


@dataclass(frozen=True)
class Impact:
    """Customers who go up, down or stay on day ``on``.

    ``pairs`` counts them by (level before, level after); ``at_risk`` are those who keep their
    level that day, but fall short of it under the new version, so that they may drop later.
    """

    on: date
    up: int = 0
    down: int = 0
    stay: int = 0
    at_risk: int = 0
    pairs: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def customers(self) -> int:
        """Everybody."""
        return self.up + self.down + self.stay

    def as_json(self) -> dict[str, Any]:
        """For a change request, whose approver sees what its maker saw."""
        return {
            "on": self.on.isoformat(),
            "up": self.up,
            "down": self.down,
            "stay": self.stay,
            "at_risk": self.at_risk,
            "pairs": [[*pair, count] for pair, count in self.pairs.items()],
        }


def impact(draft: Scheme, versions: list[Scheme], on: date) -> Impact:
    """What ``draft`` does on day ``on`` to levels under ``versions``, those in force already.

    What is earned on the day itself is left out: it is not the new version's doing.
    """
    planned = [*(scheme for scheme in versions if scheme.effective_on < on), draft]
    before = in_force(versions, on)
    ranks = {code: rank for rank, code in enumerate(draft.codes)}
    tally: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for earned, customers in _patterns(on):
        held, rank, after, short = _judged(versions, planned, earned, on)
        pairs[held, after] += customers
        if after == held:
            tally["stay"] += customers
            tally["at_risk"] += customers if short else 0
        else:
            # A level that the new version does not have counts by its rank in the old one.
            tally["up" if ranks[after] > ranks.get(held, rank) else "down"] += customers
    order = {code: rank for rank, code in enumerate((*before.codes, *draft.codes))}
    return Impact(
        on=on,
        up=tally["up"],
        down=tally["down"],
        stay=tally["stay"],
        at_risk=tally["at_risk"],
        pairs=dict(sorted(pairs.items(), key=lambda item: [order[code] for code in item[0]])),
    )


def _judged(
    versions: list[Scheme], planned: list[Scheme], earned: Earned, on: date
) -> tuple[str, int, str, bool]:
    """(level without, its rank, level with the new version, whether it is kept though short)."""
    before = history(versions, earned, on)[-1]
    now = history(planned, earned, on)[-1]
    return before.code, before.rank, now.code, now.scheme.earned(now.value) < now.rank


def _patterns(before: date) -> Iterator[tuple[Earned, int]]:
    """Growth value by day, as earned before a day, with how many customers earned just that."""
    earners = 0
    for days, values, customers in _grouped(before):
        earners += customers
        yield dict(zip(days, values, strict=True)), customers
    if idle := Customer.objects.count() - earners:
        yield {}, idle


def _grouped(before: date) -> Iterator[tuple[list[date], list[int], int]]:
    """One row for each pattern, through a cursor on the server, which needs a transaction."""
    with transaction.atomic(), connection.connection.cursor(name="scheme_impact") as cursor:
        cursor.itersize = FETCHED
        cursor.execute(
            """SELECT days, values, count(*) FROM (
                 SELECT array_agg(day ORDER BY day) AS days, array_agg(value ORDER BY day) AS values
                 FROM (SELECT customer_id, day, sum(value) AS value FROM growth_growthentry
                       WHERE day < %s GROUP BY 1, 2 HAVING sum(value) <> 0) AS earned
                 GROUP BY customer_id) AS patterns
               GROUP BY 1, 2""",
            [before],
        )
        yield from cursor
