"""Check segment rules: a condition or a group of them, nested."""

from collections.abc import Mapping
from typing import Any

from growth.checking import MAX_NUMBER, Checker, check_operators
from growth.conditions import OPERATORS

MAX_DEPTH = 20


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
            if key in ("min", "max"):
                self.checker.known(code, f"{path}.level.{key}", "level", self.levels)

    def _segment(self, rule: Mapping, path: str) -> None:
        row = self.checker.mapping(rule, path, ("segment",), ())
        if "segment" in row:
            self.checker.known(row["segment"], f"{path}.segment", "segment", self.segments)
