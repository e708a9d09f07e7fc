"""What only some kinds of tasks have, and the guards: from the file's form to fields and back.

Pure. A key that the chosen kind does not have is left out: the form hides its fields.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from growth.task_check import fits

Raw = dict[str, Any]
REWARDS = ("points", "growth", "benefit", "badge")
GUARDS = ("claim_within_days", "hold_days", "risk", "budget", "on_reversal")
MAKE_UP = ("per_month", "points", "days_back")
VELOCITY = ("completions", "within_hours", "then")
UNDONE_BY = ("event", "same", "within_days")
THEN = [
    ("", _("No check")),
    ("hold", _("Hold the reward back until somebody has looked")),
    ("deny", _("Refuse the reward")),
]
ON_REVERSAL = [
    ("", _("Written off: the balance never goes below 0")),
    ("allow_negative", _("Owed: repaid by the next points")),
]
# What these say is what is meant where nothing is said.
USUAL = {"on_reversal": "cap_at_zero", "risk": False, "hold_days": 0, "grace_days": 0}


def to_initial(spec: Mapping[str, Any]) -> Raw:
    """Values of the form's fields; the streams of blocks are left to the caller."""
    make_up, velocity = spec.get("make_up") or {}, spec.get("velocity") or {}
    choose, undone_by = spec.get("choose") or {}, spec.get("undone_by") or {}
    stored = {key: spec.get(key) for key in ("grace_days", "growth_a_day", *GUARDS)}
    return {
        **{key: None if value == USUAL.get(key) else value for key, value in stored.items()},
        **{f"make_up_{key}": make_up.get(key) for key in MAKE_UP},
        **{f"velocity_{key}": velocity.get(key) for key in VELOCITY},
        **{f"undone_by_{key}": undone_by.get(key) for key in UNDONE_BY},
        "choose_of": choose.get("of") or [],
        "choose_at_least": choose.get("at_least"),
    }


def to_row(cleaned: Mapping[str, Any], milestones: list[Raw], measures: list[Raw]) -> Raw:
    """Keys of the specification, as the program file has them."""
    found = {
        **{key: cleaned[key] for key in ("grace_days", "growth_a_day", *GUARDS)},
        "make_up": _filled({key: cleaned[f"make_up_{key}"] for key in MAKE_UP}),
        "velocity": _filled({key: cleaned[f"velocity_{key}"] for key in VELOCITY}),
        "undone_by": _filled({key: cleaned[f"undone_by_{key}"] for key in UNDONE_BY}),
        "choose": _filled({"of": cleaned["choose_of"], "at_least": cleaned["choose_at_least"]}),
        "milestones": to_milestones(milestones),
        "measures": to_measures(measures),
    }
    return {
        key: value
        for key, value in found.items()
        if fits(cleaned["kind"], key) and value not in (None, "", [], {}, 0)
    }


def as_written(row: Raw, stored: Mapping[str, Any]) -> Raw:
    """What says the same as ``stored`` stays as it was written there."""
    kept = {
        key: value
        for key, value in stored.items()
        if key not in row and fits(row["kind"], key) and _is_usual(key, value)
    }
    for key, to_form, to_file in (
        ("milestones", from_milestones, to_milestones),
        ("measures", from_measures, to_measures),
    ):
        if key in row and to_file(to_form(stored.get(key) or [])) == row[key]:
            kept[key] = stored[key]
    if "make_up" in row and stored.get("make_up") == {"points": 0, **row["make_up"]}:
        kept["make_up"] = stored["make_up"]
    if "choose" in row and (choose := stored.get("choose")):
        same = set(choose["of"]) == set(row["choose"].get("of", ()))
        if same and choose["at_least"] == row["choose"].get("at_least"):
            kept["choose"] = choose
    return {**row, **kept}


def _is_usual(key: str, value: Any) -> bool:
    return key in USUAL and value == USUAL[key]


def from_milestones(rows: list[Raw]) -> list[Raw]:
    """Milestones as blocks."""
    return [
        {
            "type": "milestone",
            "value": {
                "target": str(row["target"]),
                **{key: (row.get("reward") or {}).get(key) for key in REWARDS},
            },
        }
        for row in rows
    ]


def to_milestones(blocks: list[Raw]) -> list[Raw]:
    """Blocks as milestones."""
    found = []
    for value in (block["value"] for block in blocks):
        reward = _filled({key: value.get(key) for key in REWARDS})
        row = {"target": number(value["target"])}
        found.append({**row, "reward": reward} if reward else row)
    return found


def from_measures(rows: list[Raw]) -> list[Raw]:
    """Measures as blocks."""
    return [
        {
            "type": "measure",
            "value": {
                "growth": row["growth"],
                "field": row.get("field", ""),
                "each": str(row["each"]) if "each" in row else None,
            },
        }
        for row in rows
    ]


def to_measures(blocks: list[Raw]) -> list[Raw]:
    """Blocks as measures."""
    found = []
    for value in (block["value"] for block in blocks):
        each = value.get("each")
        row = {"growth": value["growth"], "field": value.get("field")}
        found.append(_filled({**row, "each": number(each) if each not in (None, "") else None}))
    return found


def number(value: Any) -> int | float:
    """A decimal as the file writes it: whole where it is."""
    amount = Decimal(str(value))
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def _filled(values: Mapping[str, Any]) -> Raw:
    return {key: value for key, value in values.items() if value not in (None, "", [])}
