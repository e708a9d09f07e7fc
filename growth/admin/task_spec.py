"""A task's specification to the fields of its form, and back. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from growth.admin import kind_spec, rules
from growth.task_check import fits
from growth.values import iso_date

LIMITS = ("per_customer", "completions_a_day", "completions", "points")
REWARDS = kind_spec.REWARDS
# Keys that have their fields by way of ``kind_spec``.
KINDLY = (
    "grace_days", "growth_a_day", "make_up", "velocity", "choose", "milestones", "measures",
    *kind_spec.GUARDS,
)  # fmt: skip
PLAIN = ("kind", "event", "sum_of", "distinct_by", "segment", "claim")
EXPIRY = [
    ("", _("Never")),
    ("after_days", _("A number of days after they were given")),
    ("end_of_month_after", _("At the end of a month, a number of months after")),
    ("on", _("On one day, whenever they were given")),
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
        "expiry_after": None if "on" in expiry else next(iter(expiry.values()), None),
        "expiry_on": iso_date(expiry.get("on")),
        **{f"limit_{key}": limit.get(key) for key in LIMITS},
        **kind_spec.to_initial(spec),
    }


def to_row(
    cleaned: Mapping[str, Any],
    streams: Mapping[str, list[dict[str, Any]]],
    stored: Mapping[str, Any],
) -> dict[str, Any]:
    """The specification as the program file has it.

    What says the same as ``stored`` stays as it was written there, so that saving a form
    without a change makes no new version.
    """
    said = {
        **{name: cleaned[name] for name in PLAIN},
        "target": cleaned["target"],
        "where": rules.to_where(streams["where"]),
        "requires": cleaned["requires"],
        "starts": cleaned["starts"] and cleaned["starts"].isoformat(),
        "ends": cleaned["ends"] and cleaned["ends"].isoformat(),
        "reward": _filled({key: cleaned[f"reward_{key}"] for key in REWARDS}),
        "limit": _filled({key: cleaned[f"limit_{key}"] for key in LIMITS}),
        "points_expire": _expiry(cleaned),
    }
    row = {
        key: value
        for key, value in said.items()
        if fits(cleaned["kind"], key) and value not in (None, "", [], {})
    }
    row |= kind_spec.to_row(cleaned, streams["milestones"], streams["measures"])
    formed = (*said, *KINDLY, "code", "name")
    return _as_written({**_kept(stored, formed), **row}, stored)


def _expiry(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    if cleaned["expiry"] == "on":
        return {"on": cleaned["expiry_on"].isoformat()} if cleaned["expiry_on"] else {"on": ""}
    return {cleaned["expiry"]: cleaned["expiry_after"]} if cleaned["expiry"] else {}


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
    return {**empty, **kind_spec.as_written(row, stored)}


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in (None, "")}
