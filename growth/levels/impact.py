"""What a new version of the level scheme would do on the day on which it takes effect.

Levels are worked out by the pure history, with the version and without it. Up to ``MOST`` customers
all are; of more, one in so many, chosen by a hash of the id: always the same ones, and a page still
answers within seconds. Customers with the same growth value by day are worked out once.
"""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from growth.levels.schemes import Scheme, history, in_force
from growth.models import Customer

MOST = 10_000
Earned = dict[date, int]


@dataclass(frozen=True)
class Impact:
    """Customers who go up, down or stay on day ``on``.

    ``pairs`` counts them by (level before, level after); ``at_risk`` are those who keep their
    level that day, but fall short of it under the new version, so that they may drop later.
    Where one in ``share`` was looked at, all of these are estimates.
    """

    on: date
    up: int = 0
    down: int = 0
    stay: int = 0
    at_risk: int = 0
    pairs: dict[tuple[str, str], int] = field(default_factory=dict)
    share: int = 1

    @property
    def margin(self) -> int:
        """How far off a count may be, in 95 of 100 samples; 0 where everybody was looked at."""
        if self.share == 1 or not self.customers:
            return 0
        parts = [count / self.customers for count in (self.up, self.down, self.stay)]
        spread = math.sqrt(max(part * (1 - part) for part in parts) * self.share / self.customers)
        return math.ceil(1.96 * spread * self.customers)

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
            "margin": self.margin,
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
    everybody = Customer.objects.count()
    share = -(-everybody // MOST) or 1
    for earned, customers in _patterns(on, share):
        held, rank, after, short = _judged(versions, planned, earned, on)
        pairs[held, after] += customers
        if after == held:
            tally["stay"] += customers
            tally["at_risk"] += customers if short else 0
        else:
            # A level that the new version does not have counts by its rank in the old one.
            tally["up" if ranks[after] > ranks.get(held, rank) else "down"] += customers
    order = {code: rank for rank, code in enumerate((*before.codes, *draft.codes))}
    seen = pairs.total()

    def scaled(count: int) -> int:
        return count if share == 1 else round(count * everybody / seen)

    return Impact(
        on=on,
        up=scaled(tally["up"]),
        down=scaled(tally["down"]),
        stay=scaled(tally["stay"]),
        at_risk=scaled(tally["at_risk"]),
        pairs={
            pair: scaled(count)
            for pair, count in sorted(
                pairs.items(), key=lambda item: [order[code] for code in item[0]]
            )
        },
        share=share,
    )


def _judged(
    versions: list[Scheme], planned: list[Scheme], earned: Earned, on: date
) -> tuple[str, int, str, bool]:
    """(level without, its rank, level with the new version, whether it is kept though short)."""
    before = history(versions, earned, on)[-1]
    now = history(planned, earned, on)[-1]
    return before.code, before.rank, now.code, now.scheme.earned(now.value) < now.rank


def _patterns(before: date, share: int) -> Iterator[tuple[Earned, int]]:
    """Growth value by day, as earned before a day, with how many of those looked at earned that."""
    with connection.cursor() as cursor:
        cursor.execute(
            # Customer by customer, so that of each one's part little more is read than theirs.
            """SELECT days, values, count(*) FROM growth_customer c CROSS JOIN LATERAL (
                 SELECT array_agg(day ORDER BY day) AS days, array_agg(value ORDER BY day) AS values
                 FROM (SELECT day, sum(value) AS value FROM growth_growthentry
                       WHERE customer_id = c.id AND day < %s
                       GROUP BY day HAVING sum(value) <> 0) AS earned) AS pattern
               WHERE hashint8extended(c.id, 0) %% %s = 0 GROUP BY 1, 2""",
            [before, share],
        )
        for days, values, customers in cursor.fetchall():
            yield dict(zip(days or (), values or (), strict=True)), customers
