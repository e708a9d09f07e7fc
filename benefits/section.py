"""The ``benefits`` section of the growth program file (contract section 4)."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from benefits import catalogue, stock
from benefits.models import Benefit
from growth.models import Segment
from growth.values import iso_date

Fault = tuple[str, str]

KEYS = {
    "code",
    "name",
    "kind",
    "price",
    "stock",
    "per_customer",
    "segment",
    "level",
    "starts",
    "ends",
}
REQUIRED = ("code", "name", "kind", "price")
MOST = 2**31 - 1


class BenefitsSection:
    """Checks, applies and dumps the benefits of a program file."""

    def check(self, rows: Any, *, segments: set[str], levels: set[str]) -> list[Fault]:
        """Every fault, with its path below the section."""
        if not isinstance(rows, list):
            return [("", "has to be a list")]
        known = Benefit.objects.in_bulk([_code(row) for row in rows], field_name="code")
        faults: list[Fault] = []
        seen: set[str] = set()
        for index, row in enumerate(rows):
            for path, fault in _row_faults(row, segments, levels, known):
                faults.append((f"[{index}]{path}", fault))
            code = _code(row)
            if code and code in seen:
                faults.append((f"[{index}].code", f"{code!r} stands here twice"))
            seen.add(code)
        return faults

    def codes(self, rows: Any) -> set[str]:
        """Codes of the benefits that exist once ``rows`` are applied."""
        named = rows if isinstance(rows, list) else []
        stored = Benefit.objects.values_list("code", flat=True)
        return ({_code(row) for row in named} - {""}) | set(stored)

    def apply(self, rows: Any) -> list[str]:
        """Add and update, inside the caller's transaction; one line per change."""
        segments = dict(Segment.objects.values_list("code", "pk"))
        changes = []
        for position, row in enumerate(rows):
            if change := _apply_row(row, segments, position):
                changes.append(change)
        return changes

    def dump(self) -> list[dict[str, Any]]:
        """Every benefit in the file's form."""
        return [_dumped(benefit) for benefit in Benefit.objects.select_related("segment")]


def _code(row: Any) -> str:
    """The row's code, "" where it has none that could be one."""
    code = row.get("code") if isinstance(row, dict) else None
    return code if isinstance(code, str) and "\x00" not in code else ""


def _row_faults(
    row: Any, segments: set[str], levels: set[str], known: dict[str, Benefit]
) -> Iterable[Fault]:
    if not isinstance(row, dict):
        yield "", "has to be a mapping"
        return
    for key in row:
        if key not in KEYS:
            yield f".{key}", "is not a key of a benefit"
    for key in REQUIRED:
        if row.get(key) is None:
            yield f".{key}", "is missing"
    yield from _text_faults(row)
    yield from _number_faults(row)
    yield from _window_faults(row)
    for key, there in (("segment", segments), ("level", levels)):
        wanted = row.get(key)
        if wanted is not None and (not isinstance(wanted, str) or wanted not in there):
            yield f".{key}", f"there is no {key} {wanted!r}"
    yield from _stock_faults(row, known)


def _text_faults(row: dict[str, Any]) -> Iterable[Fault]:
    code, name, kind = row.get("code"), row.get("name"), row.get("kind")
    if code is not None and not _is_slug(code):
        yield ".code", "has to be letters, digits, - and _, up to 64"
    if name is not None and not _is_name(name):
        yield ".name", "has to be a text for each language, such as {en: Coffee}"
    if kind is not None and kind not in Benefit.Kind.values:
        yield ".kind", f"has to be one of {', '.join(Benefit.Kind.values)}"


def _number_faults(row: dict[str, Any]) -> Iterable[Fault]:
    for key, least in (("price", 0), ("stock", 0), ("per_customer", 1)):
        value = row.get(key)
        if value is None:
            continue
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= MOST:
            yield f".{key}", f"has to be a whole number from {least}"


def _window_faults(row: dict[str, Any]) -> Iterable[Fault]:
    for key in ("starts", "ends"):
        if row.get(key) is not None and _day(row[key]) is None:
            yield f".{key}", "has to be a date such as 2026-01-31"
    starts, ends = _day(row.get("starts")), _day(row.get("ends"))
    if starts and ends and ends < starts:
        yield ".ends", "is before starts"


def _stock_faults(row: dict[str, Any], known: dict[str, Benefit]) -> Iterable[Fault]:
    kind, total = row.get("kind"), row.get("stock")
    if total is None and kind in Benefit.Kind.values and kind != Benefit.Kind.CODE:
        yield ".stock", f"is missing; only kind {Benefit.Kind.CODE.value} may leave it out"
    benefit = known.get(_code(row))
    if benefit is None:
        return
    redeemed = stock.units_held(benefit)
    if isinstance(total, int) and total < redeemed:
        yield ".stock", f"is below what has been redeemed: {redeemed}"
    if kind != benefit.kind and benefit.redemptions.exists():
        yield ".kind", f"has to stay {benefit.kind}: it has been redeemed"


def _apply_row(row: dict[str, Any], segments: dict[str, int], position: int) -> str | None:
    facts = {
        "name": row["name"],
        "kind": row["kind"],
        "price": row["price"],
        "per_customer": row.get("per_customer"),
        "segment_id": segments[row["segment"]] if row.get("segment") else None,
        "level": row.get("level") or "",
        "starts": _day(row.get("starts")),
        "ends": _day(row.get("ends")),
    }
    total = row.get("stock")
    benefit = Benefit.objects.filter(code=row["code"]).first()
    if benefit is None:
        added = Benefit(code=row["code"], position=position, **facts)
        catalogue.save(benefit=added, total=total)
        return f"benefit {added.code}: added"
    changed = [name for name, value in facts.items() if getattr(benefit, name) != value]
    if benefit.total != total:
        changed.append("stock")
    if not changed:
        return None
    for name, value in facts.items():
        setattr(benefit, name, value)
    catalogue.save(benefit=benefit, total=total)
    names = ", ".join(name.removesuffix("_id") for name in changed)
    return f"benefit {benefit.code}: {names}"


def _dumped(benefit: Benefit) -> dict[str, Any]:
    row = {
        "code": benefit.code,
        "name": benefit.name,
        "kind": benefit.kind,
        "price": benefit.price,
        "stock": benefit.total,
        "per_customer": benefit.per_customer,
        "segment": benefit.segment.code if benefit.segment else None,
        "level": benefit.level or None,
        "starts": benefit.starts,
        "ends": benefit.ends,
    }
    return {key: value for key, value in row.items() if value is not None}


def _day(value: Any) -> date | None:
    """``value`` as a day; a time of day is none."""
    return None if isinstance(value, datetime) else iso_date(value)


def _is_slug(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,64}", value) is not None


def _is_name(value: Any) -> bool:
    texts = value.items() if isinstance(value, dict) else ()
    return bool(texts) and all(
        isinstance(language, str) and isinstance(text, str) and text.strip() and "\x00" not in text
        for language, text in texts
    )
