"""Segments: rules compiled to SQL over customers, and who is in which segment."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from growth import bankday
from growth.bulk import array
from growth.levels import current_levels
from growth.models import Segment
from growth.values import iso_date, number

DATE_TEXT = r"^\d{4}-\d\d-\d\d$"


@dataclass(frozen=True)
class Sql:
    """A piece of SQL with its parameters; ``c`` stands for the customer's row."""

    text: str
    params: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Context:
    """What a rule may refer to: other rules by segment code, level codes from the lowest up."""

    rules: Mapping[str, Mapping[str, Any]]
    levels: tuple[str, ...]
    today: date


def compile_rule(rule: Mapping[str, Any], context: Context) -> Sql:
    """A checked rule (contract section 4) as a condition that is true or false, never null."""
    for group, word in (("all", " AND "), ("any", " OR ")):
        if group in rule:
            parts = [compile_rule(part, context) for part in rule[group]]
            return _joined(parts, word)
    if "not" in rule:
        inner = compile_rule(rule["not"], context)
        return Sql(f"NOT {inner.text}", inner.params)
    kind = next(key for key in _CONDITIONS if key in rule)
    return _CONDITIONS[kind](rule, context)


def current_context() -> Context:
    """The segments and the level scheme as they stand today."""
    return Context(
        rules=dict(Segment.objects.values_list("code", "rule")),
        levels=tuple(current_levels().values_list("code", flat=True)),
        today=bankday.today(),
    )


@transaction.atomic(savepoint=False)
def refresh(
    segments: Iterable[Segment],
    customer_ids: list[int] | None = None,
    context: Context | None = None,
) -> None:
    """Bring memberships in line with the rules, for some customers or for all."""
    segments = list(segments)
    if not segments or customer_ids == []:
        return
    context = context or current_context()
    wanted, params = [], []
    among_ids = [] if customer_ids is None else [array(customer_ids)]
    for segment in segments:
        condition = compile_rule(segment.rule, context)
        among = "" if customer_ids is None else "c.id = ANY(%s::bigint[]) AND "
        wanted.append(
            f"SELECT c.id AS customer_id, %s::bigint AS segment_id"  # noqa: S608
            f" FROM growth_customer c WHERE {among}{condition.text}"
        )
        params += [segment.pk, *among_ids, *condition.params]
    among = "" if customer_ids is None else "AND m.customer_id = ANY(%s::bigint[])"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH wanted AS MATERIALIZED ({" UNION ALL ".join(wanted)}),
            gone AS (
                DELETE FROM growth_segmentmembership m
                WHERE m.segment_id = ANY(%s) {among} AND NOT EXISTS (
                    SELECT FROM wanted w
                    WHERE w.customer_id = m.customer_id AND w.segment_id = m.segment_id))
            INSERT INTO growth_segmentmembership (customer_id, segment_id)
            SELECT customer_id, segment_id FROM wanted ON CONFLICT DO NOTHING
            """,  # noqa: S608
            [
                *params,
                [segment.pk for segment in segments],
                *among_ids,
            ],
        )


def rebuild(codes: Iterable[str] = ()) -> dict[str, int]:
    """Recompute memberships of the segments named (default: all). Returns members by code."""
    chosen = Segment.objects.all()
    if codes:
        chosen = chosen.filter(code__in=list(codes))
    for segment in chosen:
        refresh([segment])
    chosen.update(refreshed_at=timezone.now())
    return members_by_code(list(chosen))


def members_by_code(segments: Iterable[Segment]) -> dict[str, int]:
    """How many customers are in each segment."""
    counts = {segment.code: 0 for segment in segments}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT s.code, count(*) FROM growth_segmentmembership m
               JOIN growth_segment s ON s.id = m.segment_id GROUP BY 1"""
        )
        counts.update({code: n for code, n in cursor.fetchall() if code in counts})
    return counts


def size_of(rule: Mapping[str, Any]) -> int:
    """How many customers a rule would take in, before it is saved."""
    condition = compile_rule(rule, current_context())
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM growth_customer c WHERE {condition.text}",  # noqa: S608
            condition.params,
        )
        return int(cursor.fetchone()[0])


def event_types(rule: Any, rules: Mapping[str, Any]) -> set[str]:
    """Event types that a rule counts, also through the segments it refers to."""
    return {value for key, value in _leaves(rule, rules) if key == "event"}


def reads_level(rule: Any, rules: Mapping[str, Any]) -> bool:
    """Whether a rule asks for a level, also through the segments it refers to."""
    return any(key == "level" for key, _ in _leaves(rule, rules))


