"""Check a growth program before anything is applied: every fault, with its path in the file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from growth import registry
from growth.checking import Checker
from growth.levels.check import check_levels, check_privileges
from growth.rule_check import MAX_DEPTH, RuleChecker
from growth.task_check import Codes, check_tasks, fixed_day, own_codes
from growth.values import iso_date

MAX_CONDITIONS = 1000


@dataclass
class Known:
    """Codes that the file may refer to besides its own: what is stored already."""

    segments: dict[str, Any] = field(default_factory=dict)  # code -> rule
    levels: set[str] = field(default_factory=set)
    tasks: dict[str, list[str]] = field(default_factory=dict)  # code -> tasks it leans on
    budgets: set[str] = field(default_factory=set)
    fixed_days: dict[str, date] = field(default_factory=dict)  # task -> day its points expire on
    today: date = date.min  # the bank day on which the file is loaded


def check_program(document: Any, known: Known) -> list[tuple[str, str]]:
    """All faults of a program file; an empty list says that it can be applied."""
    checker = Checker()
    sections = ("segments", "levels", "tasks", *registry.program_sections)
    top = checker.mapping(document, "program", (), ("version", *sections))
    if "version" in top and top["version"] != 1:
        checker.fault("version", "must be 1")
    rules = _check_segments(checker, top.get("segments"), known)
    levels = set(known.levels)
    if "levels" in top:
        levels = check_levels(checker, top["levels"])
        _check_levels_asked_for(checker, known, rules, levels)
    _check_rules(checker, top.get("segments"), rules, levels)
    codes_of: dict[str, set[str]] = {}
    for key, section in registry.program_sections.items():
        rows = checker.rows(top.get(key), key)
        for path, text in section.check(rows, segments=set(rules), levels=levels):
            checker.fault(f"{key}{path}", text)
        codes_of[key] = section.codes(rows)
    benefits, badges = codes_of.get("benefits", set()), codes_of.get("badges", set())
    check_privileges(checker, top.get("levels"), benefits, badges)
    codes = Codes(
        segments=set(rules),
        benefits=benefits,
        budgets=known.budgets | set(own_codes(top.get("budgets"))),
        badges=badges,
    )
    check_tasks(checker, top.get("tasks"), known.tasks, codes)
    _check_fixed_days(checker, top.get("tasks"), known)
    return [(path.removeprefix("program."), text) for path, text in checker.faults]


def _check_fixed_days(checker: Checker, rows: Any, known: Known) -> None:
    """No task that goes on may have its points expire on a day that has come. One that is stored
    so stays, as files are loaded again."""
    for index, row in enumerate(rows if isinstance(rows, list) else ()):
        day = fixed_day(row)
        if day is None or day > known.today or known.fixed_days.get(str(row.get("code"))) == day:
            continue
        ends = iso_date(row.get("ends"))
        if ends is None or ends >= known.today:
            text = "is over, so points would be good for one day only"
            checker.fault(f"tasks[{index}].points_expire.on", text)


def _check_segments(checker: Checker, rows: Any, known: Known) -> dict[str, Any]:
    """The rules that will stand: those stored and those of the file."""
    rules = dict(known.segments)
    seen: set[str] = set()
    for index, row in enumerate(checker.rows(rows, "segments")):
        path = f"segments[{index}]"
        row = checker.mapping(row, path, ("code", "name", "rule"), ())
        if "name" in row:
            checker.name(row["name"], f"{path}.name")
        if "code" in row and (code := checker.code(row["code"], f"{path}.code", seen)):
            rules[code] = row.get("rule", {"all": []})
    return rules


def _check_rules(checker: Checker, rows: Any, rules: dict[str, Any], levels: set[str]) -> None:
    circular = False
    for index, row in enumerate(rows if isinstance(rows, list) else []):
        if isinstance(row, Mapping) and row.get("rule") is not None:
            path = f"segments[{index}].rule"
            RuleChecker(checker, set(rules), levels).check(row["rule"], path)
            if isinstance(row.get("code"), str) and row["code"] in _reached(row["code"], rules):
                checker.fault(path, "refers to itself, by way of other segments")
                circular = True
    if rows and not circular:
        _check_extent(checker, rules)


def _reached(code: str, rules: dict[str, Any]) -> set[str]:
    """Segments that a segment's rule refers to, directly or not."""
    reached: set[str] = set()
    todo = list(_referred(rules.get(code), 0))
    while todo:
        other = todo.pop()
        if other not in reached:
            reached.add(other)
            todo += _referred(rules.get(other), 0)
    return reached


def _check_extent(checker: Checker, rules: dict[str, Any]) -> None:
    """A few segments that refer to each other can stand for millions of conditions."""
    for code, rule in rules.items():
        conditions = list(islice(_conditions(rule, rules, 0), MAX_CONDITIONS + 1))
        if len(conditions) > MAX_CONDITIONS or None in conditions:
            text = f"{code} stands for too many or too deep conditions, with those it refers to"
            checker.fault("segments", text)


def _conditions(rule: Any, rules: dict[str, Any], depth: int) -> Iterable[str | None]:
    """The conditions that a rule stands for; None for what is nested too deep."""
    if depth > 3 * MAX_DEPTH:
        yield None
    elif isinstance(rule, list):
        for part in rule:
            yield from _conditions(part, rules, depth + 1)
    elif isinstance(rule, Mapping):
        for key, value in rule.items():
            if key in ("all", "any", "not"):
                yield from _conditions(value, rules, depth + 1)
            elif key == "segment" and isinstance(value, str):
                yield from _conditions(rules.get(value), rules, depth + 1)
            else:
                yield str(key)


def _referred(rule: Any, depth: int) -> Iterable[str]:
    if depth > MAX_DEPTH:
        return
    if isinstance(rule, list):
        for part in rule:
            yield from _referred(part, depth + 1)
    elif isinstance(rule, Mapping):
        if isinstance(rule.get("segment"), str):
            yield rule["segment"]
        for key in ("all", "any", "not"):
            yield from _referred(rule.get(key), depth + 1)


def _check_levels_asked_for(
    checker: Checker, known: Known, rules: dict[str, Any], levels: set[str]
) -> None:
    """Segments that stay as they are must find the levels that they ask for."""
    for code, rule in known.segments.items():
        if rules[code] is rule:
            kept = Checker()
            RuleChecker(kept, set(rules), levels).check(rule, code)
            for path, text in kept.faults:
                checker.fault("levels.steps", f"segment {path} needs it: {text}")
