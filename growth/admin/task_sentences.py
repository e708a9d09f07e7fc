"""A task read back as sentences, in the operator's language: what it asks and what it pays."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from growth.admin.sentences import Names, comparison, joined, listed, said_day
from growth.admin.words import amount, counted, detail, event
from growth.task_check import outlives_its_points


def task_lines(spec: Mapping[str, Any], names: Names) -> list[str]:
    """What a task asks and pays, a sentence for each part."""
    return [
        line
        for part in (
            _counting,
            _completing,
            _missed_days,
            _audience,
            _time,
            _reward,
            _expiry,
            _limits,
            _guards,
        )
        for line in part(spec, names)
    ]


def _counting(spec: Mapping[str, Any], names: Names) -> Iterable[str]:
    if spec["kind"] == "choose":
        return
    what = event(spec.get("event", ""))
    if spec["kind"] == "activity":
        yield _("Growth value each time {what}.").format(what=what)
    elif spec.get("sum_of"):
        yield _("Adds up “{field}” each time {what}.").format(field=spec["sum_of"], what=what)
    else:
        yield _("Counts each time {what}.").format(what=what)
    if spec.get("where"):
        conditions = joined([comparison(row["field"], row) for row in spec["where"]])
        yield _("Only where {conditions}.").format(conditions=conditions)
    if spec.get("distinct_by"):
        field = spec["distinct_by"]
        yield _(
            "Counts each {thing} once per {detail}, for ever: never two with the same “{field}”."
        ).format(thing=counted(spec.get("event", "")), detail=detail(field), field=field)


def _completing(spec: Mapping[str, Any], names: Names) -> Iterable[str]:
    target = spec.get("target", 1)
    n = amount(target)
    whole = target if isinstance(target, int) else 2
    kind = spec["kind"]
    if kind == "once":
        yield ngettext(
            "Completed once in a customer's life, by the first such event.",
            "Completed once in a customer's life, after {n} such events.",
            whole,
        ).format(n=n)
    elif kind == "daily":
        yield ngettext(
            "Completed on each day with at least one such event.",
            "Completed on each day with at least {n} such events.",
            whole,
        ).format(n=n)
    elif kind == "weekly":
        yield ngettext(
            "Completed in each week (Monday to Sunday) with at least one such event.",
            "Completed in each week (Monday to Sunday) with at least {n} such events.",
            whole,
        ).format(n=n)
    elif kind == "monthly":
        yield ngettext(
            "Completed in each calendar month with at least one such event.",
            "Completed in each calendar month with at least {n} such events.",
            whole,
        ).format(n=n)
    elif kind == "streak":
        yield ngettext(
            "Completed on each day with such an event.",
            "Completed by {n} days in a row with such an event, and again after {n} more.",
            whole,
        ).format(n=n)
    elif kind in _BY_KIND:
        yield from _BY_KIND[kind](spec, names)
    elif spec.get("sum_of"):
        yield _("Completed each time the sum passes another full {n}.").format(n=n)
    else:
        yield ngettext(
            "Completed by each such event.",
            "Completed by every {n} such events.",
            whole,
        ).format(n=n)


def _milestones(spec: Mapping[str, Any], names: Names) -> Iterable[str]:
    rows = spec.get("milestones") or []
    lines = [
        _("at {target}: {gains}").format(
            target=amount(row["target"]),
            gains=listed(gains(row.get("reward") or {}, names)) or _("nothing"),
        )
        for row in rows
    ]
    if spec.get("sum_of"):
        yield _("As the sum rises, each once in a customer's life: {lines}.").format(
            lines=joined(lines)
        )
    else:
        yield _(
            "As the number of such events rises, each once in a customer's life: {lines}."
        ).format(lines=joined(lines))


def _choose(spec: Mapping[str, Any], names: Names) -> Iterable[str]:
    choose = spec.get("choose") or {}
    of = [f"“{names.tasks.get(code, code)}”" for code in choose.get("of") or []]
    least = choose.get("at_least") or 0
    yield ngettext(
        "Completed once, when {n} of these tasks has been completed: {tasks}.",
        "Completed once, when {n} of these tasks have been completed: {tasks}.",
        least,
    ).format(n=least, tasks=listed(of))


def _activity(spec: Mapping[str, Any], names: Names) -> Iterable[str]:
    parts = []
    for measure in spec.get("measures") or []:
        n = amount(measure["growth"])
        if not measure.get("field"):
            parts.append(_("{n} for each visit").format(n=n))
        else:
            parts.append(
                _("{n} for every full {each} of “{field}”").format(
                    n=n, each=amount(measure.get("each", 1)), field=measure["field"]
                )
            )
    yield _("Brings growth value: {parts}.").format(parts=listed(parts))
    if most := spec.get("growth_a_day"):
        yield _("No more than {n} growth value a day.").format(n=amount(most))


_BY_KIND = {"milestones": _milestones, "choose": _choose, "activity": _activity}


def _missed_days(spec: Mapping[str, Any], names: Names) -> Iterable[str]:
    if grace := spec.get("grace_days"):
        yield ngettext(
            "Missing {n} day does not break the row; missing more begins it anew.",
            "Missing up to {n} days in a row does not break it; missing more begins it anew.",
            grace,
        ).format(n=grace)
    if make_up := spec.get("make_up"):
        times = ngettext(
            "{n} missed day a calendar month can be made up for",
            "{n} missed days a calendar month can be made up for",
            make_up.get("per_month", 0),
        ).format(n=make_up.get("per_month", 0))
        back = ngettext(
            "up to {n} day later", "up to {n} days later", make_up.get("days_back", 0)
        ).format(n=make_up.get("days_back", 0))
        if price := make_up.get("points"):
            yield _(
                "{times}, {back}, for {points} points each; never for a reward already given."
            ).format(times=times, back=back, points=amount(price))
        else:
            yield _("{times}, {back}, free; never for a reward already given.").format(
                times=times, back=back
            )


def _audience(spec: Mapping[str, Any], names: Names) -> Iterable[str]:
    if code := spec.get("segment"):
        yield _("Only for customers who are in “{segment}” when the event arrives.").format(
            segment=names.segments.get(code, code)
        )
    if required := spec.get("requires"):
        yield _("Only events after the customer has completed {tasks}.").format(
            tasks=listed(f"“{names.tasks.get(code, code)}”" for code in required)
        )


def _time(spec: Mapping[str, Any], names: Names) -> Iterable[str]:
    starts, ends = said_day(spec.get("starts")), said_day(spec.get("ends"))
    if starts and ends:
        yield _("Only events from {starts} to {ends}, both days included.").format(
            starts=starts, ends=ends
        )
    elif starts:
        yield _("Only events from {starts} on.").format(starts=starts)
    elif ends:
        yield _("Only events up to {ends}, that day included.").format(ends=ends)


def _reward(spec: Mapping[str, Any], names: Names) -> Iterable[str]:
    if spec["kind"] in ("milestones", "activity"):
        if spec.get("claim") == "manual":
            yield _("Paid once the customer claims it.")
    elif not (found := gains(spec.get("reward") or {}, names)):
        yield _("Brings nothing by itself; other tasks may require it.")
    elif spec.get("claim") == "manual":
        yield _("Each completion brings {gains}, once the customer claims it.").format(
            gains=listed(found)
        )
    else:
        yield _("Each completion brings {gains}, at once.").format(gains=listed(found))
    if days := spec.get("claim_within_days"):
        yield ngettext(
            "What is not claimed within {n} day lapses.",
            "What is not claimed within {n} days lapses.",
            days,
        ).format(n=amount(days))


def gains(reward: Mapping[str, Any], names: Names) -> list[str]:
    """What a reward brings, part by part."""
    gains = []
    if points := reward.get("points"):
        gains.append(
            ngettext("{number} point", "{number} points", points).format(number=amount(points))
        )
    if growth := reward.get("growth"):
        gains.append(_("{n} growth value").format(n=amount(growth)))
    if code := reward.get("benefit"):
        gains.append(_("the benefit “{benefit}”").format(benefit=names.benefits.get(code, code)))
    if code := reward.get("badge"):
        gains.append(_("the badge “{badge}”").format(badge=names.badges.get(code, code)))
    return gains


def _expiry(spec: Mapping[str, Any], names: Names) -> Iterable[str]:
    rewards = [spec.get("reward"), *(row.get("reward") for row in spec.get("milestones") or [])]
    if any((reward or {}).get("points") for reward in rewards):
        yield from expiry_lines(spec.get("points_expire") or {})
        if outlives_its_points(spec):
            yield _(
                "Points given on that day or later are good for one day only, as the task goes on:"
                " give it a last day before."
            )


def expiry_lines(policy: Mapping[str, Any]) -> Iterable[str]:
    """When points given under this policy expire."""
    if "on" in policy:
        yield _("The points can be spent up to the day before {day}.").format(
            day=said_day(policy["on"])
        )
    elif "after_days" in policy:
        yield ngettext(
            "The points expire {n} day after they were given.",
            "The points expire {n} days after they were given.",
            policy["after_days"],
        ).format(n=amount(policy["after_days"]))
    elif "end_of_month_after" in policy:
        months = policy["end_of_month_after"]
        if months == 0:
            yield _("The points expire at the end of the month in which they were given.")
        else:
            yield ngettext(
                "The points expire at the end of the month, {n} month after they were given.",
                "The points expire at the end of the month, {n} months after they were given.",
                months,
            ).format(n=months)
    else:
        yield _("The points never expire.")


def _limits(spec: Mapping[str, Any], names: Names) -> Iterable[str]:
    limit = spec.get("limit") or {}
    texts = {
        "per_customer": _("at most {n} times for each customer"),
        "completions_a_day": _("at most {n} completions a day, of all customers"),
        "completions": _("at most {n} completions in all"),
        "points": _("at most {n} points in all"),
    }
    used = [text.format(n=amount(limit[key])) for key, text in texts.items() if key in limit]
    if used:
        yield _("Paid {limits}; what is above is refused and listed.").format(limits=listed(used))


def _guards(spec: Mapping[str, Any], names: Names) -> Iterable[str]:
    if days := spec.get("hold_days"):
        yield ngettext(
            "The reward waits for {n} day before it is paid.",
            "The reward waits for {n} days before it is paid.",
            days,
        ).format(n=amount(days))
    if velocity := spec.get("velocity"):
        facts = {"n": velocity.get("completions"), "hours": velocity.get("within_hours")}
        if velocity.get("then") == "deny":
            yield _("More than {n} within {hours} hours by one customer are refused.").format(
                **facts
            )
        else:
            yield _("More than {n} within {hours} hours by one customer are held back.").format(
                **facts
            )
    if spec.get("risk"):
        yield _("The risk system is asked before anything is paid.")
    if code := spec.get("budget"):
        yield _("Paid from the budget “{budget}”, and refused when that is used up.").format(
            budget=names.budgets.get(code, code)
        )
    if undone_by := spec.get("undone_by"):
        yield _undone(undone_by)
    if spec.get("on_reversal") == "allow_negative":
        yield _("Points that are taken back after they were spent are owed, and repaid first.")


def _undone(by: Mapping[str, Any]) -> str:
    days, field = by.get("within_days"), by.get("same")
    if field and days is not None:
        text = _("If {event} within {n} days, with the same “{field}”, the reward is taken back.")
    elif field:
        text = _("If {event} later, with the same “{field}”, the reward is taken back.")
    elif days is not None:
        text = _("If {event} within {n} days, the reward is taken back.")
    else:
        text = _("If {event} later, the reward is taken back.")
    return text.format(event=event(by.get("event", "")), field=field, n=days)
