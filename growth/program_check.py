"""Check a growth program before anything is applied: every fault, with its path in the file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any

from growth import registry
from growth.checking import Checker, check_operators
from growth.conditions import OPERATORS
from growth.rule_check import MAX_DEPTH, RuleChecker
from growth.values import number

KINDS = ("once", "daily", "weekly", "monthly", "streak", "cumulative")
LIMITS = ("completions", "points", "per_customer", "completions_a_day")
MAX_CONDITIONS = 1000
POLICIES = ("never", "one_down", "to_earned")


@dataclass
class Known:
    """Codes that the file may refer to besides its own: what is stored already."""

    segments: dict[str, Any] = field(default_factory=dict)  # code -> rule
    levels: set[str] = field(default_factory=set)
    tasks: dict[str, list[str]] = field(default_factory=dict)  # code -> requires


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
    _check_tasks(checker, top.get("tasks"), known, set(rules), benefits)
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


_TASK_KEYS = [
    "where",
    "target",
    "sum_of",
    "distinct_by",
    "segment",
    "requires",
    "starts",
    "ends",
    "claim",
    "reward",
    "points_expire",
    "limit",
]


def _check_tasks(
    checker: Checker, rows: Any, known: Known, segments: set[str], benefits: set[str]
) -> None:
    requires = dict(known.tasks)
    seen: set[str] = set()
    checked: list[tuple[str, str, dict[str, Any], list[Any]]] = []
    for index, row in enumerate(checker.rows(rows, "tasks")):
        path = f"tasks[{index}]"
        row = checker.mapping(row, path, ("code", "name", "kind", "event"), _TASK_KEYS)
        code = checker.code(row["code"], f"{path}.code", seen) if "code" in row else ""
        wanted = checker.rows(row.get("requires"), f"{path}.requires")
        checked.append((path, code, row, wanted))
        if code:
            requires[code] = [item for item in wanted if isinstance(item, str)]
    for path, code, row, wanted in checked:
        check_task(checker, row, path, segments, benefits)
        for place, other in enumerate(wanted):
            checker.known(other, f"{path}.requires[{place}]", "task", requires)
        if code and code in _required(code, requires):
            checker.fault(f"{path}.requires", "requires itself, by way of other tasks")


def _required(code: str, requires: dict[str, list[str]]) -> set[str]:
    reached: set[str] = set()
    todo = list(requires.get(code, ()))
    while todo:
        other = todo.pop()
        if other not in reached:
            reached.add(other)
            todo += requires.get(other, ())
    return reached


def check_task(
    checker: Checker, row: Mapping, path: str, segments: set[str], benefits: set[str]
) -> None:
    """The fields of one task but its code and what it requires."""
    if "name" in row:
        checker.name(row["name"], f"{path}.name")
    if "kind" in row:
        checker.choice(row["kind"], f"{path}.kind", KINDS)
    for key in ("event", "sum_of", "distinct_by"):
        if key in row:
            checker.text(row[key], f"{path}.{key}")
    if "sum_of" in row and row.get("kind") != "cumulative":
        checker.fault(f"{path}.sum_of", "is for cumulative tasks only")
    if "target" in row:
        _check_target(checker, row, f"{path}.target")
    for index, condition in enumerate(checker.rows(row.get("where"), f"{path}.where")):
        place = f"{path}.where[{index}]"
        condition = checker.mapping(condition, place, ("field",), OPERATORS)
        if "field" in condition:
            checker.text(condition["field"], f"{place}.field")
        check_operators(checker, condition, place, dates=False)
    if "segment" in row:
        checker.known(row["segment"], f"{path}.segment", "segment", segments)
    days = {key: checker.day(row[key], f"{path}.{key}") for key in ("starts", "ends") if key in row}
    starts, ends = days.get("starts"), days.get("ends")
    if starts and ends and starts > ends:
        checker.fault(f"{path}.ends", "is before starts")
    if "claim" in row:
        checker.choice(row["claim"], f"{path}.claim", ("auto", "manual"))
    _check_reward(checker, row, path, benefits)
    _check_limit(checker, row, path)


def _check_target(checker: Checker, row: Mapping, path: str) -> None:
    if row.get("kind") == "cumulative" and row.get("sum_of"):
        target = number(row["target"])
        if target is None or not Decimal("0.0001") <= target <= 10**15:
            checker.fault(path, "must be a number above 0")
    else:
        checker.whole(row["target"], path, 1)


def _check_reward(checker: Checker, row: Mapping, path: str, benefits: set[str]) -> None:
    if "reward" in row:
        place = f"{path}.reward"
        reward = checker.mapping(row["reward"], place, (), ("points", "growth", "benefit"))
        for key in ("points", "growth"):
            if key in reward:
                checker.whole(reward[key], f"{place}.{key}", 0, 10**7)
        if "benefit" in reward:
            checker.known(reward["benefit"], f"{place}.benefit", "benefit", benefits)
    if "points_expire" in row:
        place = f"{path}.points_expire"
        policy = checker.mapping(
            row["points_expire"], place, (), ("after_days", "end_of_month_after")
        )
        if len(policy) != 1:
            checker.fault(place, "must have either after_days or end_of_month_after")
        if "after_days" in policy:
            checker.whole(policy["after_days"], f"{place}.after_days", 1, 36500)
        if "end_of_month_after" in policy:
            checker.whole(policy["end_of_month_after"], f"{place}.end_of_month_after", 0, 1200)


def _check_limit(checker: Checker, row: Mapping, path: str) -> None:
    if "limit" not in row:
        return
    limit = checker.mapping(row["limit"], f"{path}.limit", (), LIMITS)
    for key, value in limit.items():
        if key in LIMITS:
            checker.whole(value, f"{path}.limit.{key}", 0, 10**12)
