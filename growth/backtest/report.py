"""The figures of a back-test, as one JSON object."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from growth.backtest.benefits import granted
from growth.backtest.reading import DRAFT, LIVE
from growth.backtest.sums import Change, Ends, Sums
from growth.backtest.worlds import Plan
from growth.limits import VELOCITY
from growth.models import Customer

TOP = 10
# Refusals that are about one customer; the others say that something has come to its end.
PERSONAL = ("per_customer", VELOCITY)


def report(plan: Plan, sums: Sums, ends: Ends) -> dict[str, Any]:
    """What the draft would have given, what it costs, and whom it helps or hurts."""
    return {
        "from": _iso(plan.first),
        "to": _iso(plan.last),
        "events": sums.events,
        "draft": _totals(sums, DRAFT)
        | {"customers": sums.reached, "benefits": granted(plan.draft, DRAFT, sums)},
        "live": _totals(sums, LIVE) | {"benefits": granted(plan.live, LIVE, sums)},
        "tasks": {code: _task(plan, sums, task_id) for task_id, code in plan.codes.items()},
        "budgets": _budgets(plan, sums, ends),
        "ends": _ends(plan, ends),
        "days": _days(sums),
        "winners": _changed(sums, 1),
        "losers": _changed(sums, -1),
        "notes": [{"note": note, "task": code} for note, code in plan.notes],
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _totals(sums: Sums, world: int, task_id: int | None = None) -> dict[str, Any]:
    """Completions that were paid, what they brought, and what was refused."""
    completions = points = growth = 0
    for (number, task, _day), given in sums.given.items():
        if number == world and task_id in (None, task):
            completions += given[0]
            points += given[1]
            growth += given[2]
    refused: Counter[str] = Counter()
    for (number, task, _day, reason), times in sums.refused.items():
        if number == world and task_id in (None, task):
            refused[reason] += times
    return {
        "completions": completions,
        "points": points,
        "growth": growth,
        "refused": dict(sorted(refused.items())),
    }


def _task(plan: Plan, sums: Sums, task_id: int) -> dict[str, Any]:
    found = _totals(sums, DRAFT, task_id) | {"customers": sums.customers.get((DRAFT, task_id), 0)}
    if task_id not in plan.live.tried:
        return found | {"live": None}
    live = _totals(sums, LIVE, task_id) | {"customers": sums.customers.get((LIVE, task_id), 0)}
    return found | {"live": live}


def _budgets(plan: Plan, sums: Sums, ends: Ends) -> list[dict[str, Any]]:
    """Points of the draft by the budget and cost centre that they come from."""
    costs: Counter[tuple[str, str]] = Counter()
    for task_id, rule in plan.draft.tried.items():
        given = (cell for place, cell in sums.given.items() if place[:2] == (DRAFT, task_id))
        costs[rule.budget, rule.cost_centre] += sum(points for _, points, _ in given)
    rows = []
    for (code, cost_centre), points in sorted(costs.items()):
        budget = plan.budgets.get(code)
        rows.append(
            {
                "budget": code,
                "cost_centre": cost_centre,
                "points": points,
                "of": budget.points if budget else None,
                "ends_on": _day(ends.budgets.get(budget.pk) if budget else None),
            }
        )
    return rows


def _ends(plan: Plan, ends: Ends) -> list[dict[str, Any]]:
    """Limits and budgets that had nothing left, from the first day on which they refused."""
    codes = {budget.pk: code for code, budget in plan.budgets.items()}
    found = [
        {"day": _day(day), "limit": name, "task": plan.codes[task_id]}
        for (task_id, name), day in ends.limits.items()
        if name not in PERSONAL
    ]
    found += [
        {"day": _day(day), "limit": "budget", "budget": codes[budget_id]}
        for budget_id, day in ends.budgets.items()
    ]
    return sorted(found, key=lambda row: (row["day"] or "", row["limit"]))


def _day(ordinal: int | None) -> str | None:
    return _iso(date.fromordinal(ordinal)) if ordinal else None


def _days(sums: Sums) -> list[dict[str, Any]]:
    """Days on which something was completed, by the draft or live."""
    days: dict[int, dict[str, Any]] = {}

    def at(day: int) -> dict[str, Any]:
        nothing = dict.fromkeys(("completions", "points", "growth", "refused", "live_points"), 0)
        return days.setdefault(day, {"day": _day(day), **nothing})

    for (world, _task_id, day), (completions, points, growth) in sums.given.items():
        row = at(day)
        if world == LIVE:
            row["live_points"] += points
            continue
        row["completions"] += completions
        row["points"] += points
        row["growth"] += growth
    for (world, _task_id, day, _reason), times in sums.refused.items():
        if world == DRAFT:
            at(day)["refused"] += times
    return [days[day] for day in sorted(days)]


def _changed(sums: Sums, sign: int) -> dict[str, Any]:
    customers, points, growth, top = sums.changes(sign, TOP)
    return {"customers": customers, "points": points, "growth": growth, "top": list(_rows(top))}


def _rows(top: list[Change]) -> Iterable[dict[str, Any]]:
    ids = [change.customer_id for change in top]
    refs = dict(Customer.objects.filter(pk__in=ids).values_list("pk", "ref"))
    for change in top:
        ref = refs[change.customer_id]
        yield {
            "customer": ref,
            "points": change.draft,
            "live_points": change.live,
            "growth": change.growth,
            "live_growth": change.live_growth,
        }
