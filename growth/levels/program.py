"""The ``levels`` of the program file: made the next version of the scheme, and written out again.

A version takes effect on a day: today, or one to come. What is planned can be changed until then:
the next version replaces a version that is not yet in force.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from growth import bankday
from growth.errors import ProgramFaults
from growth.levels import current_scheme
from growth.models import Level, LevelScheme
from growth.models.levels import RULES
from growth.values import iso_date

FIRST_DAY = date(1900, 1, 1)


def newest() -> LevelScheme | None:
    """The version in force, or the one that is planned to come after it."""
    return LevelScheme.objects.order_by("-version").first()


def known_levels() -> set[str]:
    """Levels that rules may name: those in force which a planned version keeps."""
    schemes = {scheme.pk: scheme for scheme in (current_scheme(), newest()) if scheme}
    found = [set(scheme.levels.values_list("code", flat=True)) for scheme in schemes.values()]
    return set.intersection(*found) if found else set()


def load(row: Mapping[str, Any]) -> str:
    """Make ``row`` (checked) the next version; returns a line on it, "" if nothing changes.

    Raises:
        ProgramFaults: it would take effect in the past.
    """
    current = newest()
    wanted = facts_of(row, current)
    effective_on = iso_date(row.get("effective_on"))
    today = bankday.today()
    if current and dump_facts(current) == wanted:
        replanned = current.effective_on > today and effective_on not in (
            None,
            current.effective_on,
        )
        if not replanned:
            return ""
    if current and effective_on and effective_on < today:
        raise ProgramFaults([("levels.effective_on", "lies in the past")])
    version = current.version + 1 if current else 1
    LevelScheme.objects.filter(effective_on__gt=today).delete()
    # There is nothing before the first version, so it counts from the beginning.
    begins = (effective_on or today) if current else FIRST_DAY
    store(wanted, version, begins, current)
    planned = f", from {begins}" if begins > today else ""
    return f"levels: version {version}{planned}"


def store(
    wanted: Mapping[str, Any], version: int, effective_on: date, current: LevelScheme | None
) -> LevelScheme:
    """Write a version down; levels keep what was said in words of what they bring."""
    scheme = LevelScheme.objects.create(effective_on=effective_on, **_columns(wanted, version))
    Level.objects.bulk_create(levels_of(wanted, scheme, said_of(current)))
    return scheme


def draft(
    row: Mapping[str, Any], effective_on: date, current: LevelScheme | None
) -> tuple[LevelScheme, list[Level]]:
    """The version that ``row`` would make, and its levels; nothing is stored."""
    wanted = facts_of(row, current)
    scheme = LevelScheme(pk=0, effective_on=effective_on, **_columns(wanted, 0))
    return scheme, levels_of(wanted, scheme, {})


def _columns(wanted: Mapping[str, Any], version: int) -> dict[str, Any]:
    downgrade = wanted["downgrade"]
    return {
        "version": version,
        "window_days": wanted["window_days"],
        "policy": downgrade["policy"],
        "buffer_days": downgrade["buffer_days"],
        "falls_on": " ".join(downgrade.get("on", ())),
    }


def levels_of(
    wanted: Mapping[str, Any], scheme: LevelScheme, said: Mapping[str, Mapping[str, str]]
) -> list[Level]:
    """The levels of a version, not stored yet; ``said`` is what they bring in words, by code."""
    return [
        Level(
            scheme=scheme,
            code=step["code"],
            name=step["name"],
            threshold=step["from"],
            privileges={**said.get(step["code"], {}), **step.get("privileges", {})},
        )
        for step in wanted["steps"]
    ]


def said_of(scheme: LevelScheme | None) -> dict[str, dict[str, str]]:
    """What the levels of a version bring in words, by code."""
    return {level.code: level.brings for level in scheme.levels.all()} if scheme else {}


def facts_of(row: Mapping[str, Any], current: LevelScheme | None) -> dict[str, Any]:
    """A checked row with what was left out filled in; privileges stay unless it names them."""
    downgrade = row.get("downgrade") or {}
    on = sorted(downgrade.get("on") or ())
    kept = {level.code: level.rules for level in current.levels.all()} if current else {}
    return {
        "window_days": row.get("window_days", 0),
        "steps": [_step(step, kept) for step in row["steps"]],
        "downgrade": {
            "policy": downgrade.get("policy", "never"),
            "buffer_days": downgrade.get("buffer_days", 0),
            **({"on": on} if on else {}),
        },
    }


def _step(step: Mapping[str, Any], kept: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    given = step.get("privileges")
    rules = kept.get(step["code"], {}) if given is None else _rules(given)
    name = {language: text for language, text in step["name"].items() if text is not None}
    found = {"code": step["code"], "name": name, "from": step["from"]}
    return {**found, "privileges": rules} if rules else found


def _rules(given: Mapping[str, Any]) -> dict[str, Any]:
    """Privileges without what says nothing."""
    rules = {key: given[key] for key in RULES if given.get(key)}
    if rules.get("points_percent") == 100:
        del rules["points_percent"]
    return rules


def dump_facts(scheme: LevelScheme) -> dict[str, Any]:
    """A version in the file's form, whenever it takes effect."""
    return {
        "window_days": scheme.window_days,
        "steps": [
            {"code": level.code, "name": level.name, "from": level.threshold}
            | ({"privileges": level.rules} if level.rules else {})
            for level in scheme.levels.order_by("threshold")
        ],
        "downgrade": {"policy": scheme.policy, "buffer_days": scheme.buffer_days}
        | ({"on": scheme.falls_on.split()} if scheme.falls_on else {}),
    }


def dump() -> dict[str, Any] | None:
    """The newest version in the file's form, with its day while that is to come."""
    scheme = newest()
    if scheme is None:
        return None
    if scheme.effective_on <= bankday.today():
        return dump_facts(scheme)
    return {"effective_on": scheme.effective_on.isoformat(), **dump_facts(scheme)}
