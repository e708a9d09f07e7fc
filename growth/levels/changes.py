"""A new version of the level scheme as a change request: what it says, its preview, its apply."""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from growth import bankday, changes, jobs, levels, program
from growth.errors import Outdated, ProgramFaults
from growth.levels import impact as scheme_impact
from growth.levels import program as level_program
from growth.levels.impact import Impact
from growth.models import ChangeRequest, Level
from growth.program_check import check_program
from growth.registry import Applied
from growth.rules import lock_program
from growth.text import localized
from growth.values import canonical, iso_date

KIND = "levels"


def base() -> str:
    """Mark of the levels as they stand; another one says that somebody has changed them since."""
    scheme = level_program.newest()
    return _mark([scheme.pk if scheme else 0, level_program.said_of(scheme)])


def payload_of(row: Mapping[str, Any], said: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """What a request says: the levels as in the program file, and their words by level's code."""
    return {"levels": program.plain(row), "said": dict(said), "base": base()}


def digest(payload: Mapping[str, Any]) -> str:
    """Mark of exactly this content, on the levels as they stand."""
    return _mark({key: payload[key] for key in ("levels", "said", "base")})


def is_outdated(payload: Mapping[str, Any]) -> bool:
    """Whether the levels have changed since."""
    return bool(payload["base"] != base())


def begins(payload: Mapping[str, Any]) -> date:
    """The day on which it would take effect if it were approved today."""
    today = bankday.today()
    return max(today, iso_date(payload["levels"].get("effective_on")) or today)


def changes_levels(payload: Mapping[str, Any]) -> bool:
    """Whether it is more than other words for what levels bring."""
    current = level_program.newest()
    if current is None:
        return True
    return level_program.facts_of(payload["levels"], current) != level_program.dump_facts(
        current
    ) or _replanned(payload, current.effective_on)


def _replanned(payload: Mapping[str, Any], planned: date) -> bool:
    on = iso_date(payload["levels"].get("effective_on"))
    return planned > bankday.today() and on is not None and on != planned


def changes_words(payload: Mapping[str, Any]) -> bool:
    """Whether it says other words of what levels bring."""
    stored = level_program.said_of(level_program.newest())
    return any(texts != stored.get(code, {}) for code, texts in payload["said"].items())


def preview(payload: Mapping[str, Any]) -> Impact:
    """How many customers go up, down or stay on the day on which it takes effect."""
    on = begins(payload)
    scheme, steps = level_program.draft(payload["levels"], on, level_program.newest())
    draft = levels.scheme_of(scheme, steps)
    in_force = [one for one in levels.schemes() if one.effective_on <= bankday.today()]
    return scheme_impact.impact(draft, in_force or [draft], on)


@transaction.atomic
def propose(*, payload: dict[str, Any], reason: str, maker: Any, found: Impact) -> ChangeRequest:
    """Ask a second person for new levels; the request keeps what the preview found.

    Raises:
        NotAllowed, Outdated, ProgramFaults: as ``changes.propose`` and ``validate`` say.
    """
    steps = payload["levels"]["steps"]
    return changes.propose(
        kind=KIND,
        subject=" → ".join(localized(step["name"]) or step["code"] for step in steps),
        payload={**payload, "impact": found.as_json()},
        reason=reason,
        maker=maker,
    )


def validate(payload: dict[str, Any]) -> None:
    """Refuse levels that could not be loaded, or that were made from others than stand now."""
    if faults := check_program({"version": 1, "levels": payload["levels"]}, program.known()):
        raise ProgramFaults(faults)
    if is_outdated(payload):
        raise Outdated


def apply(payload: dict[str, Any], change: ChangeRequest) -> Applied:
    """Make it the next version, from its day on (or today, if that is later), with its words."""
    lock_program()
    if is_outdated(payload):
        raise Outdated
    row = dict(payload["levels"])
    if row.pop("effective_on", None) and begins(payload) > bankday.today():
        row["effective_on"] = begins(payload).isoformat()
    loaded = program.load({"version": 1, "levels": row}, origin=f"change:{change.pk}")
    say(payload["said"])
    if loaded.levels:
        # The nightly jobs would do it, too, and do so where it takes effect later.
        transaction.on_commit(jobs.regrade_levels.delay, robust=True)
        transaction.on_commit(jobs.rebuild_segments.delay, robust=True)
    return Applied({"changes": loaded.lines})


def say(said: Mapping[str, Mapping[str, str]]) -> None:
    """Write down what the newest version's levels bring in words, by level's code."""
    for level in Level.objects.filter(scheme=level_program.newest(), code__in=list(said)):
        privileges = {**said[level.code], **level.rules}
        if privileges != level.privileges:
            Level.objects.filter(pk=level.pk).update(privileges=privileges)


def _mark(facts: Any) -> str:
    return hashlib.sha256(canonical(facts).encode()).hexdigest()[:32]
