"""Conditions over an event's data, judged in Python (segment rules become SQL instead)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from growth.values import equal, number

OPERATORS = ("is", "is_not", "in", "min", "max", "exists")


@dataclass(frozen=True, slots=True)
class Where:
    """``{field, operator: operand, …}``: all its operators must hold for the field's value.

    A field that is absent (or null) makes every condition on it false.
    """

    field: str
    operators: tuple[tuple[str, Any], ...]

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any]) -> "Where":
        """From the program file's form, already checked."""
        operators = tuple((name, _operand(name, spec[name])) for name in OPERATORS if name in spec)
        return cls(spec["field"], operators)

    def holds(self, data: Mapping[str, Any]) -> bool:
        return self.failed(data) is None

    def failed(self, data: Mapping[str, Any]) -> tuple[str, Any] | None:
        """The first operator that does not hold, with its operand; an absent field fails exists."""
        value = data.get(self.field)
        if value is None:
            return "exists", True
        for name, operand in self.operators:
            if not _holds(name, operand, value):
                return name, operand
        return None


def _operand(name: str, operand: Any) -> Any:
    if name in ("min", "max"):
        return number(operand)
    if name == "in":
        return tuple(_plain(item) for item in operand)
    return _plain(operand)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _holds(name: str, operand: Any, value: Any) -> bool:
    match name:
        case "is":
            return equal(value, operand)
        case "is_not":
            return not equal(value, operand)
        case "in":
            return any(equal(value, item) for item in operand)
        case "exists":
            return True
    amount: Decimal | None = number(value)
    if amount is None:
        return False
    return amount >= operand if name == "min" else amount <= operand
