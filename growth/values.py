"""JSON values as rules read them: numbers exactly, decimal text as numbers."""

import json
import math
import re
from datetime import date, datetime
from decimal import Context, Decimal, InvalidOperation
from typing import Any

DECIMAL_TEXT = re.compile(r"[+-]?\d{1,40}(\.\d{1,40})?", re.ASCII)
EXACT = Context(prec=200)
MAX_DEPTH = 20
MAX_DIGITS = 40
# Stands for a number that is too large or too fine, so that only what holds it is refused.
OUT_OF_RANGE = object()


class BadJson(ValueError):
    """Not the strict JSON that we accept; the message says why."""


def number(value: Any) -> Decimal | None:
    """``value`` as a decimal where it is a finite number or decimal text, else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Decimal):
        return Decimal(value)
    if isinstance(value, float):
        return Decimal(repr(value)) if math.isfinite(value) else None
    if isinstance(value, str) and DECIMAL_TEXT.fullmatch(value):
        return Decimal(value)
    return None


def equal(left: Any, right: Any) -> bool:
    """Equality as rules mean it: 5, 5.0 and "5.00" are equal; True is not 1."""
    left_number, right_number = number(left), number(right)
    if left_number is not None and right_number is not None:
        return left_number == right_number
    return type(left) is type(right) and left == right


_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def canonical(value: Any) -> str:
    """One text for each JSON value: sorted keys, numbers by value (1, 1.0 and 1e0 alike)."""
    try:
        return _encode(value)
    except TypeError:  # it holds a decimal
        return _canonical(value)


def _canonical(value: Any) -> str:
    if isinstance(value, dict):
        rows = (f"{json.dumps(key)}:{_canonical(value[key])}" for key in sorted(value))
        return "{" + ",".join(rows) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_canonical, value)) + "]"
    if isinstance(value, Decimal):
        if value == value.to_integral_value():
            return str(int(value))
        return format(value.normalize(EXACT), "f")
    return json.dumps(value)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadJson("a key stands twice in one object")
    return found


def _decimal(text: str) -> Any:
    try:
        value = Decimal(text)
    except InvalidOperation:  # an exponent of many digits
        return OUT_OF_RANGE
    # Decimal() of huge exponents is fine in itself; what it would cost later is not.
    if value and (
        abs(value.adjusted()) > MAX_DIGITS or len(value.as_tuple().digits) > 2 * MAX_DIGITS
    ):
        return OUT_OF_RANGE
    return value


def _integer(text: str) -> Any:
    return OUT_OF_RANGE if len(text) > MAX_DIGITS else int(text)


def _constant(text: str) -> Any:
    raise BadJson(f"{text} is not JSON")


_decoder = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_float=_decimal,
    parse_int=_integer,
    parse_constant=_constant,
)


def parse_json(text: str) -> Any:
    """Strict JSON: no key twice, no NaN, numbers exact; ``check_json`` judges what is in it.

    Raises:
        BadJson: anything else, also nesting past what the interpreter can follow.
    """
    try:
        return _decoder.decode(text)
    except BadJson:
        raise
    except (ValueError, RecursionError) as error:
        raise BadJson(f"not JSON: {error}"[:200]) from None


def checked_text(value: Any) -> str:
    """The canonical text of a value that ``check_json`` lets pass. Raises BadJson as it does."""
    try:
        text = canonical(value)
    except (TypeError, RecursionError):
        text = ""
    # What is refused shows in the text, so nearly every value is spared the walk through it.
    if not text or "\\u" in text or text.count("{") + text.count("[") > MAX_DEPTH:
        check_json(value)
    return text


def check_json(value: Any, depth: int = 0) -> None:
    """Refuse what PostgreSQL cannot keep or nobody means.

    That is NUL, lone surrogates, nesting past 20 levels, and numbers past 40 digits.
    """
    if value is OUT_OF_RANGE:
        raise BadJson("a number is too large or too fine")
    if depth > MAX_DEPTH:
        raise BadJson(f"nested more than {MAX_DEPTH} deep")
    if isinstance(value, dict):
        for key, inner in value.items():
            check_text(key)
            check_json(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            check_json(inner, depth + 1)
    elif isinstance(value, str):
        check_text(value)


def check_text(text: str) -> None:
    """Raises BadJson for a NUL or a lone surrogate."""
    if "\x00" in text:
        raise BadJson("a text holds a NUL character")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise BadJson("a text holds half a surrogate pair") from None


def iso_date(value: Any) -> date | None:
    """``value`` as a date where it is one or its ISO text (YYYY-MM-DD), else None."""
    if isinstance(value, date):
        return None if isinstance(value, datetime) else value
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return None


_stored = json.JSONDecoder(parse_float=Decimal)


def read_data(text: str) -> dict[str, Any]:
    """Stored event data, with numbers as exact as they came."""
    found: dict[str, Any] = _stored.decode(text)
    return found
