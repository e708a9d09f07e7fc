"""Check the levels of a growth program: steps in order, and privileges that exist."""

from collections.abc import Mapping
from typing import Any

from growth.checking import Checker
from growth.values import iso_date

POLICIES = ("never", "one_down", "to_earned")
PRIVILEGES = ("points_percent", "benefits", "badge")
MOST_PERCENT = 500
MOST_BENEFITS = 20
MOST_FALL_DAYS = 12


def check_levels(checker: Checker, value: Any) -> set[str]:
    """All but the privileges; returns the codes of the levels."""
    row = checker.mapping(value, "levels", ("steps",), ("window_days", "downgrade", "effective_on"))
    if "window_days" in row:
        checker.whole(row["window_days"], "levels.window_days", 0, 36500)
    if "effective_on" in row:
        checker.day(row["effective_on"], "levels.effective_on")
    if "downgrade" in row:
        _check_downgrade(checker, row["downgrade"])
    seen: set[str] = set()
    last = -1
    steps = checker.rows(row.get("steps"), "levels.steps")
    if isinstance(row.get("steps"), list) and not steps:
        checker.fault("levels.steps", "must hold at least one step")
    for index, step in enumerate(steps):
        path = f"levels.steps[{index}]"
        step = checker.mapping(step, path, ("code", "name", "from"), ("privileges",))
        if "code" in step:
            checker.code(step["code"], f"{path}.code", seen)
        if "name" in step:
            checker.name(step["name"], f"{path}.name")
        if "from" not in step:
            continue
        checker.whole(step["from"], f"{path}.from")
        if index == 0 and step["from"] != 0:
            checker.fault(f"{path}.from", "the first level starts from 0")
        elif isinstance(step["from"], int) and step["from"] <= last:
            checker.fault(f"{path}.from", "must be above the step before")
        last = step["from"] if isinstance(step["from"], int) else last
    return seen


def _check_downgrade(checker: Checker, value: Any) -> None:
    downgrade = checker.mapping(value, "levels.downgrade", ("policy",), ("buffer_days", "on"))
    if "policy" in downgrade:
        checker.choice(downgrade["policy"], "levels.downgrade.policy", POLICIES)
    if "buffer_days" in downgrade:
        checker.whole(downgrade["buffer_days"], "levels.downgrade.buffer_days", 0, 3650)
    days = checker.rows(downgrade.get("on"), "levels.downgrade.on")
    if len(days) > MOST_FALL_DAYS or len(set(map(str, days))) < len(days):
        checker.fault("levels.downgrade.on", f"must hold at most {MOST_FALL_DAYS} different days")
    elif not all(isinstance(day, str) and iso_date(f"2001-{day}") for day in days):
        checker.fault("levels.downgrade.on", "must hold days of the year, such as 06-30")


def check_privileges(checker: Checker, value: Any, benefits: set[str], badges: set[str]) -> None:
    """What levels bring, once it is known which benefits and badges there are."""
    steps = value.get("steps") if isinstance(value, Mapping) else None
    for index, step in enumerate(steps if isinstance(steps, list) else []):
        if not isinstance(step, Mapping) or step.get("privileges") is None:
            continue
        path = f"levels.steps[{index}].privileges"
        row = checker.mapping(step["privileges"], path, (), PRIVILEGES)
        if "points_percent" in row:
            checker.whole(row["points_percent"], f"{path}.points_percent", 100, MOST_PERCENT)
        given = checker.rows(row.get("benefits"), f"{path}.benefits")
        for place, code in enumerate(given):
            checker.known(code, f"{path}.benefits[{place}]", "benefit", benefits)
            if code in given[:place]:
                checker.fault(f"{path}.benefits[{place}]", f"{code} stands twice")
        if len(given) > MOST_BENEFITS:
            checker.fault(f"{path}.benefits", f"holds more than {MOST_BENEFITS}")
        if "badge" in row:
            checker.known(row["badge"], f"{path}.badge", "badge", badges)
