"""Check a growth program before anything is applied: every fault, with its path in the file."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from growth import registry
from growth.conditions import OPERATORS
from growth.values import BadJson, check_json, iso_date, number

KINDS = ("once", "daily", "weekly", "monthly", "streak", "cumulative")
LIMITS = ("completions", "points", "per_customer", "completions_a_day")
POLICIES = ("never", "one_down", "to_earned")
MAX_DEPTH = 20
MAX_NUMBER = 10**9
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)
LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.ASCII)


@dataclass
class Known:
    """Codes that the file may refer to besides its own: what is stored already."""

    segments: dict[str, Any] = field(default_factory=dict)  # code -> rule
    levels: set[str] = field(default_factory=set)
    tasks: dict[str, list[str]] = field(default_factory=dict)  # code -> requires


class Checker:
    """Collects faults as (path, what is wrong)."""

    def __init__(self) -> None:
        self.faults: list[tuple[str, str]] = []

    def fault(self, path: str, text: str) -> None:
        self.faults.append((path, text))

    def mapping(self, value: Any, path: str, required: Iterable[str], optional: Iterable[str]):
        """``value`` where it is a mapping with these keys, else an empty one."""
        if not isinstance(value, Mapping):
            self.fault(path, "must be a mapping of keys to values")
            return {}
        allowed = {*required, *optional}
        for key in value:
            if key not in allowed:
                known = ", ".join(sorted(allowed))
                self.fault(f"{path}.{key}", f"is not known here; known are {known}")
        for key in required:
            if value.get(key) is None:
                self.fault(f"{path}.{key}", "is missing")
        return {key: inner for key, inner in value.items() if inner is not None}

    def rows(self, value: Any, path: str) -> list[Any]:
        if value is None:
            return []
        if not isinstance(value, list):
            self.fault(path, "must be a list")
            return []
        return value

    def code(self, value: Any, path: str, seen: set[str]) -> str:
        if not isinstance(value, str) or not CODE.fullmatch(value):
            self.fault(path, "must be 1 to 64 letters, digits, - or _")
            return ""
        if value in seen:
            self.fault(path, f"{value} stands twice in the file")
        seen.add(value)
        return value

    def name(self, value: Any, path: str) -> None:
        if not isinstance(value, Mapping) or not value:
            self.fault(path, "must give the name by language, as {en: …, zh-hans: …}")
            return
        for language, text in value.items():
            if not isinstance(language, str) or not LANGUAGE.fullmatch(language):
                self.fault(f"{path}.{language}", "is not a language code such as en or zh-hans")
            elif not isinstance(text, str) or not text.strip() or len(text) > 200:
                self.fault(f"{path}.{language}", "must be a text of 1 to 200 characters")

    def text(self, value: Any, path: str, longest: int = 128) -> str:
        if not isinstance(value, str) or not value or len(value) > longest:
            self.fault(path, f"must be a text of 1 to {longest} characters")
            return ""
        try:
            check_json(value)
        except BadJson as error:
            self.fault(path, str(error))
            return ""
        return value

    def whole(self, value: Any, path: str, least: int = 0, most: int = MAX_NUMBER) -> None:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.fault(path, f"must be a whole number from {least} to {most}")

    def day(self, value: Any, path: str) -> date | None:
        found = iso_date(value)
        if found is None:
            self.fault(path, "must be a date, as 2026-01-31")
        return found

    def choice(self, value: Any, path: str, choices: Iterable[str]) -> None:
        if value not in choices:
            self.fault(path, f"must be one of {', '.join(choices)}")


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
    rules, seen = dict(known.segments), set()
    for index, row in enumerate(checker.rows(rows, "segments")):
        path = f"segments[{index}]"
        row = checker.mapping(row, path, ("code", "name", "rule"), ())
        if "name" in row:
            checker.name(row["name"], f"{path}.name")
        if "code" in row and (code := checker.code(row["code"], f"{path}.code", seen)):
            rules[code] = row.get("rule", {"all": []})
    return rules


def _check_rules(checker: Checker, rows: Any, rules: dict[str, Any], levels: set[str]) -> None:
    for index, row in enumerate(rows if isinstance(rows, list) else []):
        if isinstance(row, Mapping) and row.get("rule") is not None:
            path = f"segments[{index}].rule"
            RuleChecker(checker, set(rules), levels).check(row["rule"], path)
            if isinstance(row.get("code"), str) and row["code"] in _reached(row["code"], rules):
                checker.fault(path, "refers to itself, by way of other segments")


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


class RuleChecker:
    """Checks one segment rule: a condition or a group, nested."""

    GROUPS = ("all", "any", "not")
    CONDITIONS = ("attribute", "age", "tag", "event", "level", "segment")

    def __init__(self, checker: Checker, segments: set[str], levels: set[str]) -> None:
        self.checker, self.segments, self.levels = checker, segments, levels

    def check(self, rule: Any, path: str, depth: int = 0) -> None:
        if depth > MAX_DEPTH:
            self.checker.fault(path, f"is nested more than {MAX_DEPTH} deep")
            return
        if not isinstance(rule, Mapping):
            self.checker.fault(path, "must be a condition or a group (all, any, not)")
            return
        kinds = [key for key in (*self.GROUPS, *self.CONDITIONS) if key in rule]
        if len(kinds) != 1:
            known = ", ".join((*self.GROUPS, *self.CONDITIONS))
            self.checker.fault(path, f"must hold exactly one of {known}")
            return
        kind = kinds[0]
        if kind == "not":
            self.checker.mapping(rule, path, ("not",), ())
            self.check(rule["not"], f"{path}.not", depth + 1)
        elif kind in self.GROUPS:
            self._group(rule, kind, path, depth)
        else:
            getattr(self, f"_{kind}")(rule, path)

    def _group(self, rule: Mapping, kind: str, path: str, depth: int) -> None:
        self.checker.mapping(rule, path, (kind,), ())
        parts = self.checker.rows(rule[kind], f"{path}.{kind}")
        if isinstance(rule[kind], list) and not parts:
            self.checker.fault(f"{path}.{kind}", "must hold at least one condition")
        for index, part in enumerate(parts):
            self.check(part, f"{path}.{kind}[{index}]", depth + 1)

    def _attribute(self, rule: Mapping, path: str) -> None:
        row = self.checker.mapping(rule, path, ("attribute",), OPERATORS)
        self.checker.text(row.get("attribute"), f"{path}.attribute")
        check_operators(self.checker, row, path, dates=True)

    def _age(self, rule: Mapping, path: str) -> None:
        row = self.checker.mapping(rule, path, ("age",), ())
        self._bounds(row.get("age"), f"{path}.age", 150)

    def _bounds(self, value: Any, path: str, most: int) -> None:
        bounds = self.checker.mapping(value, path, (), ("min", "max"))
        for key, bound in bounds.items():
            if key in ("min", "max"):
                self.checker.whole(bound, f"{path}.{key}", 0, most)
        if isinstance(value, Mapping) and not bounds:
            self.checker.fault(path, "must have min or max")

    def _tag(self, rule: Mapping, path: str) -> None:
        row = self.checker.mapping(rule, path, ("tag",), ())
        self.checker.text(row.get("tag"), f"{path}.tag")

    def _event(self, rule: Mapping, path: str) -> None:
        row = self.checker.mapping(rule, path, ("event",), ("times", "within_days"))
        self.checker.text(row.get("event"), f"{path}.event")
        if "times" in row:
            self._bounds(row["times"], f"{path}.times", MAX_NUMBER)
        if "within_days" in row:
            self.checker.whole(row["within_days"], f"{path}.within_days", 1, 36500)

    def _level(self, rule: Mapping, path: str) -> None:
        row = self.checker.mapping(rule, path, ("level",), ())
        bounds = self.checker.mapping(row.get("level"), f"{path}.level", (), ("min", "max"))
        if not bounds:
            self.checker.fault(f"{path}.level", "must have min or max")
        for key, code in bounds.items():
            if key in ("min", "max") and code not in self.levels:
                self.checker.fault(f"{path}.level.{key}", f"there is no level {code}")

    def _segment(self, rule: Mapping, path: str) -> None:
        row = self.checker.mapping(rule, path, ("segment",), ())
        if "segment" in row and row["segment"] not in self.segments:
            self.checker.fault(f"{path}.segment", f"there is no segment {row['segment']}")


def check_operators(checker: Checker, row: Mapping, path: str, *, dates: bool) -> None:
    """The operators of a condition on an attribute (``dates``) or on a field of an event."""
    used = [name for name in OPERATORS if name in row]
    if not used:
        checker.fault(path, f"must have one of {', '.join(OPERATORS)}")
    for name in used:
        operand, place = row[name], f"{path}.{name}"
        if name == "exists":
            if operand is not True:
                checker.fault(place, "can only be true; put the condition under not for the rest")
        elif name == "in":
            items = checker.rows(operand, place)
            if isinstance(operand, list) and not items:
                checker.fault(place, "must hold at least one value")
            for index, item in enumerate(items):
                _check_scalar(checker, item, f"{place}[{index}]")
        elif name in ("min", "max"):
            if number(operand) is None and not (dates and iso_date(operand)):
                checker.fault(place, "must be a number" + (" or a date" if dates else ""))
        else:
            _check_scalar(checker, operand, place)


def _check_scalar(checker: Checker, value: Any, path: str) -> None:
    if isinstance(value, str):
        checker.text(value, path, 1000)
    elif not isinstance(value, bool | int | float | date):
        checker.fault(path, "must be a text, a number, true, false or a date")
    elif isinstance(value, float) and value in (float("inf"), float("-inf")) or value != value:
        checker.fault(path, "must be a finite number")


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


_TASK_KEYS = (
    "where target sum_of distinct_by segment requires starts ends claim reward points_expire limit"
).split()


def _check_tasks(
    checker: Checker, rows: Any, known: Known, segments: set[str], benefits: set[str]
) -> None:
    requires, seen = dict(known.tasks), set()
    checked = []
    for index, row in enumerate(checker.rows(rows, "tasks")):
        path = f"tasks[{index}]"
        row = checker.mapping(row, path, ("code", "name", "kind", "event"), _TASK_KEYS)
        code = checker.code(row["code"], f"{path}.code", seen) if "code" in row else ""
        checked.append((path, code, row))
        if code:
            wanted = checker.rows(row.get("requires"), f"{path}.requires")
            requires[code] = [item for item in wanted if isinstance(item, str)]
    for path, code, row in checked:
        check_task(checker, row, path, segments, benefits)
        for place, other in enumerate(row.get("requires") or []):
            if not isinstance(other, str) or other not in requires:
                checker.fault(f"{path}.requires[{place}]", f"there is no task {other}")
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
    if "segment" in row and row["segment"] not in segments:
        checker.fault(f"{path}.segment", f"there is no segment {row['segment']}")
    days = {key: checker.day(row[key], f"{path}.{key}") for key in ("starts", "ends") if key in row}
    if days.get("starts") and days.get("ends") and days["starts"] > days["ends"]:
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
        if "benefit" in reward and reward["benefit"] not in benefits:
            checker.fault(f"{place}.benefit", f"there is no benefit {reward['benefit']}")
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
