"""Segment rules and task conditions (contract section 4) to what the form's blocks hold, and back.

Pure conversions between JSON values. A rule becomes (match, conditions): conditions are a
stream's raw data; ``match`` says how many must hold. Rules nested deeper than the form shows
cannot be converted.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from growth.conditions import OPERATORS
from growth.customers import typed

Raw = dict[str, Any]
Place = tuple[int, ...]

DEPTH = 3
OPPOSITE = {"all": "not_all", "any": "none", "not_all": "all", "none": "any"}
GROUPS = ("all", "any", "not")


class TooDeep(Exception):
    """A rule that the form cannot show."""


def from_rule(rule: Mapping[str, Any]) -> tuple[str, list[Raw]]:
    """A rule as (match, conditions).

    Raises:
        TooDeep: it nests deeper than the form does.
    """
    node = _node(rule, False)
    if node["type"] != "group":
        node = _group("all", [node])
    if _depth(node) > DEPTH:
        raise TooDeep
    return node["value"]["match"], node["value"]["conditions"]


def to_rule(match: str, conditions: list[Raw]) -> Mapping[str, Any]:
    """The rule that (match, conditions) says."""
    parts = [_to_part(condition) for condition in conditions]
    if match in ("none", "not_all"):
        return _negated({"any" if match == "none" else "all": parts})
    return {match: parts}


def same_rule(rule: Mapping[str, Any], match: str, conditions: list[Raw]) -> bool:
    """Whether the form still says what ``rule`` says, so that it can stay as it was written."""
    try:
        return to_rule(*from_rule(rule)) == to_rule(match, conditions)
    except TooDeep:
        return False


def places(match: str, conditions: list[Raw], path: str) -> Iterator[tuple[str, Place]]:
    """Each condition's path in the rule, with its place in the form's streams."""
    inner = {"none": f"{path}.not.any", "not_all": f"{path}.not.all"}.get(match, f"{path}.{match}")
    for index, condition in enumerate(conditions):
        value, here = condition["value"], f"{inner}[{index}]"
        yield here, (index,)
        if condition["type"] == "group":
            for deeper, place in places(value["match"], value["conditions"], here):
                yield deeper, (index, *place)


def _node(rule: Mapping[str, Any], negate: bool) -> Raw:
    if "not" in rule:
        return _node(rule["not"], not negate)
    for match in ("all", "any"):
        if match in rule:
            parts = [_node(part, False) for part in rule[match]]
            return _group(OPPOSITE[match] if negate else match, parts)
    kind = next(key for key in _FROM if key in rule)
    return _FROM[kind](rule, negate)


def _group(match: str, conditions: list[Raw]) -> Raw:
    return {"type": "group", "value": {"match": match, "conditions": conditions}}


def _depth(node: Raw) -> int:
    if node["type"] != "group":
        return 0
    return 1 + max(map(_depth, node["value"]["conditions"]), default=0)


def _to_part(condition: Raw) -> Mapping[str, Any]:
    value = condition["value"]
    if condition["type"] == "group":
        return to_rule(value["match"], value["conditions"])
    part = _TO[condition["type"]](value)
    return _negated(part) if value.get("negate") else part


def _negated(part: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"not": part}


def _leaf(kind: str, negate: bool, **value: Any) -> Raw:
    return {"type": kind, "value": {**value, "negate": negate}}


def _attribute(rule: Mapping[str, Any], negate: bool) -> Raw:
    name = rule["attribute"]
    leaves = [
        _leaf("attribute", False, name=name, operator=operator, value=_operand(rule[operator]))
        for operator in OPERATORS
        if operator in rule
    ]
    if len(leaves) == 1:
        leaves[0]["value"]["negate"] = negate
        return leaves[0]
    return _group("not_all" if negate else "all", leaves)


def _age(rule: Mapping[str, Any], negate: bool) -> Raw:
    bounds = rule["age"]
    return _leaf("age", negate, least=bounds.get("min"), most=bounds.get("max"))


def _tag(rule: Mapping[str, Any], negate: bool) -> Raw:
    return _leaf("tag", negate, tag=rule["tag"])


def _event(rule: Mapping[str, Any], negate: bool) -> Raw:
    times = rule.get("times", {"min": 1})
    return _leaf(
        "event",
        negate,
        event=rule["event"],
        least=times.get("min"),
        most=times.get("max"),
        within_days=rule.get("within_days"),
    )


def _level(rule: Mapping[str, Any], negate: bool) -> Raw:
    bounds = rule["level"]
    return _leaf("level", negate, least=bounds.get("min", ""), most=bounds.get("max", ""))


def _segment(rule: Mapping[str, Any], negate: bool) -> Raw:
    return _leaf("segment", negate, segment=rule["segment"])


_FROM = {
    "attribute": _attribute,
    "age": _age,
    "tag": _tag,
    "event": _event,
    "level": _level,
    "segment": _segment,
}


def _bounds(value: Raw) -> dict[str, Any]:
    pairs = (("min", value.get("least")), ("max", value.get("most")))
    return {key: bound for key, bound in pairs if bound not in (None, "")}


def _to_event(value: Raw) -> dict[str, Any]:
    part: dict[str, Any] = {"event": value["event"]}
    times = _bounds(value)
    if times and times != {"min": 1}:
        part["times"] = times
    if value.get("within_days"):
        part["within_days"] = value["within_days"]
    return part


_TO = {
    "attribute": lambda value: {"attribute": value["name"], **_operator(value)},
    "age": lambda value: {"age": _bounds(value)},
    "tag": lambda value: {"tag": value["tag"]},
    "event": _to_event,
    "level": lambda value: {"level": _bounds(value)},
    "segment": lambda value: {"segment": value["segment"]},
}


# Conditions over an event's data ----------------------------------------------------------------


def from_where(where: list[Mapping[str, Any]]) -> list[Raw]:
    """A task's conditions as a stream's raw data, one operator each."""
    return [
        {
            "type": "field",
            "value": {
                "name": condition["field"],
                "operator": operator,
                "value": _operand(condition[operator]),
            },
        }
        for condition in where
        for operator in OPERATORS
        if operator in condition
    ]


def to_where(conditions: list[Raw]) -> list[dict[str, Any]]:
    """The conditions that a stream's raw data says."""
    return [
        {"field": condition["value"]["name"], **_operator(condition["value"])}
        for condition in conditions
    ]


def _operator(value: Raw) -> dict[str, Any]:
    operator, text = value["operator"], value.get("value") or ""
    if operator == "exists":
        return {"exists": True}
    if operator == "in":
        return {"in": [_read(line.strip()) for line in text.splitlines() if line.strip()]}
    return {operator: _read(text.strip())}


def _operand(operand: Any) -> str:
    return "\n".join(map(_write, operand)) if isinstance(operand, list) else _write(operand)


def _read(text: str) -> Any:
    """A value as the customers' file reads it; in quotes it is text whatever it looks like."""
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1]
    return typed(text)


def _write(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value if _read(value) == value and value == value.strip() else f'"{value}"'
    return str(value)
