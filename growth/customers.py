"""Customers as the bank describes them: attributes and tags, typed and kept up to date."""

import json
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection, transaction

from growth import bankday, segments
from growth.cloudevents import MAX_LENGTH
from growth.intake import enrol
from growth.models import Segment
from growth.personal import holds_personal_number
from growth.rules import hold_release
from growth.values import BadJson, check_text

_NUMBER = re.compile(r"-?(0|[1-9]\d{0,30})(\.\d{1,30})?", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class Description(NamedTuple):
    """What a row says of a customer. ``columns`` are the attributes that it speaks of at all."""

    ref: str
    attributes: dict[str, Any]
    tags: list[str] | None
    columns: list[str]


def describe(cells: dict[str, str]) -> Description | tuple[str, str]:
    """A row of ``customers.csv`` as a description, or (code, detail) where it cannot be one."""
    ref = cells["customer_id"].strip()
    if not ref or len(ref) > MAX_LENGTH["subject"] or _CONTROL.search(ref):
        return "invalid", "customer_id: must be 1 to 128 characters"
    attributes: dict[str, Any] = {}
    for column, cell in cells.items():
        if column == "customer_id" or not cell.strip():
            continue
        try:
            check_text(cell)
        except BadJson as error:
            return "invalid", f"{column}: {error}"
        if holds_personal_number(cell):
            return "personal_data", f"{column}: card, identity and phone numbers are not taken in"
        if column != "tags":
            attributes[column] = typed(cell.strip())
    if holds_personal_number(ref):
        return "personal_data", "customer_id: must be opaque"
    tags = sorted(set(cells["tags"].split())) if "tags" in cells else None
    columns = [column for column in cells if column not in ("customer_id", "tags")]
    return Description(ref, attributes, tags, columns)


def typed(cell: str) -> Any:
    """A cell's value: a number, true, false, or text (ISO dates stay text, read as dates)."""
    if _NUMBER.fullmatch(cell):
        return json.loads(cell) if len(cell) < 16 else _exact(cell)
    return {"true": True, "false": False}.get(cell, cell)


def _exact(cell: str) -> Any:
    """A long number that a float would round stays text: it is an id rather than an amount."""
    return int(cell) if "." not in cell else cell


@transaction.atomic
def describe_all(descriptions: Sequence[Description]) -> int:
    """Add or update customers, no id twice; returns how many were new or changed.

    Attributes whose column the file does not have are left as they are.
    """
    rules, now = hold_release()
    refs = sorted(description.ref for description in descriptions)
    added = enrol(refs)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id FROM growth_customer WHERE ref = ANY(%s) ORDER BY id
               FOR NO KEY UPDATE""",
            [refs],
        )
        cursor.execute(
            """UPDATE growth_customer c
               SET attributes = (c.attributes - n.columns) || n.attributes,
                   tags = coalesce(n.tags, c.tags)
               FROM (SELECT ref, attributes, columns::text[] AS columns, tags::text[] AS tags
                     FROM unnest(%s::text[], %s::jsonb[], %s::text[], %s::text[])
                       AS n(ref, attributes, columns, tags)) n
               WHERE c.ref = n.ref AND ((c.attributes - n.columns) || n.attributes <> c.attributes
                 OR coalesce(n.tags, c.tags) <> c.tags)
               RETURNING c.ref""",
            [list(column) for column in zip(*map(_row, descriptions), strict=True)],
        )
        changed = {ref for (ref,) in cursor.fetchall()}
        cursor.execute(
            "SELECT id FROM growth_customer WHERE ref = ANY(%s) ORDER BY id",
            [sorted({*changed, *added})],
        )
        concerned = [pk for (pk,) in cursor.fetchall()]
    chosen: list[Segment] = rules.all_segments()
    today = now.astimezone(bankday.zone()).date()
    segments.refresh(chosen, concerned, rules.segment_context(today))
    return len(concerned)


def _row(description: Description) -> tuple[str, str, str, str | None]:
    tags = description.tags
    return (
        description.ref,
        json.dumps(description.attributes),
        _array(description.columns),
        None if tags is None else _array(tags),
    )


def _array(texts: list[str]) -> str:
    """A PostgreSQL array literal."""
    quoted = (text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return "{" + ",".join(f'"{text}"' for text in quoted) + "}"
