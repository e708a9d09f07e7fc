"""Figures of the last days for the admin's home page, in a handful of set-based statements."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.core.cache import cache
from django.db import connection

from growth import bankday
from growth.admin.charts import days_until

DAYS = 14
SECONDS = 600

Series = dict[date, int]


@dataclass
class Figures:
    """Series by day, and figures as of now."""

    days: list[date]
    events: Series = field(default_factory=dict)
    active: Series = field(default_factory=dict)
    completions: Series = field(default_factory=dict)
    earned: Series = field(default_factory=dict)
    moved: dict[str, Series] = field(default_factory=dict)
    levels: dict[str, int] = field(default_factory=dict)
    active_total: int = 0
    refused: int = 0
    outstanding: int = 0
    customers: int = 0
    rejected: int = 0
    unsettled: int = 0


def figures() -> Figures:
    """The figures, at most ten minutes old."""
    today = bankday.today()
    key = f"growth:admin:figures:{today}"
    found: Figures | None = cache.get(key)
    if found is None:
        found = read(today)
        cache.set(key, found, SECONDS)
    return found


def read(today: date) -> Figures:
    """The figures as the database has them now."""
    days = days_until(today, DAYS)
    begin = datetime.combine(days[0], time(), tzinfo=bankday.zone())
    found = Figures(days)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT (time AT TIME ZONE %s)::date, count(*), count(DISTINCT customer_id)
               FROM growth_bankevent WHERE time >= %s
               GROUP BY GROUPING SETS ((1), ())""",
            [str(bankday.zone()), begin],
        )
        for day, events, customers in cursor.fetchall():
            if day is None:
                found.active_total = customers
            else:
                found.events[day], found.active[day] = events, customers
        cursor.execute(
            """SELECT day, count(*) FILTER (WHERE status = 'posted'),
                      coalesce(sum(points) FILTER (WHERE status = 'posted'), 0),
                      coalesce(sum(times) FILTER (WHERE status = 'refused'), 0)
               FROM growth_taskcompletion WHERE day >= %s GROUP BY 1""",
            [days[0]],
        )
        for day, completions, points, refused in cursor.fetchall():
            found.completions[day], found.earned[day] = completions, int(points)
            found.refused += int(refused)
        cursor.execute(
            """SELECT day, kind, sum(points) FROM growth_pointstransfer
               WHERE day >= %s GROUP BY 1, 2""",
            [days[0]],
        )
        moved: dict[str, Series] = defaultdict(dict)
        for day, kind, points in cursor.fetchall():
            moved[kind][day] = int(points)
        found.moved = dict(moved)
        cursor.execute(
            """SELECT (SELECT coalesce(sum(balance), 0) FROM growth_wallet),
                      (SELECT count(*) FROM growth_customer),
                      (SELECT count(*) FROM growth_rejectedrow WHERE replayed_at IS NULL),
                      (SELECT count(*) FROM growth_bankevent WHERE settled_at IS NULL
                       AND received_at < now() - interval '1 minute')"""
        )
        row = cursor.fetchone()
        cursor.execute("SELECT level, count(*) FROM growth_customer GROUP BY 1")
        found.levels = dict(cursor.fetchall())
    found.outstanding, found.customers, found.rejected, found.unsettled = map(int, row)
    return found
