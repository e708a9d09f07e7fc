"""A rule or a task read back as sentences, in the operator's language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from growth.admin.words import amount, event
from growth.conditions import OPERATORS
from growth.values import iso_date


@dataclass(frozen=True)
class Names:
    """Names by code, for what a rule refers to."""

    segments: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, str] = field(default_factory=dict)
    tasks: Mapping[str, str] = field(default_factory=dict)
    badges: Mapping[str, str] = field(default_factory=dict)
    budgets: Mapping[str, str] = field(default_factory=dict)
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
    return joined(used)


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


def said_day(value: Any) -> str:
    """A day of the file as people write it."""
    day = iso_date(value) if value else None
    return date_format(day, "DATE_FORMAT") if day else ""


def _value(operand: Any) -> str:
    if isinstance(operand, bool):
        return _("yes") if operand else _("no")
    if isinstance(operand, int | float):
        return amount(operand)
    return said_day(operand) or str(operand)


def listed(texts: Iterable[str]) -> str:
    """a, b and c."""
    found = list(texts)
    if len(found) < 2:
        return "".join(found)
    return _("{several} and {last}").format(several=_(", ").join(found[:-1]), last=found[-1])


def joined(texts: list[str]) -> str:
    """a; b; c."""
    return _("; ").join(texts)
