"""Faults of the program's checks, said in the operator's language at the right field."""

import re
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from wagtail.blocks.stream_block import StreamBlockValidationError
from wagtail.blocks.struct_block import StructBlockValidationError

from growth.admin.rules import Place

# What the checks say, as a pattern, and how it is said in the form.
_SAID = [
    (r"is missing", gettext_noop("This is needed.")),
    (
        r"there is no (?:segment|level|task|benefit|budget|badge) '?(?P<code>[^']+)'?",
        gettext_noop("“{code}” does not exist."),
    ),
    (
        r"must be a whole number from (?P<least>\d+) to (?P<most>\d+)",
        gettext_noop("Give a whole number from {least} to {most}."),
    ),
    (
        r"has to be a whole number from (?P<least>\d+)",
        gettext_noop("Give a whole number, at least {least}."),
    ),
    (r"must be a number above 0", gettext_noop("Give a number above 0.")),
    (r"must be a date.*|has to be a date.*", gettext_noop("Give a date.")),
    (
        r"is over, so points would be good for one day only",
        gettext_noop("This day is over, so points would be good for one day only."),
    ),
    (r"is before starts", gettext_noop("The last day is before the first day.")),
    (
        r"is for cumulative tasks only",
        gettext_noop("Only tasks that complete again and again can add up a field."),
    ),
    (r"is not for \w+ tasks", gettext_noop("This kind of task has none of this.")),
    (r"must hold 1 to 50 milestones", gettext_noop("Give 1 to 50 milestones.")),
    (
        r"must be above the milestone before",
        gettext_noop("Each milestone has to be above the one before."),
    ),
    (r"is for claim: manual only", gettext_noop("Only what is claimed can lapse.")),
    (
        r"is our own, for make-up check-ins; count another event",
        gettext_noop("This event is our own. Count another one."),
    ),
    (
        r"requires itself, by way of other tasks",
        gettext_noop("These tasks require each other in a circle, so none could ever begin."),
    ),
    (
        r"refers to itself, by way of other segments",
        gettext_noop("This segment refers to itself by way of other segments."),
    ),
    (r"must hold at least one (?:condition|value)", gettext_noop("Add at least one.")),
    (r"must hold at least one step", gettext_noop("Add at least one level.")),
    (r"must have min or max", gettext_noop("Give at least one of the two.")),
    (r"must be a number(?: or a date)?", gettext_noop("Give a number.")),
    (r"the first level starts from 0", gettext_noop("The first level starts from 0.")),
    (r"must be above the step before", gettext_noop("This has to be above the level before it.")),
    (
        r"(?P<code>\S+) stands twice in the file|'(?P<again>\S+)' stands here twice",
        gettext_noop("This code stands here twice."),
    ),
    (
        r"must be 1 to 64 letters, digits, - or _|has to be letters.*",
        gettext_noop("Use letters, digits, - and _ only."),
    ),
    (
        r"must be a text of 1 to (?P<most>\d+) characters",
        gettext_noop("Give 1 to {most} characters."),
    ),
    (
        r"is below what has been redeemed: (?P<n>\d+)",
        gettext_noop("{n} have been redeemed already; the stock cannot be less."),
    ),
    (
        r"has to stay (?P<kind>\w+): it has been redeemed",
        gettext_noop("It has been redeemed already, so its kind cannot change."),
    ),
    (
        r"is missing; only kind code may leave it out",
        gettext_noop("Say how many there are. Only uploaded codes need no number."),
    ),
]


def said(fault: str) -> str:
    """A fault of the checks in the operator's language."""
    for pattern, text in _SAID:
        if found := re.fullmatch(pattern, fault):
            return _(text).format(**found.groupdict())
    return fault


def of_row(faults: list[tuple[str, str]], prefix: str) -> list[tuple[str, str]]:
    """Faults as (path below ``prefix``, what is wrong in the operator's words)."""
    return [(path.removeprefix(prefix).lstrip("."), said(fault)) for path, fault in faults]


def in_stream(
    faults: list[tuple[str, str]], where: Mapping[str, Place], fields: Mapping[str, str]
) -> ValidationError:
    """One error for a stream of blocks, with each fault at its block.

    ``where`` gives each path's place in the streams; ``fields`` the block's field for the last
    part of a path.
    """
    tree: dict[Any, Any] = {}
    top = []
    for path, text in faults:
        known = max((p for p in where if path.startswith(p)), key=len, default=None)
        if known is None:
            top.append(text)
            continue
        name = fields.get(path.removeprefix(known).strip(".").split("[")[0].split(".")[-1], "")
        node = tree
        for index in where[known]:
            node = node.setdefault(index, {})
        node.setdefault("", []).append((name, text))
    return _stream_error(tree, top)


def _stream_error(tree: dict[Any, Any], top: list[str]) -> StreamBlockValidationError:
    blocks = {index: _struct_error(node) for index, node in tree.items()}
    return StreamBlockValidationError(
        block_errors=blocks or None, non_block_errors=[ValidationError(text) for text in top]
    )


def _struct_error(node: dict[Any, Any]) -> StructBlockValidationError:
    named: dict[str, ValidationError] = {}
    loose = []
    for name, text in node.get("", []):
        if name:
            named[name] = ValidationError(text)
        else:
            loose.append(ValidationError(text))
    deeper = {key: inner for key, inner in node.items() if key != ""}
    if deeper:
        named["conditions"] = _stream_error(deeper, [])
    return StructBlockValidationError(block_errors=named, non_block_errors=loose)
