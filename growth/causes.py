"""That points and growth value have their causes: each award its postings, each posting its cause.

What an award of a task has posted comes to what its completion says. What else was earned, granted,
deducted, spent or refunded stands for a cause that ``registry.points_causes`` knows.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

from growth import registry
from growth.difference import Difference

# As text: what is no number is no award's, and a pattern would take ten times as long.
_AWARD = "split_part(key, ':', 2) AS award"

# Points posted less what was taken back, written off or is owed since, by award. What repaid a debt
# (``:repaid``) was posted all the same; what had expired, or was deducted by hand, could not be
# taken back a second time.
_POINTS = f"""
    WITH moved AS (
        SELECT customer_id, award, sum(points) AS points FROM (
            SELECT customer_id, {_AWARD},
                   CASE kind WHEN 'earn' THEN points ELSE -points END AS points
            FROM growth_pointstransfer
            WHERE key LIKE 'award:%' AND kind IN ('earn', 'reverse') AND key NOT LIKE '%:repaid'
            UNION ALL
            SELECT customer_id, {_AWARD}, -points FROM growth_pointswriteoff
            WHERE key LIKE 'award:%'
            UNION ALL
            SELECT customer_id, {_AWARD}, -points FROM growth_pointsdebt
            WHERE key LIKE 'award:%' AND key NOT LIKE '%:repaid') m
        GROUP BY 1, 2),
    said AS (
        SELECT customer_id, id::text AS award,
               CASE status WHEN 'posted' THEN points ELSE 0 END AS points
        FROM growth_taskcompletion),
    wrong AS (
        SELECT coalesce(m.customer_id, s.customer_id) AS customer_id,
               coalesce(m.award, s.award) AS award, s.award IS NOT NULL AS known,
               coalesce(m.points, 0) AS posted, coalesce(s.points, 0) AS points
        FROM moved m FULL JOIN said s ON s.customer_id = m.customer_id AND s.award = m.award
        WHERE s.award IS NULL OR coalesce(m.points, 0) <> s.points)
    SELECT w.customer_id, w.award, w.known, w.posted, w.points
    FROM wrong w CROSS JOIN LATERAL (
        SELECT coalesce(sum(a.points), 0) AS points
        FROM growth_pointstransfer e
        JOIN growth_pointslot l ON l.transfer_id = e.id AND l.customer_id = e.customer_id
        JOIN growth_pointsallocation a ON a.lot_id = l.id AND a.customer_id = l.customer_id
        JOIN growth_pointstransfer u ON u.id = a.transfer_id AND u.customer_id = a.customer_id
        WHERE w.posted > w.points AND e.customer_id = w.customer_id AND e.kind = 'earn'
          AND starts_with(e.key, 'award:' || w.award || ':') AND u.kind IN ('expire', 'deduct')) l
    WHERE NOT w.known OR w.posted NOT BETWEEN w.points AND w.points + l.points
"""  # noqa: S608
_GROWTH = f"""
    SELECT coalesce(m.customer_id, s.customer_id), coalesce(m.award, s.award),
           coalesce(m.day, s.day), coalesce(m.growth, 0), coalesce(s.growth, 0)
    FROM (SELECT customer_id, award, day, sum(value) AS growth
          FROM (SELECT customer_id, {_AWARD}, day, value FROM growth_growthentry
                WHERE key LIKE 'award:%') e
          GROUP BY 1, 2, 3 HAVING sum(value) <> 0) m
    FULL JOIN (SELECT customer_id, id::text AS award, day, growth FROM growth_taskcompletion
               WHERE status = 'posted' AND growth > 0) s
      ON s.customer_id = m.customer_id AND s.award = m.award AND s.day = m.day
    WHERE coalesce(m.growth, 0) <> coalesce(s.growth, 0)
"""  # noqa: S608

# Earnings of awards are weighed above, and so is what reversed them; expiry by its lots.
_STRAY_POINTS = """
    SELECT t.customer_id, t.id, t.key, t.kind, t.points FROM growth_pointstransfer t
    LEFT JOIN ({causes}) c ON c.id = t.id AND c.customer_id = t.customer_id
    WHERE t.kind IN ('earn', 'grant', 'deduct', 'redeem', 'refund')
      AND NOT (t.kind = 'earn' AND t.key LIKE 'award:%') AND c.id IS NULL
    ORDER BY t.id
"""
_STRAY_GROWTH = """
    SELECT e.customer_id, e.id, e.key, e.value FROM growth_growthentry e
    LEFT JOIN ({causes}) c ON c.id = e.id AND c.customer_id = e.customer_id
    WHERE e.key NOT LIKE 'award:%' AND c.id IS NULL ORDER BY e.id
"""


def differences() -> Iterable[str]:
    """Awards that were not paid what they say, and what was posted without any cause."""
    for customer, award, known, posted, points in _rows(_POINTS):
        said = f"it says {points}" if known else "there is no such award of theirs"
        yield Difference(
            f"points of award {award} of customer {customer}",
            f"customer {customer}: {posted} points posted for award {award}, {said}",
        )
    for customer, award, day, posted, growth in _rows(_GROWTH):
        yield Difference(
            f"growth value of award {award} of customer {customer} on {day}",
            f"customer {customer}: {posted} growth value posted for award {award} on {day},"
            f" it says {growth}",
        )
    causes = registry.points_causes
    for customer, transfer, key, kind, points in _rows(_with_causes(_STRAY_POINTS, causes)):
        yield f"customer {customer}: transfer {transfer} ({key}), {kind} {points}, has no cause"
    for customer, entry, key, value in _rows(_with_causes(_STRAY_GROWTH, registry.growth_causes)):
        yield f"customer {customer}: growth entry {entry} ({key}) of {value} has no cause"


def _with_causes(sql: str, causes: Mapping[str, str]) -> str:
    none = "SELECT NULL::bigint AS id, NULL::bigint AS customer_id"
    return sql.format(causes=" UNION ".join([none, *causes.values()]))


def _rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()
