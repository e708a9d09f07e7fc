"""What must never reach us: card numbers, identity numbers, phone numbers."""

import re
from typing import Any

_CANDIDATE = re.compile(r"\d[\d -]{9,}[\dXx]", re.ASCII)
_WORD = re.compile(r"(?<![0-9A-Za-z])\d{11,19}[Xx]?(?![0-9A-Za-z])", re.ASCII)
_PHONE = re.compile(r"(\+?86)?1[3-9]\d{9}", re.ASCII)
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def may_hold_one(json_text: str) -> bool:
    """Whether ``holds_personal_number`` needs to look at the value that this is the JSON of."""
    return bool(_CANDIDATE.search(json_text))


def holds_personal_number(value: Any) -> bool:
    """Whether such a number stands anywhere in a JSON value (of a card: by Luhn's check).

    A whole text may be written with spaces and hyphens; within a longer one, and as a JSON number,
    it is found written in one piece. Keys and the ids of events are the bank's own and not judged.
    """
    if isinstance(value, dict):
        return any(map(holds_personal_number, value.values()))
    if isinstance(value, list):
        return any(map(holds_personal_number, value))
    if isinstance(value, int) and value > 10**10:
        return _is_personal(str(value))
    if not isinstance(value, str) or len(value) < 11 or not _CANDIDATE.search(value):
        return False
    whole = value.strip().replace(" ", "").replace("-", "")
    return any(map(_is_personal, (whole, *_WORD.findall(value))))


def _is_personal(digits: str) -> bool:
    return bool(_PHONE.fullmatch(digits)) or _is_identity_number(digits) or _is_card(digits)


def _is_card(digits: str) -> bool:
    if not (digits.isascii() and digits.isdigit() and 15 <= len(digits) <= 19):
        return False
    if digits[0] not in "3456":
        return False
    doubled = [int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(digits))]
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0


def _is_identity_number(digits: str) -> bool:
    if not re.fullmatch(r"[1-9]\d{5}(18|19|20)\d{9}[\dXx]", digits, re.ASCII):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, _ID_WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == digits[17].upper()
