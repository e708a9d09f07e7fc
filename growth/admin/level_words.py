"""The level scheme in plain words, for its page and for the person who decides on a new one."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from growth import registry
from growth.admin import names
from growth.admin.sentences import listed
from growth.admin.words import amount
from growth.levels import changes as level_changes
from growth.levels import program as level_program
from growth.models import Badge, LevelScheme
from growth.registry import ChangeKind, Described
from growth.text import localized
from growth.values import iso_date


def register() -> None:
    """Called once, when the apps are ready."""
    registry.change_kinds[level_changes.KIND] = ChangeKind(
        label=gettext_lazy("Levels"),
        permission="growth.change_levelscheme",
        validate=level_changes.validate,
        apply=level_changes.apply,
        describe=describe,
    )


def describe(payload: dict[str, Any]) -> Described:
    """New levels beside those of today."""
    warnings = []
    if level_changes.is_outdated(payload):
        warnings.append(
            _("The levels have changed since this was sent. It cannot be applied any more.")
        )
    current = level_program.newest()
    before = []
    if current:
        before = lines(level_program.dump_facts(current), level_program.said_of(current))
    facts = level_program.facts_of(payload["levels"], current)
    after = [*lines(facts, payload["said"]), _begins(payload)]
    return Described(before, [*after, *impact_lines(payload.get("impact"))], warnings)


def _begins(payload: Mapping[str, Any]) -> str:
    on = iso_date(payload["levels"].get("effective_on"))
    if on is None:
        return _("It takes effect on the day on which it is approved.")
    text = _("It takes effect on {day}, or when it is approved if that is later.")
    return text.format(day=date_format(on, "DATE_FORMAT"))


def impact_lines(impact: Mapping[str, Any] | None) -> list[str]:
    """What the preview found."""
    if not impact:
        return []
    text = _("By the preview for {day}: {up} customers go up, {down} go down, {stay} stay.")
    day = date_format(date.fromisoformat(impact["on"]), "DATE_FORMAT")
    figures = {key: amount(impact[key]) for key in ("up", "down", "stay")}
    found = [text.format(day=day, **figures)]
    if margin := impact.get("margin"):
        found.append(_("Estimated: each of these may be off by {n}.").format(n=amount(margin)))
    return found


def lines(facts: Mapping[str, Any], said: Mapping[str, Mapping[str, str]]) -> list[str]:
    """A scheme, a line for each thing that it says."""
    found = []
    benefits = dict(names.benefits())
    badges = {badge.code: localized(badge.name) for badge in Badge.objects.all()}
    for step in facts["steps"]:
        text = _("{level}: from {n} growth value")
        name = localized(step["name"]) or step["code"]
        found.append(text.format(level=name, n=amount(step["from"])))
        for line in privilege_lines(step.get("privileges", {}), benefits, badges):
            found.append(f"{name}: {line}")
        for line in localized(said.get(step["code"], {})).splitlines():
            if line.strip():
                found.append(f"{name}: {line.strip()}")
    return [*found, *_lasting(facts)]


def privilege_lines(
    rules: Mapping[str, Any], benefits: Mapping[str, str], badges: Mapping[str, str]
) -> list[str]:
    """What a level brings by itself."""
    found = []
    if percent := rules.get("points_percent"):
        found.append(_("{n} % of the points for every task, rounded down").format(n=percent))
    for code in rules.get("benefits", ()):
        found.append(
            _("gives the benefit “{benefit}” once").format(benefit=benefits.get(code, code))
        )
    if code := rules.get("badge"):
        found.append(_("gives the badge “{badge}”").format(badge=badges.get(code, code)))
    return found


def _lasting(facts: Mapping[str, Any]) -> list[str]:
    window, downgrade = facts["window_days"], facts["downgrade"]
    counts = (
        ngettext(
            "Growth value counts for {n} day", "Growth value counts for {n} days", window
        ).format(n=window)
        if window
        else _("Growth value counts for ever")
    )
    policy = LevelScheme.Policy(downgrade["policy"]).label
    falls = _("When growth value falls: {policy}").format(policy=policy)
    days = downgrade["buffer_days"]
    grace = ngettext("{n} day of grace", "{n} days of grace", days).format(n=days)
    found = [counts, f"{falls}, {grace}" if days else falls]
    if on := downgrade.get("on"):
        found.append(_("Levels fall only on {days}").format(days=fall_days(on)))
    return found


def fall_days(days: Iterable[str]) -> str:
    """Days of the year (``06-30``) as one reads them."""
    found = [date_format(date.fromisoformat(f"2001-{day}"), "MONTH_DAY_FORMAT") for day in days]
    return listed(found)


def given(facts: Mapping[str, Any]) -> dict[str, list[str]]:
    """What levels bring by themselves, by level's code."""
    benefits = dict(names.benefits())
    badges = {badge.code: localized(badge.name) for badge in Badge.objects.all()}
    return {
        step["code"]: privilege_lines(step.get("privileges", {}), benefits, badges)
        for step in facts["steps"]
    }
