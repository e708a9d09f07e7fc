"""A rule or a task read back as sentences, in the operator's language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from growth.admin.words import amount, event
from growth.conditions import OPERATORS
from growth.values import iso_date


@dataclass(frozen=True)
class Names:
    """Names by code, for what a rule refers to."""

    segments: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, str] = field(default_factory=dict)
    tasks: Mapping[str, str] = field(default_factory=dict)
    benefits: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """A sentence, and what stands below it."""

    text: str
    parts: tuple["Line", ...] = ()


# Rules ----------------------------------------------------------------------------------------


def rule_line(rule: Mapping[str, Any], names: Names, *, negate: bool = False) -> Line:
    """A segment's rule as a sentence with sentences below it."""
    if "not" in rule:
        return rule_line(rule["not"], names, negate=not negate)
    headings = {
        ("all", False): _("All of these hold:"),
        ("any", False): _("At least one of these holds:"),
        ("any", True): _("None of these holds:"),
        ("all", True): _("At least one of these does not hold:"),
    }
    for match in ("all", "any"):
        if match in rule:
            parts = tuple(rule_line(part, names) for part in rule[match])
            if len(parts) == 1 and not negate:
                return parts[0]
            return Line(headings[match, negate], parts)
    kind = next(key for key in _CONDITIONS if key in rule)
    text = _CONDITIONS[kind](rule, names)
    return Line(_("Not so: {condition}").format(condition=text) if negate else text)


def comparison(name: str, condition: Mapping[str, Any]) -> str:
    """``name`` with its operators: “amount” is at least 2,000."""
    texts = {
        "is": lambda operand: _("“{name}” is {value}").format(name=name, value=_value(operand)),
        "is_not": lambda operand: _("“{name}” is not {value}").format(
            name=name, value=_value(operand)
        ),
        "in": lambda operand: _("“{name}” is one of {values}").format(
            name=name, values=_(", ").join(map(_value, operand))
        ),
        "min": lambda operand: _("“{name}” is at least {value}").format(
            name=name, value=_value(operand)
        ),
        "max": lambda operand: _("“{name}” is at most {value}").format(
            name=name, value=_value(operand)
        ),
        "exists": lambda operand: _("“{name}” is known").format(name=name),
    }
    used = [texts[operator](condition[operator]) for operator in OPERATORS if operator in condition]
    return _joined(used)


def _attribute(rule: Mapping[str, Any], names: Names) -> str:
    return comparison(rule["attribute"], rule)


def _age(rule: Mapping[str, Any], names: Names) -> str:
    least, most = rule["age"].get("min"), rule["age"].get("max")
    if least is not None and most is not None:
        return _("Aged {least} to {most}").format(least=least, most=most)
    if least is not None:
        return _("Aged {least} or older").format(least=least)
    return _("Aged {most} or younger").format(most=most)


def _tag(rule: Mapping[str, Any], names: Names) -> str:
    return _("Has the tag “{tag}”").format(tag=rule["tag"])


def _event(rule: Mapping[str, Any], names: Names) -> str:
    times = rule.get("times", {"min": 1})
    least, most = times.get("min"), times.get("max")
    facts = {"what": event(rule["event"]), "least": least, "most": most}
    if least is not None and most is not None:
        text = _("{least} to {most} times: {what}")
    elif most is not None:
        text = _("At most {most} times: {what}")
    elif least == 1:
        text = _("At least once: {what}")
    else:
        text = _("At least {least} times: {what}")
    days = rule.get("within_days")
    if days is None:
        return text.format(**facts)
    return _("{condition} (in the last {days} days)").format(
        condition=text.format(**facts), days=days
    )


def _level(rule: Mapping[str, Any], names: Names) -> str:
    least, most = rule["level"].get("min"), rule["level"].get("max")
    name = names.levels.get
    if least and most:
        return _("Level {least} to {most}").format(least=name(least, least), most=name(most, most))
    if least:
        return _("Level {level} or higher").format(level=name(least, least))
    return _("Level {level} or lower").format(level=name(most, most))


def _segment(rule: Mapping[str, Any], names: Names) -> str:
    code = rule["segment"]
    return _("In the segment “{segment}”").format(segment=names.segments.get(code, code))


