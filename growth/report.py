"""The figures of `program_report`, and what `reconcile` compares."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from growth import (
    bankday,
    budgets,
    causes,
    changes,
    ledger,
    levels,
    limits,
    make_up_prices,
    progress,
    registry,
    reversals,
    segments,
)
from growth.liability import days as liability_days
from growth.models import Customer, GrowthTask, Segment
from growth.queries import program_now


@contextmanager
def _snapshot() -> Iterator[None]:
    """All that is read here is as of one instant, while events go on coming in."""
    with transaction.atomic():
        if not connection.savepoint_ids:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


@_snapshot()
def program_report() -> dict[str, Any]:
    """Contract section 5, from one snapshot."""
    by_type = _pairs("SELECT type, count(*) FROM growth_bankevent GROUP BY 1 ORDER BY 1")
    report = {
        "customers": Customer.objects.count(),
        "events": {"accepted": sum(by_type.values()), "by_type": by_type},
        "segments": segments.members_by_code(Segment.objects.all()),
        "tasks": _tasks(),
        "points": ledger.totals(),
        "growth_value": _growth_value(),
        "levels": _levels(),
    }
    return report | {key: part() for key, part in registry.report_parts.items()}


def differences() -> Iterable[str]:
    """Where balances, levels, streaks, progress or stock differ from the records."""
    with _snapshot():
        rules, today = program_now()
        yield from reversals.differences()
        yield from ledger.differences()
        yield from causes.differences()
        yield from changes.differences()
        yield from make_up_prices.differences()
        yield from liability_days.differences()
        yield from levels.differences(today)
        yield from progress.differences(rules)
        yield from limits.differences()
        yield from budgets.differences()
        for reconciler in registry.reconcilers.values():
            yield from reconciler()


def _pairs(sql: str) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {key: int(value) for key, value in cursor.fetchall()}


def _tasks() -> dict[str, dict[str, Any]]:
    figures: dict[str, dict[str, Any]] = {
        code: {"completions": 0, "customers": 0, "points": 0, "refused": {}}
        for code in GrowthTask.objects.order_by("code").values_list("code", flat=True)
    }
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT t.code, count(*), count(DISTINCT c.customer_id),
                      coalesce(sum(c.points) FILTER (WHERE c.status = 'posted'), 0)
               FROM growth_taskcompletion c JOIN growth_growthtask t ON t.id = c.task_id
               WHERE c.status IN ('posted', 'claimable', 'pending') GROUP BY 1"""
        )
        for code, completions, customers, points in cursor.fetchall():
            figures[code] |= {
                "completions": completions,
                "customers": customers,
                "points": int(points),
            }
        cursor.execute(
            """SELECT t.code, c.reason, sum(c.times)
               FROM growth_taskcompletion c JOIN growth_growthtask t ON t.id = c.task_id
               WHERE c.status = 'refused' GROUP BY 1, 2"""
        )
        for code, reason, times in cursor.fetchall():
            figures[code]["refused"][reason] = int(times)
    return figures


def _growth_value() -> int:
    """Growth value that counts today, of all customers."""
    scheme = levels.current_scheme()
    window = scheme.window_days if scheme else 0
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT coalesce(sum(value), 0) FROM growth_growthentry
               WHERE %s = 0 OR day > %s::date - %s""",
            [window, bankday.today(), window],
        )
        return int(cursor.fetchone()[0])


def _levels() -> dict[str, int]:
    """Customers by level of the scheme in force; who has none yet stands on the lowest."""
    steps = list(levels.current_levels().values_list("code", flat=True))
    if not steps:
        return {}
    held = _pairs("SELECT level, count(*) FROM growth_customer GROUP BY 1")
    figures = {code: held.pop(code, 0) for code in steps}
    figures[steps[0]] += held.pop("", 0)
    return figures | held
