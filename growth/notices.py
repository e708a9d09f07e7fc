"""Notices in good time: 30, 7 and 1 days before a level drops or points expire.

A daily job makes them, once per key; what a customer reads is checked against how things stand
now, so that nobody is warned of what they have put right meanwhile. They say what stays and what to
do, never what is taken away.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from growth import levels, prepared, queries
from growth.bulk import columns, rows_as
from growth.levels import standing as level_standing
from growth.levels.schemes import in_force, keeps
from growth.models import Customer, Notice
from growth.sessions import Visitor
from growth.values import iso_date

LEVEL_DROP, POINTS_EXPIRING = "level_drop", "points_expiring"
STAGES = (1, 7, 30)  # days before
BATCH = 5000


@dataclass(frozen=True, slots=True)
class Told:
    """A notice as its customer reads it; ``on`` is the last good day."""

    id: int
    kind: str
    title: str
    text: str
    on: date
    days: int
    seen: bool


def make(today: date) -> dict[str, int]:
    """Make the notices that are due, forget those whose day is past; returns how many are new, by
    kind. Safe to run many times a day."""
    Notice.objects.filter(facts__on__lt=today.isoformat()).delete()
    return {LEVEL_DROP: make_level_drops(today), POINTS_EXPIRING: make_points_expiring(today)}


def stage(days: int) -> int | None:
    """Which of the warnings is due so many days before; None: it is early."""
    return next((one for one in STAGES if days <= one), None)


def make_level_drops(today: date) -> int:
    """Notices to everybody whose level is sure for 30 days at most, in batches."""
    versions = levels.schemes()
    if not versions or not _may_drop(versions, today):
        return 0
    lowest = in_force(versions, today).codes[0]
    above = Customer.objects.exclude(level__in=("", lowest)).order_by("pk")
    made, last = 0, 0
    while ids := list(above.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
        last = ids[-1]
        made += _store(list(_level_drops(ids, versions, today)))
    return made


def _may_drop(versions: Sequence[levels.Scheme], today: date) -> bool:
    """Whether levels drop at all; a planned version may bring it."""
    now = in_force(list(versions), today)
    live = [now, *(scheme for scheme in versions if scheme.effective_on > today)]
    return len(live) > 1 or any(scheme.policy != "never" for scheme in live)


Row = tuple[str, int, str, str]  # key, customer, kind, facts as JSON


def _level_drops(ids: list[int], versions: list[levels.Scheme], today: date) -> Iterable[Row]:
    earned = levels.earned_by_day(ids)
    for customer_id in ids:
        keep = keeps(versions, earned.get(customer_id, {}), today)
        if keep is None:
            continue
        drop = keep.by + timedelta(days=1)
        if due := stage((drop - today).days):
            key = f"{LEVEL_DROP}:{customer_id}:{drop}:{due}"
            facts = {"on": keep.by.isoformat(), "needs": keep.needs}
            yield key, customer_id, LEVEL_DROP, json.dumps(facts)


_NEW = rows_as("n", key="text", customer_id="bigint", kind="text", facts="jsonb")


@transaction.atomic
def _store(rows: list[Row]) -> int:
    if not rows:
        return 0
    with prepared.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO growth_notice (key, customer_id, kind, facts) SELECT * FROM {_NEW}
                ON CONFLICT (key) DO NOTHING""",  # noqa: S608
            columns(rows),
        )
        return int(cursor.rowcount)


_EXPIRING = """
    INSERT INTO growth_notice (key, customer_id, kind, facts)
    SELECT format('%%s:%%s:%%s:%%s', %s::text, customer_id, week, stage), customer_id, %s,
           jsonb_build_object('from', week - 1, 'on', week + 5, 'points', points)
    FROM (
      SELECT customer_id, week, sum(remaining) AS points,
             (SELECT min(s) FROM unnest(%s::int[]) s WHERE min(expires_on) - %s::date <= s) AS stage
      FROM (SELECT *, date_trunc('week', expires_on)::date AS week FROM growth_pointslot
            WHERE remaining > 0 AND expires_on > %s::date AND expires_on <= %s::date) lots
      GROUP BY customer_id, week) AS due
    ON CONFLICT (key) DO NOTHING
"""


