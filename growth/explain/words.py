"""A task explained to the customer, in short plain sentences.

What guards against abuse (pace, risk, exclusions, implausible events) is never told.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from growth import bankday
from growth.explain import Condition, Explanation, Fate
from growth.explain.events import EventVerdict
from growth.models import GrowthTask
from growth.text import localized

SHOWN = 5
# Events that a customer would ask about; nothing is said of the others.
_SILENT = ("waiting", "adds_nothing", "implausible")


def lines(found: Explanation) -> list[str]:
    """Where the task stands, what became of the last rewards, and which events did not count.

    The newest comes first, and a reason is told once, of the last event that it kept from counting.
    """
    names = _names(found)
    told = [*_standing(found, names), *_broken(found), *_fates(reversed(found.fates[-SHOWN:]))]
    missed = [each for each in found.events if not each.counted and each.code not in _SILENT]
    newest = {_why_not(each.code, each.facts, names): each for each in missed}
    latest = sorted(newest.items(), key=lambda pair: pair[1].time, reverse=True)
    told += [_event(each, why) for why, each in latest[:SHOWN]]
    return told


def _names(found: Explanation) -> dict[str, str]:
    """What the tasks that this one leans on are called, by code."""
    told: list[Condition | EventVerdict] = [*found.conditions, *found.events]
    codes = {each.facts["task"] for each in told if "task" in each.facts}
    rows = GrowthTask.objects.filter(code__in=codes).values_list("code", "name")
    return {code: localized(name) for code, name in rows}


def _standing(found: Explanation, names: Mapping[str, str]) -> Iterable[str]:
    facts = {each.code: each.facts for each in found.conditions}
    match found.status:
        case "claimable":
            yield _("Your reward is waiting: claim it.")
        case "completed":
            yield _("You have completed this task.")
        case "paused" | "not_live":
            yield _("This task is paused at the moment.")
        case "not_yet":
            yield _("This task begins on {day}.").format(day=_day(facts["starts"]["day"]))
        case "ended":
            yield _("This task ended on {day}.").format(day=_day(facts["ends"]["day"]))
        case "not_for":
            yield _("This task is not open to you at the moment.")
        case "locked":
            for each in found.conditions:
                if each.code == "prerequisite" and not each.met:
                    name = names.get(each.facts["task"], "")
                    yield _("First complete “{task}”.").format(task=name)
        case _:
            yield from _open(found)
    yield from dict.fromkeys(filter(None, map(_used_up, found.conditions)))


def _open(found: Explanation) -> Iterable[str]:
    if found.target > 1:
        yield _("So far: {current} of {target}.").format(
            current=f"{found.current:,f}", target=f"{found.target:,f}"
        )
    elif not any(each.counted for each in found.events):
        yield _("Nothing has counted towards this task yet.")


def _broken(found: Explanation) -> Iterable[str]:
    """With which day the row of days under way began anew."""
    anew = [each for each in found.events if each.counted and "missed_days" in each.facts]
    for each in anew[-1:] if found.status != "completed" else ():
        missed = each.facts["missed_days"]
        yield ngettext(
            "{day}: the row of days began anew, because {n} day was missed before.",
            "{day}: the row of days began anew, because {n} days were missed before.",
            missed,
        ).format(day=_day(each.time), n=missed)


def _used_up(condition: Condition) -> str:
    """Limits and budgets of the task are told honestly."""
    if condition.met:
        return ""
    if condition.code == "budget":
        return _("All rewards of this task have been given out.")
    match condition.facts.get("limit"):
        case "completions_a_day":
            return _("Today's rewards are all given out. There are new ones tomorrow.")
        case "completions" | "points":
            return _("All rewards of this task have been given out.")
        case "per_customer":
            return _("You have had this reward as often as possible.")
    return ""


def _fates(fates: Iterable[Fate]) -> Iterable[str]:
    for each in fates:
        day = _day(each.day)
        match each.status:
            case "posted" if each.points:
                yield ngettext(
                    "{day}: completed, {points} point given.",
                    "{day}: completed, {points} points given.",
                    each.points,
                ).format(day=day, points=f"{each.points:,}")
            case "posted":
                yield _("{day}: completed.").format(day=day)
            case "pending" if each.due_on:
                yield _("{day}: completed. Your reward is expected on {due}.").format(
                    day=day, due=_day(each.due_on)
                )
            case "pending":
                yield _("{day}: completed. Your reward is still being checked.").format(day=day)
            case "claimable" if each.claim_by:
                yield _("{day}: completed. Claim your reward by {last}.").format(
                    day=day, last=_day(each.claim_by)
                )
            case "lapsed":
                yield _("{day}: the reward was not claimed in time.").format(day=day)
            case "reversed":
                yield _("{day}: taken back, because what led to it was undone.").format(day=day)
            case "refused":
                yield _refusal(each.reason, day)


def _refusal(reason: str, day: str) -> str:
    match reason:
        case "completions_a_day":
            text = _("{day}: completed without a reward, that day's were all given out.")
        case "completions" | "points" | "budget_exhausted":
            text = _("{day}: completed without a reward, all of them had been given out.")
        case "per_customer":
            text = _("{day}: completed without a reward, you have had it as often as possible.")
        case _:
            text = _("{day}: there was no reward for this. Our service line can tell you more.")
    return text.format(day=day)


def _event(each: EventVerdict, why: str) -> str:
    return _("{day}: did not count: {why}").format(day=_day(each.time), why=why)


def _why_not(code: str, facts: Mapping[str, Any], names: Mapping[str, str]) -> str:
    match code:
        case "before_prerequisite":
            task = names.get(facts["task"], "")
            return _("it was before you completed “{task}”.").format(task=task)
        case "outside_window":
            return _("it was outside the days of this task.")
        case "not_in_audience":
            return _("the task was not open to you then.")
        case "other_version":
            return _("the task was not running then.")
        case "reversed" | "undone":
            return _("it was undone later.")
        case "counted_already":
            return _("it had counted already.")
        case "completed_already":
            return _("you had completed the task already.")
        case "period_done" | "day_done":
            return _("that day, week or month was done already.")
    return _("it is not of the kind that this task asks for.")


def _day(value: date | datetime) -> str:
    day = bankday.day_of(value) if isinstance(value, datetime) else value
    return date_format(
        day, "MONTH_DAY_FORMAT" if day.year == bankday.today().year else "DATE_FORMAT"
    )
