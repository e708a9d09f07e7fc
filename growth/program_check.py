"""Check a growth program before anything is applied: every fault, with its path in the file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from growth import registry
from growth.checking import Checker
from growth.rule_check import MAX_DEPTH, RuleChecker
from growth.task_check import Codes, check_tasks, own_codes

MAX_CONDITIONS = 1000
POLICIES = ("never", "one_down", "to_earned")


@dataclass
class Known:
    """Codes that the file may refer to besides its own: what is stored already."""

    segments: dict[str, Any] = field(default_factory=dict)  # code -> rule
    levels: set[str] = field(default_factory=set)
    tasks: dict[str, list[str]] = field(default_factory=dict)  # code -> tasks it leans on
    budgets: set[str] = field(default_factory=set)
    badges: set[str] = field(default_factory=set)


def check_program(document: Any, known: Known) -> list[tuple[str, str]]:
    """All faults of a program file; an empty list says that it can be applied."""
    checker = Checker()
    sections = ("segments", "levels", "tasks", *registry.program_sections)
    top = checker.mapping(document, "program", ("version",), sections)
    if "version" in top and top["version"] != 1:
        checker.fault("version", "must be 1")
    rules = _check_segments(checker, top.get("segments"), known)
    levels = set(known.levels)
    if "levels" in top:
        levels = _check_levels(checker, top["levels"])
        _check_levels_asked_for(checker, known, rules, levels)
    _check_rules(checker, top.get("segments"), rules, levels)
    benefits: set[str] = set()
    for key, section in registry.program_sections.items():
        rows = checker.rows(top.get(key), key)
        for path, text in section.check(rows, segments=set(rules), levels=levels):
            checker.fault(f"{key}{path}", text)
        benefits |= section.codes(rows)
    codes = Codes(
        segments=set(rules),
        benefits=benefits,
        budgets=known.budgets | set(own_codes(top.get("budgets"))),
        badges=known.badges | set(own_codes(top.get("badges"))),
    )
    check_tasks(checker, top.get("tasks"), known.tasks, codes)
    return [(path.removeprefix("program."), text) for path, text in checker.faults]


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


def _check_levels(checker: Checker, value: Any) -> set[str]:
    row = checker.mapping(value, "levels", ("steps",), ("window_days", "downgrade"))
    if "window_days" in row:
        checker.whole(row["window_days"], "levels.window_days", 0, 36500)
    if "downgrade" in row:
        downgrade = checker.mapping(
            row["downgrade"], "levels.downgrade", ("policy",), ("buffer_days",)
        )
        if "policy" in downgrade:
            checker.choice(downgrade["policy"], "levels.downgrade.policy", POLICIES)
        if "buffer_days" in downgrade:
            checker.whole(downgrade["buffer_days"], "levels.downgrade.buffer_days", 0, 3650)
    seen: set[str] = set()
    last = -1
    steps = checker.rows(row.get("steps"), "levels.steps")
    if isinstance(row.get("steps"), list) and not steps:
        checker.fault("levels.steps", "must hold at least one step")
    for index, step in enumerate(steps):
        path = f"levels.steps[{index}]"
        step = checker.mapping(step, path, ("code", "name", "from"), ())
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
