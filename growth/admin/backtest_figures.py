"""What a back-test has found, as its page shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from growth.admin import backtest_costs, choices, words
from growth.admin.charts import Chart, chart
from growth.models import Budget

MOST_BARS = 60


@dataclass(frozen=True)
class Figure:
    """A figure of the draft beside that of the live versions (None: nothing is live)."""

    label: str
    value: int
    live: int | None = None

    @property
    def change(self) -> int | None:
        """How much more (or less) than live."""
        return None if self.live is None else self.value - self.live


def of(found: Mapping[str, Any]) -> dict[str, Any]:
    """Figures, charts and tables of a result."""
    draft, live, names = found["draft"], found["live"], dict(choices.tasks())
    compared = any(row["live"] is not None for row in found["tasks"].values())

    def figure(label: str, key: str) -> Figure:
        return Figure(label, draft[key], live[key] if compared else None)

    days = [{**row, "day": date.fromisoformat(row["day"])} for row in found["days"]]
    return {
        "figures": [
            Figure(_("Customers reached"), draft["customers"]),
            figure(_("Completions"), "completions"),
            figure(_("Points"), "points"),
            figure(_("Growth value"), "growth"),
        ],
        "compared": compared,
        "charts": charts(days) if days else [],
        "refused": [(words.reason(code), times) for code, times in draft["refused"].items()],
        "ends": [_end(row, names) for row in found["ends"]],
        "budgets": _budgets(found["budgets"]),
        "benefits": backtest_costs.granted(found),
        "winners": found["winners"],
        "losers": found["losers"],
        "notes": [_note(row) for row in found["notes"]],
        "events": found["events"],
        "seconds": found["seconds"],
    }


def charts(days: Sequence[Mapping[str, Any]]) -> list[Chart]:
    """Points and completions over the days; a bar stands for several where there are many."""
    shown = {"points": _("Points by day"), "completions": _("Completions by day")}
    width, first, last = _width(days), days[0]["day"], days[-1]["day"]
    starts = [first + timedelta(days=offset) for offset in range(0, (last - first).days + 1, width)]
    note = _("Each bar stands for {n} days.").format(n=width) if width > 1 else ""
    found = []
    for key, title in shown.items():
        values: dict[date, int] = dict.fromkeys(starts, 0)
        for row in days:
            values[starts[(row["day"] - first).days // width]] += row[key]
        found.append(chart(f"backtest-{key}", title, values, starts, note=note))
    return found


def _width(days: Sequence[Mapping[str, Any]]) -> int:
    """Days in a bar, so that there is room for all bars."""
    span = (days[-1]["day"] - days[0]["day"]).days + 1
    return -(-span // MOST_BARS)


def _end(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    day = date.fromisoformat(row["day"])
    if "budget" in row:
        budget = Budget.objects.filter(code=row["budget"]).first()
        text = _("the budget “{budget}” is used up").format(budget=budget or row["budget"])
    else:
        text = words.reason(row["limit"])
    return {"day": day, "text": text}


def _budgets(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    names = {budget.code: str(budget) for budget in Budget.objects.all()}
    return [
        {**row, "name": names.get(row["budget"], row["budget"]) or _("no budget")} for row in rows
    ]


def _note(row: Mapping[str, Any]) -> str:
    if row["note"] == "no_audience":
        return _("Its segment is not stored, so no event was known to be of its audience.")
    if row["note"] == "same_budget":
        return _("“{task}” draws on the same budget, so it was judged along.").format(
            task=row["task"]
        )
    return str(row["note"])
