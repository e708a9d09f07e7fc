"""What every check of operators' input shares: faults collected with their paths."""

import re
from collections.abc import Container, Iterable, Mapping
from datetime import date
from typing import Any

from growth.conditions import OPERATORS
from growth.values import BadJson, check_json, iso_date, number

MAX_NUMBER = 10**9
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)
LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.ASCII)


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
            elif not isinstance(text, str) or not text.strip():
                self.fault(f"{path}.{language}", "must be a text of 1 to 200 characters")
            else:
                self.text(text, f"{path}.{language}", 200)

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

    def known(self, value: Any, path: str, what: str, codes: Container[str]) -> None:
        """That ``value`` is one of the codes that exist."""
        if not isinstance(value, str) or value not in codes:
            self.fault(path, f"there is no {what} {value}")

    def day(self, value: Any, path: str) -> date | None:
        found = iso_date(value)
        if found is None:
            self.fault(path, "must be a date, as 2026-01-31")
        return found

    def choice(self, value: Any, path: str, choices: Iterable[str]) -> None:
        if value not in choices:
            self.fault(path, f"must be one of {', '.join(choices)}")


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
    elif (isinstance(value, float) and value in (float("inf"), float("-inf"))) or value != value:
        checker.fault(path, "must be a finite number")
