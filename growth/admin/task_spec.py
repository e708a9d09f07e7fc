"""A task's specification to the fields of its form, and back. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from growth.admin import rules
from growth.values import iso_date

LIMITS = ("per_customer", "completions_a_day", "completions", "points")
REWARDS = ("points", "growth", "benefit")
PLAIN = ("kind", "event", "sum_of", "distinct_by", "segment", "claim")
EXPIRY = [
    ("", _("Never")),
    ("after_days", _("A number of days after they were given")),
    ("end_of_month_after", _("At the end of a month, a number of months after")),
]


def to_initial(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Values of the form's fields; ``where`` is left to the caller."""
    reward, limit = spec.get("reward") or {}, spec.get("limit") or {}
    expiry = spec.get("points_expire") or {}
    return {
        **{name: spec[name] for name in PLAIN if name in spec},
        "target": spec.get("target", 1),
        "requires": spec.get("requires") or [],
        "starts": iso_date(spec.get("starts")),
        "ends": iso_date(spec.get("ends")),
        **{f"reward_{key}": reward.get(key) for key in REWARDS},
        "expiry": next(iter(expiry), ""),
        "expiry_after": next(iter(expiry.values()), None),
        **{f"limit_{key}": limit.get(key) for key in LIMITS},
    }


def to_row(
    cleaned: Mapping[str, Any], where: list[dict[str, Any]], stored: Mapping[str, Any]
) -> dict[str, Any]:
    """The specification as the program file has it.

    What says the same as ``stored`` stays as it was written there, so that saving a form
    without a change makes no new version.
    """
    said = {
        **{name: cleaned[name] for name in PLAIN},
        "target": cleaned["target"],
        "where": where,
        "requires": cleaned["requires"],
        "starts": cleaned["starts"] and cleaned["starts"].isoformat(),
        "ends": cleaned["ends"] and cleaned["ends"].isoformat(),
        "reward": _kept(stored.get("reward") or {}, REWARDS)
        | _filled({key: cleaned[f"reward_{key}"] for key in REWARDS}),
        "limit": _filled({key: cleaned[f"limit_{key}"] for key in LIMITS}),
        "points_expire": (
            {cleaned["expiry"]: cleaned["expiry_after"]} if cleaned["expiry"] else {}
        ),
    }
    row = {key: value for key, value in said.items() if value not in (None, "", [], {})}
    return _as_written({**_kept(stored, (*said, "code", "name")), **row}, stored)


def _kept(stored: Mapping[str, Any], said: Iterable[str]) -> dict[str, Any]:
    """What is stored and has no field in the form stays."""
    return {key: value for key, value in stored.items() if key not in said}


def _as_written(row: dict[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    if (
        "where" in row
        and rules.to_where(rules.from_where(stored.get("where") or [])) == row["where"]
    ):
        row["where"] = stored["where"]
    if "requires" in row and set(row["requires"]) == set(stored.get("requires") or []):
        row["requires"] = stored["requires"]
    empty = {
        key: value for key, value in stored.items() if value in ("", [], {}) and key not in row
    }
    return {**empty, **row}


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in (None, "")}
