"""A customer's task explained to an operator, in sentences with the values that decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from growth.admin import words
from growth.admin.sentences import comparison
from growth.explain import Condition, Explanation, Fate
from growth.explain.events import EventVerdict
from growth.models import Budget, GrowthTask, Segment, TaskCompletion
from growth.text import localized

SHOWN = 50

STATUSES = {
    "claimable": gettext_lazy("a reward waits to be claimed"),
    "completed": gettext_lazy("completed"),
    "paused": gettext_lazy("the task is paused"),
    "not_live": gettext_lazy("no version of the task is live"),
    "not_yet": gettext_lazy("the task has not begun"),
    "ended": gettext_lazy("the task has ended"),
    "locked": gettext_lazy("another task has to be completed first"),
    "not_for": gettext_lazy("the customer is not in the task's segment"),
    "open": gettext_lazy("open"),
}


@dataclass(frozen=True)
class Line:
    """A sentence, and whether it is good news (None: neither)."""

    text: str
    good: bool | None
    when: datetime | date | None = None


@dataclass(frozen=True)
class _Names:
    segments: Mapping[str, str]
    tasks: Mapping[str, str]

    @classmethod
    def read(cls) -> "_Names":
        segments, tasks = (
            {code: localized(name) for code, name in model.objects.values_list("code", "name")}
            for model in (Segment, GrowthTask)
        )
        return cls(segments, tasks)


def told(found: Explanation) -> dict[str, Any]:
    """What the panel shows; events and completions the newest first."""
    names = _Names.read()
    return {
        "status": STATUSES[found.status],
        "current": found.current,
        "target": found.target,
        "conditions": [Line(_condition(each, names), each.met) for each in found.conditions],
        "events": [
            Line(_event(each, names), each.counted, localtime(each.time))
            for each in reversed(found.events[-SHOWN:])
        ],
        "older": max(0, len(found.events) - SHOWN) + found.more_events,
        "fates": [_fate(each) for each in reversed(found.fates[-SHOWN:])],
    }


def _condition(each: Condition, names: _Names) -> str:
    facts = each.facts
    match each.code:
        case "live":
            because = f" ({facts['because']})" if facts["because"] else ""
            return (
                _("The task is paused") if facts["paused"] else _("No version is live")
            ) + because
        case "starts":
            return _("Begins on {day}").format(day=_day(facts["day"]))
        case "ends":
            return _("Ends on {day}").format(day=_day(facts["day"]))
        case "audience":
            text = (
                _("Is in the segment “{segment}” now")
                if each.met
                else _("Is not in the segment “{segment}” now")
            )
            return text.format(segment=names.segments.get(facts["segment"], facts["segment"]))
        case "prerequisite" | "chosen":
            name = names.tasks.get(facts["task"], facts["task"])
            if facts["at"] is None:
                return _("Has not completed “{task}”").format(task=name)
            return _("First completed “{task}” on {day}").format(
                task=name, day=_moment(facts["at"])
            )
        case "limit":
            used, most = words.amount(facts["used"]), words.amount(facts["most"])
            return _LIMITS[facts["limit"]].format(used=used, most=most)
        case "budget":
            budget = Budget.objects.filter(code=facts["budget"]).first()
            return _("Budget “{budget}”: {used} of {points} points given").format(
                budget=budget or facts["budget"],
                used=words.amount(facts["used"]),
                points=words.amount(facts["points"]),
            )
    return _("Is rewarded for nothing: {because}").format(because=facts.get("because", ""))


def _event(each: EventVerdict, names: _Names) -> str:
    if each.counted:
        return _counted(each)
    return _("did not count: {why}").format(why=_why_not(each, names))


def _counted(each: EventVerdict) -> str:
    """What an event that counted did, and what became of what it completed."""
    if each.code:
        return words.reason(each.code)
    parts = [_("counted, and completed the task") if each.completed else _("counted")]
    if missed := each.facts.get("missed_days"):
        parts.append(_("the row of days began anew, {n} days were missed").format(n=missed))
    for status, reason in dict.fromkeys(each.became):
        if status in _UNPAID:
            text = str(TaskCompletion.Status(status).label)
            if reason:
                text = _("{status}: {why}").format(status=text, why=words.reason(reason))
            parts.append(text)
    return _("; ").join(parts)


_UNPAID = (
    TaskCompletion.Status.REFUSED,
    TaskCompletion.Status.REVERSED,
    TaskCompletion.Status.PENDING,
)


def _why_not(each: EventVerdict, names: _Names) -> str:
    facts = each.facts
    match each.code:
        case "wrong_field":
            return _field(facts)
        case "outside_window":
            days = _("{starts} to {ends}").format(
                starts=_day(facts["starts"]) or "…", ends=_day(facts["ends"]) or "…"
            )
            return _("{day} is outside {days}").format(day=_day(each.day), days=days)
        case "not_in_audience":
            segment = names.segments.get(facts["segment"], "")
            return _("the customer was not in “{segment}” when it arrived").format(segment=segment)
        case "before_prerequisite":
            task = names.tasks.get(facts["task"], "")
            if facts["at"] is None:
                return _("“{task}” had not been completed").format(task=task)
            return _("“{task}” was completed only on {day}").format(
                task=task, day=_moment(facts["at"])
            )
        case "undone":
            return _("it was undone on {day}: {event}").format(
                day=_moment(facts["at"]), event=words.event(facts["type"])
            )
        case "field_missing":
            return _("it has no “{field}”").format(field=facts["field"])
        case "counted_already":
            return _("“{field}” {found} had counted already").format(**_only(facts))
        case "adds_nothing" if facts.get("field"):
            return _("“{field}” is {found}, which adds nothing").format(**_only(facts))
        case "reversed" if facts.get("by"):
            return _("it was taken back by the event {id}").format(id=facts["by"]["id"])
    return str(_CODES.get(each.code, each.code))


_LIMITS = {
    "per_customer": gettext_lazy("Had by this customer {used} times, of {most} at most"),
    "completions": gettext_lazy("Completed {used} times by all customers, of {most} at most"),
    "completions_a_day": gettext_lazy("Completed {used} times today, of {most} at most"),
    "points": gettext_lazy("{used} points given to all customers, of {most} at most"),
}

_CODES = {
    "reversed": gettext_lazy("it was taken back"),
    "waiting": gettext_lazy("it waits to be settled"),
    "other_version": gettext_lazy("no version of the task was live when it arrived"),
    "completed_already": gettext_lazy("the task was completed before"),
    "period_done": gettext_lazy("that day, week or month was completed before"),
    "day_done": gettext_lazy("that day had counted in full"),
    "adds_nothing": gettext_lazy("it adds nothing"),
}


def _only(facts: Mapping[str, Any]) -> dict[str, Any]:
    found = facts.get("found")
    return {"field": facts["field"], "found": "–" if found is None else found}


def _field(facts: Mapping[str, Any]) -> str:
    if facts["found"] is None:
        return _("it has no “{field}”").format(field=facts["field"])
    expected = comparison(facts["field"], {facts["operator"]: facts["expected"]})
    return _("expected: {expected}; found: {found}").format(expected=expected, found=facts["found"])


def _fate(each: Fate) -> Line:
    status = TaskCompletion.Status(each.status)
    parts = [str(status.label)]
    if each.points:
        parts.append(_("{n} points").format(n=words.amount(each.points)))
    if each.growth:
        parts.append(_("{n} growth value").format(n=words.amount(each.growth)))
    if each.reason:
        parts.append(words.reason(each.reason))
    if each.due_on and each.status == "pending":
        parts.append(_("due on {day}").format(day=_day(each.due_on)))
    if each.claim_by and each.status in ("claimable", "lapsed"):
        parts.append(_("to be claimed by {day}").format(day=_day(each.claim_by)))
    good = {"posted": True, "refused": False, "reversed": False, "lapsed": False}
    return Line(_("; ").join(parts), good.get(each.status), each.day)


def _day(day: date | None) -> str:
    return date_format(day, "DATE_FORMAT") if day else ""


def _moment(value: datetime) -> str:
    return date_format(localtime(value), "DATETIME_FORMAT")
