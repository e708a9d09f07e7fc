"""What a customer reads of their own points. Tasks are in ``taskboard``, levels in
``level_standing``."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import QuerySet, Sum
from django.db.models.functions import Coalesce

from growth import bankday, registry
from growth.models import GrowthTask, PointsHold, PointsLot, PointsTransfer, TaskCompletion
from growth.rules import Rules, rules_of
from growth.text import localized


@dataclass(frozen=True, slots=True)
class Expiring:
    """Points that can be spent up to the day before ``on``."""

    points: int
    on: date


@dataclass(frozen=True, slots=True)
class Points:
    """A customer's points. ``earned_total`` and ``spent_total`` are net of what was undone.

    ``pending`` is what is held back for now, and what waits to be claimed is worth; a limit may
    still refuse some of that when it is claimed. ``held`` points are the customer's and may not be
    spent for now; while any are ``owed``, none may be.
    """

    available: int
    pending: int
    expiring: tuple[Expiring, ...]
    earned_total: int
    spent_total: int
    held: int
    owed: int


@dataclass(frozen=True, slots=True)
class Source:
    """Where points came from or went to; ``day`` is the bank day on which they were earned."""

    type: str
    code: str
    name: str
    day: str | None = None


_POINTS = """
    WITH today AS (SELECT (clock_timestamp() AT TIME ZONE %s)::date AS day),
    lots AS (
        SELECT l.expires_on, sum(l.remaining)::bigint AS points FROM growth_pointslot l, today t
        WHERE l.customer_id = %s AND l.remaining > 0
          AND (l.expires_on IS NULL OR l.expires_on > t.day)
        GROUP BY l.expires_on)
    SELECT expires_on, points, NULL FROM lots
    UNION ALL
    SELECT NULL, sum(points)::bigint, kind FROM growth_pointstransfer
    WHERE customer_id = %s GROUP BY kind
    UNION ALL
    SELECT NULL, coalesce(sum(c.points), 0)::bigint, 'pending'
    FROM growth_taskcompletion c, today t
    WHERE c.customer_id = %s AND (c.status = 'pending'
      OR c.status = 'claimable' AND (c.claim_by IS NULL OR c.claim_by >= t.day))
    UNION ALL
    SELECT NULL, unnest(ARRAY[held, debt]), unnest(ARRAY['held', 'owed'])
    FROM growth_wallet WHERE customer_id = %s
"""


def points(customer_id: int) -> Points:
    """A customer's points as they are now, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(_POINTS, [str(bankday.zone()), *[customer_id] * 4])
        rows = cursor.fetchall()
    moved = {kind: amount for _, amount, kind in rows if kind}
    lots = [(on, amount) for on, amount, kind in rows if not kind]
    dated = sorted((on, amount) for on, amount in lots if on)
    held, owed = moved["held"], moved["owed"]
    return Points(
        available=0 if owed else max(0, sum(amount for _, amount in lots) - held),
        pending=moved["pending"],
        expiring=tuple(Expiring(amount, on) for on, amount in dated),
        earned_total=sum(moved.get(kind, 0) for kind in ("earn", "grant"))
        - sum(moved.get(kind, 0) for kind in ("reverse", "deduct")),
        spent_total=moved.get("redeem", 0) - moved.get("refund", 0),
        held=held,
        owed=owed,
    )


def pending_points(customer_id: int) -> int:
    """Points of completions that are held back: reserved in the limits, not posted yet."""
    waiting = TaskCompletion.objects.filter(customer_id=customer_id, status="pending")
    return waiting.aggregate(n=Coalesce(Sum("points"), 0))["n"]


def available_points(customer_id: int) -> int:
    """Points that the customer can spend now."""
    return points(customer_id).available


def open_lots(customer_id: int) -> QuerySet[PointsLot]:
    """Lots that still hold points of a customer, newest first, each with what it was earned by."""
    rows = PointsLot.objects.filter(customer_id=customer_id, remaining__gt=0)
    return rows.filter(transfer__customer=customer_id).select_related("transfer").order_by("-id")


def open_holds(customer_id: int) -> QuerySet[PointsHold]:
    """What of a customer's points is held now, newest first."""
    return PointsHold.objects.filter(customer_id=customer_id, released_at=None).order_by("-id")


def entries(customer_id: int) -> QuerySet[PointsTransfer]:
    """A customer's points in and out; pages of it are ordered by id, newest first."""
    return PointsTransfer.objects.filter(customer_id=customer_id)


def sources(transfers: Iterable[PointsTransfer]) -> dict[int, Source]:
    """Where the points of these transfers came from or went to, by the transfer's id."""
    transfers = list(transfers)
    kinds = {transfer.pk: _source_key(transfer) for transfer in transfers}
    days = {transfer.pk: transfer.origin.get("day") for transfer in transfers}
    tasks = {code for kind, code in kinds.values() if kind == "task"}
    names: dict[str, dict[str, Any]] = {"task": _task_names(tasks) if tasks else {}}
    for kind, read in registry.source_names.items():
        wanted = {code for found, code in kinds.values() if found == kind}
        names[kind] = read(wanted) if wanted else {}
    return {
        pk: Source(kind, code, localized(names.get(kind, {}).get(code, {})), days[pk])
        for pk, (kind, code) in kinds.items()
    }


def _source_key(transfer: PointsTransfer) -> tuple[str, str]:
    for kind in ("task", *registry.source_names):
        if kind in transfer.origin:
            return kind, str(transfer.origin[kind])
    return "expiry" if transfer.kind == PointsTransfer.Kind.EXPIRE else "other", ""


def _task_names(codes: set[str]) -> dict[str, Any]:
    return dict(GrowthTask.objects.filter(code__in=codes).values_list("code", "name"))


def program_now() -> tuple[Rules, date]:
    """The rules now live and the bank's day, in one query (more after a change of the program)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT coalesce(max(id), 0), (clock_timestamp() AT TIME ZONE %s)::date
               FROM growth_programrelease""",
            [str(bankday.zone())],
        )
        release, today = cursor.fetchone()
    return rules_of(release), today