def _leaves(rule: Any, rules: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    if isinstance(rule, list):
        for part in rule:
            yield from _leaves(part, rules)
        return
    for key, value in rule.items():
        if key in ("all", "any", "not"):
            yield from _leaves(value, rules)
        elif key == "segment":
            yield from _leaves(rules[value], rules)
        else:
            yield key, value


def _joined(parts: list[Sql], word: str) -> Sql:
    text = word.join(part.text for part in parts)
    return Sql(f"({text})", tuple(param for part in parts for param in part.params))


def _attribute(rule: Mapping[str, Any], context: Context) -> Sql:
    name = rule["attribute"]
    parts = [Sql("c.attributes ? %s", (name,))]
    if "is" in rule:
        parts = [_is(name, rule["is"])]
    if "is_not" in rule:
        unwanted = _is(name, rule["is_not"])
        parts.append(Sql(f"NOT {unwanted.text}", unwanted.params))
    if "in" in rule:
        parts.append(_joined([_is(name, value) for value in rule["in"]], " OR "))
    for key, operator in (("min", ">="), ("max", "<=")):
        if key in rule:
            parts.append(_compare(name, operator, rule[key]))
    return _joined(parts, " AND ")


def _is(name: str, value: Any) -> Sql:
    if isinstance(value, date):
        value = value.isoformat()
    return Sql("c.attributes @> %s::jsonb", (json.dumps({name: value}),))


def _compare(name: str, operator: str, bound: Any) -> Sql:
    # CASE, because AND does not promise that the cast comes after the test of the type.
    if (day := iso_date(bound)) is not None:
        return Sql(
            "(CASE WHEN c.attributes ->> %s ~ %s AND pg_input_is_valid(c.attributes ->> %s, 'date')"
            f" THEN (c.attributes ->> %s) {operator} %s ELSE false END)",
            (name, DATE_TEXT, name, name, day.isoformat()),
        )
    return Sql(
        "(CASE WHEN jsonb_typeof(c.attributes -> %s) = 'number'"
        f" THEN (c.attributes ->> %s)::numeric {operator} %s ELSE false END)",
        (name, name, number(bound)),
    )


def _age(rule: Mapping[str, Any], context: Context) -> Sql:
    bounds = rule["age"]
    years = (
        "(CASE WHEN c.attributes ->> 'birth_date' ~ %s"
        " AND pg_input_is_valid(c.attributes ->> 'birth_date', 'date')"
        " THEN date_part('year', age(%s::date, (c.attributes ->> 'birth_date')::date))"
        " WHEN jsonb_typeof(c.attributes -> 'age') = 'number'"
        " THEN (c.attributes ->> 'age')::numeric END)"
    )
    return Sql(
        f"coalesce({years} BETWEEN %s AND %s, false)",
        (DATE_TEXT, context.today, bounds.get("min", 0), bounds.get("max", 10**6)),
    )


def _tag(rule: Mapping[str, Any], context: Context) -> Sql:
    return Sql("c.tags @> ARRAY[%s]::text[]", (rule["tag"],))


def _event(rule: Mapping[str, Any], context: Context) -> Sql:
    times = rule.get("times", {"min": 1})
    where = "e.customer_id = c.id AND e.type = %s AND e.counts"
    params: list[Any] = [rule["event"]]
    if "within_days" in rule:
        where += " AND (e.time AT TIME ZONE %s)::date > %s"
        oldest = context.today - timedelta(days=rule["within_days"])
        params += [str(bankday.zone()), oldest]
    if times == {"min": 1}:
        return Sql(f"EXISTS (SELECT FROM growth_bankevent e WHERE {where})", tuple(params))
    count = f"(SELECT count(*) FROM growth_bankevent e WHERE {where})"  # noqa: S608
    return Sql(
        f"{count} BETWEEN %s AND %s", (*params, times.get("min", 0), times.get("max", 10**9))
    )


def _level(rule: Mapping[str, Any], context: Context) -> Sql:
    lowest, highest = rule["level"].get("min"), rule["level"].get("max")
    levels = list(context.levels)
    first = levels.index(lowest) if lowest in levels else 0
    last = levels.index(highest) if highest in levels else len(levels) - 1
    codes = levels[first : last + 1]
    if lowest and lowest not in levels:
        codes = []  # a level that the scheme does not have is nobody's
    elif first == 0:
        codes.append("")  # a customer without a level yet stands on the lowest
    return Sql("c.level = ANY(%s)", (codes,))


def _segment(rule: Mapping[str, Any], context: Context) -> Sql:
    return compile_rule(context.rules[rule["segment"]], context)


_CONDITIONS = {
    "attribute": _attribute,
    "age": _age,
    "tag": _tag,
    "event": _event,
    "level": _level,
    "segment": _segment,
}
