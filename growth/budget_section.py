"""The ``budgets`` section of the growth program file."""

from collections.abc import Iterable, Mapping
from typing import Any

from growth import budgets, registry
from growth.checking import Checker
from growth.models import Budget
from growth.values import iso_date

REQUIRED = ("code", "name", "points")
OPTIONAL = ("cost_centre", "starts", "ends", "programme", "alert_percent")
ALERT_PERCENT = 80
MOST_POINTS = 10**15

Fault = tuple[str, str]


class BudgetsSection:
    """Checks, applies and dumps the budgets of a program file."""

    def check(self, rows: Any, *, segments: set[str], levels: set[str]) -> list[Fault]:
        """Every fault, with its path below the section."""
        checker, seen = Checker(), set[str]()
        of_programme = set(Budget.objects.filter(programme=True).values_list("code", flat=True))
        for index, row in enumerate(rows):
            path = f"[{index}]"
            row = checker.mapping(row, path, REQUIRED, OPTIONAL)
            code = checker.code(row["code"], f"{path}.code", seen) if "code" in row else ""
            _check_row(checker, row, path)
            if row.get("programme") is True:
                of_programme.add(code)
            else:
                of_programme.discard(code)
        if len(of_programme) > 1:
            named = ", ".join(sorted(of_programme))
            checker.fault("", f"can hold one budget for the whole programme, not {named}")
        return checker.faults

    def codes(self, rows: Any) -> set[str]:
        """Codes of the budgets that exist once ``rows`` are applied."""
        named = {row.get("code") for row in rows if isinstance(row, Mapping)}
        stored = Budget.objects.values_list("code", flat=True)
        return {code for code in named if isinstance(code, str)} | set(stored)

    def apply(self, rows: Any) -> list[str]:
        """Add and update, inside the caller's transaction; one line per change.

        Whatever changes, what a budget has given is worked out anew from the records.
        """
        stored = {budget.code: budget for budget in Budget.objects.all()}
        changes: list[tuple[Budget, str]] = []
        for row in rows:
            budget = stored.get(row["code"]) or Budget(code=row["code"], name={}, points=0)
            wanted = facts(row)
            differing = sorted(key for key in wanted if getattr(budget, key) != wanted[key])
            if budget.pk and not differing:
                continue
            line = f"{', '.join(differing)} changed" if budget.pk else "new"
            for key, value in wanted.items():
                setattr(budget, key, value)
            changes.append((budget, f"budget {budget.code}: {line}"))
        # Whoever gives up the whole programme comes before who takes it on.
        for budget, _ in sorted(changes, key=lambda change: change[0].programme):
            budget.save()
            budgets.recount(budget)
            budgets.reopen(budget)
        return [line for _, line in changes]

    def dump(self) -> list[dict[str, Any]]:
        """Every budget in the file's form."""
        return [dumped(budget) for budget in Budget.objects.all()]


def register() -> None:
    """Make the section known to the program file."""
    registry.program_sections["budgets"] = BudgetsSection()


def _check_row(checker: Checker, row: Mapping[str, Any], path: str) -> None:
    if "name" in row:
        checker.name(row["name"], f"{path}.name")
    if "points" in row:
        checker.whole(row["points"], f"{path}.points", 0, MOST_POINTS)
    if "cost_centre" in row:
        checker.text(row["cost_centre"], f"{path}.cost_centre", 40)
    days = {key: checker.day(row[key], f"{path}.{key}") for key in ("starts", "ends") if key in row}
    starts, ends = days.get("starts"), days.get("ends")
    if starts and ends and starts > ends:
        checker.fault(f"{path}.ends", "is before starts")
    if "programme" in row and not isinstance(row["programme"], bool):
        checker.fault(f"{path}.programme", "must be true or false")
    if "alert_percent" in row:
        checker.whole(row["alert_percent"], f"{path}.alert_percent", 1, 100)


def facts(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says of its budget; what it leaves out is as in a new one."""
    return {
        "name": dict(row["name"]),
        "points": row["points"],
        "cost_centre": row.get("cost_centre") or "",
        "starts": iso_date(row.get("starts")),
        "ends": iso_date(row.get("ends")),
        "programme": bool(row.get("programme")),
        "alert_percent": row.get("alert_percent") or ALERT_PERCENT,
    }


def dumped(budget: Budget) -> dict[str, Any]:
    """A budget as the file has it; what is as in a new one is left out."""
    return dict(_told(budget))


def _told(budget: Budget) -> Iterable[tuple[str, Any]]:
    yield "code", budget.code
    yield "name", budget.name
    yield "points", budget.points
    if budget.cost_centre:
        yield "cost_centre", budget.cost_centre
    for key in ("starts", "ends"):
        if day := getattr(budget, key):
            yield key, day.isoformat()
    if budget.programme:
        yield "programme", True
    if budget.alert_percent != ALERT_PERCENT:
        yield "alert_percent", budget.alert_percent