@transaction.atomic
def make_points_expiring(today: date) -> int:
    """Notices to everybody who holds points that expire within 30 days, in one statement.

    One for each week in which some do (and for 30, 7 and 1 days before its first): who loses a few
    every day is not told of it every day. It names the next of them while it is read.
    """
    last = today + timedelta(days=max(STAGES))
    with connection.cursor() as cursor:
        cursor.execute(
            _EXPIRING, [POINTS_EXPIRING, POINTS_EXPIRING, list(STAGES), today, today, last]
        )
        return int(cursor.rowcount)


def of(visitor: Visitor) -> list[Told]:
    """What the customer is to know now: the most urgent notice of each kind, as things stand."""
    _rules, today = queries.program_now()
    rows = Notice.objects.filter(customer=visitor.customer_id, facts__on__gte=today.isoformat())
    newest: dict[str, Notice] = {}
    for row in rows.order_by("-pk"):
        newest.setdefault(f"{row.kind}:{row.facts['on']}", row)
    if not newest:
        return []
    standing = level_standing.level(visitor)
    points = queries.points(visitor.customer_id)
    found = [
        *(_level_told(row, standing, today) for row in newest.values() if row.kind == LEVEL_DROP),
        *(
            _points_told(row, points, today)
            for row in newest.values()
            if row.kind == POINTS_EXPIRING
        ),
    ]
    urgent: dict[str, Told] = {}
    for told in sorted(filter(None, found), key=lambda told: told.on):
        urgent.setdefault(told.kind, told)
    return list(urgent.values())


def _level_told(row: Notice, standing: level_standing.LevelStanding, today: date) -> Told | None:
    """Only while the day that it names is still the last sure one."""
    on = iso_date(row.facts["on"])
    keep = standing.keep
    if on is None or on < today or keep is None or keep.by != on:
        return None
    said = {"level": standing.name, "date": date_format(on, "MONTH_DAY_FORMAT")}
    if keep.needs:
        text = ngettext(
            "Earn {n} more growth value by then and it stays yours.",
            "Earn {n} more growth value by then and it stays yours.",
            keep.needs,
        ).format(n=keep.needs)
    else:
        text = _("The levels change then. Have a look at what comes next.")
    title = _("{level} is yours until {date}").format(**said)
    return Told(row.pk, row.kind, title, text, on, (on - today).days, row.seen_at is not None)


def _points_told(row: Notice, points: queries.Points, today: date) -> Told | None:
    """The next that expire of those that it is about, while some are left."""
    last = iso_date(row.facts["on"])
    first = max(today, iso_date(row.facts.get("from")) or last or today)
    days = [lot.on - timedelta(days=1) for lot in points.expiring]
    on = min((day for day in days if last and first <= day <= last), default=None)
    if on is None:
        return None
    left = sum(lot.points for lot in points.expiring if lot.on == on + timedelta(days=1))
    title = ngettext(
        "{n} point is good until {date}", "{n} points are good until {date}", left
    ).format(n=left, date=date_format(on, "MONTH_DAY_FORMAT"))
    text = _("The benefits in your zone are a good use for them.")
    return Told(row.pk, row.kind, title, text, on, (on - today).days, row.seen_at is not None)


@transaction.atomic
def mark_seen(*, customer_id: int, ids: Iterable[int]) -> int:
    """The customer has seen these notices of theirs; others' are left alone. Safe to repeat."""
    mine = Notice.objects.filter(customer=customer_id, pk__in=list(ids), seen_at__isnull=True)
    return int(mine.update(seen_at=Now()))