_CONDITIONS = {
    "attribute": _attribute,
    "age": _age,
    "tag": _tag,
    "event": _event,
    "level": _level,
    "segment": _segment,
}


# Tasks ----------------------------------------------------------------------------------------


def task_lines(spec: Mapping[str, Any], names: Names) -> list[str]:
    """What a task asks and pays, a sentence for each part."""
    return [
        line
        for part in (_counting, _completing, _audience, _time, _reward, _expiry, _limits)
        for line in part(spec, names)
    ]


def _counting(spec: Mapping[str, Any], names: Names) -> Iterable[str]:
    what = event(spec["event"])
    if spec.get("sum_of"):
        yield _("Adds up “{field}” each time {what}.").format(field=spec["sum_of"], what=what)
    else:
        yield _("Counts each time {what}.").format(what=what)
    if spec.get("where"):
        conditions = _joined([comparison(row["field"], row) for row in spec["where"]])
        yield _("Only where {conditions}.").format(conditions=conditions)
    if spec.get("distinct_by"):
        yield _("Events with the same “{field}” count once only, for ever.").format(
            field=spec["distinct_by"]
        )


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
    elif spec.get("sum_of"):
        yield _("Completed each time the sum passes another full {n}.").format(n=n)
    else:
        yield ngettext(
            "Completed by each such event.",
            "Completed by every {n} such events.",
            whole,
        ).format(n=n)


def _audience(spec: Mapping[str, Any], names: Names) -> Iterable[str]:
    if code := spec.get("segment"):
        yield _("Only for customers who are in “{segment}” when the event arrives.").format(
            segment=names.segments.get(code, code)
        )
    if required := spec.get("requires"):
        yield _("Only events after the customer has completed {tasks}.").format(
            tasks=_listed(f"“{names.tasks.get(code, code)}”" for code in required)
        )


def _time(spec: Mapping[str, Any], names: Names) -> Iterable[str]:
    starts, ends = _day(spec.get("starts")), _day(spec.get("ends"))
    if starts and ends:
        yield _("Only events from {starts} to {ends}, both days included.").format(
            starts=starts, ends=ends
        )
    elif starts:
        yield _("Only events from {starts} on.").format(starts=starts)
    elif ends:
        yield _("Only events up to {ends}, that day included.").format(ends=ends)


def _reward(spec: Mapping[str, Any], names: Names) -> Iterable[str]:
    reward = spec.get("reward") or {}
    gains = []
    if points := reward.get("points"):
        gains.append(
            ngettext("{number} point", "{number} points", points).format(number=amount(points))
        )
    if growth := reward.get("growth"):
        gains.append(_("{n} growth value").format(n=amount(growth)))
    if code := reward.get("benefit"):
        gains.append(_("the benefit “{benefit}”").format(benefit=names.benefits.get(code, code)))
    if not gains:
        yield _("Brings nothing by itself; other tasks may require it.")
    elif spec.get("claim") == "manual":
        yield _("Each completion brings {gains}, once the customer claims it.").format(
            gains=_listed(gains)
        )
    else:
        yield _("Each completion brings {gains}, at once.").format(gains=_listed(gains))


def _expiry(spec: Mapping[str, Any], names: Names) -> Iterable[str]:
    if (spec.get("reward") or {}).get("points"):
        yield from expiry_lines(spec.get("points_expire") or {})


def expiry_lines(policy: Mapping[str, Any]) -> Iterable[str]:
    """When points given under this policy expire."""
    if "on" in policy:
        yield _("The points can be spent up to the day before {day}.").format(
            day=_day(policy["on"])
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
        yield _("Paid {limits}; what is above is refused and listed.").format(limits=_listed(used))


def _day(value: Any) -> str:
    day = iso_date(value) if value else None
    return date_format(day, "DATE_FORMAT") if day else ""


def _value(operand: Any) -> str:
    if isinstance(operand, bool):
        return _("yes") if operand else _("no")
    if isinstance(operand, int | float):
        return amount(operand)
    return _day(operand) or str(operand)


def _listed(texts: Iterable[str]) -> str:
    """a, b and c."""
    found = list(texts)
    if len(found) < 2:
        return "".join(found)
    return _("{several} and {last}").format(several=_(", ").join(found[:-1]), last=found[-1])


def _joined(texts: list[str]) -> str:
    return _("; ").join(texts)
