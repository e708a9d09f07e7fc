"""Check the tasks of a growth program: every fault, with its path in the file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from growth.checking import Checker, check_operators
from growth.conditions import OPERATORS
from growth.task_rules import MADE_UP, MAX_DAYS_BACK
from growth.values import iso_date, number

KINDS = (
    "once", "daily", "weekly", "monthly", "streak", "cumulative", "milestones", "choose",
    "activity",
)  # fmt: skip
LIMITS = ("completions", "points", "per_customer", "completions_a_day")
MAX_REWARD = 10**7
# Kinds whose targets stand elsewhere.
NO_TARGET = ("milestones", "choose", "activity")
_COUNTING = tuple(kind for kind in KINDS if kind not in NO_TARGET)
_OF_EVENTS = tuple(kind for kind in KINDS if kind != "choose")
_KEYS = (
    "event", "where", "target", "sum_of", "distinct_by", "segment", "requires", "starts", "ends",
    "claim", "claim_within_days", "reward", "points_expire", "limit", "grace_days", "make_up",
    "milestones", "choose", "measures", "growth_a_day", "hold_days", "velocity", "risk", "budget",
    "on_reversal", "undone_by", "paused",
)  # fmt: skip
# Keys that only some kinds have.
_ONLY_FOR = {
    "event": _OF_EVENTS,
    "where": _OF_EVENTS,
    "distinct_by": _OF_EVENTS,
    "undone_by": _OF_EVENTS,
    "sum_of": ("cumulative", "milestones"),
    "target": _COUNTING,
    "reward": (*_COUNTING, "choose"),
    "grace_days": ("streak",),
    "make_up": ("streak",),
    "milestones": ("milestones",),
    "choose": ("choose",),
    "measures": ("activity",),
    "growth_a_day": ("activity",),
}
_NEEDED = {
    "milestones": ("event", "milestones"),
    "choose": ("choose",),
    "activity": ("event", "measures", "growth_a_day"),
}


def fits(kind: str, key: str) -> bool:
    """Whether tasks of a kind have this key."""
    return kind in _ONLY_FOR.get(key, KINDS)


@dataclass(frozen=True)
class Codes:
    """What a task may refer to."""

    segments: set[str]
    benefits: set[str]
    budgets: set[str]
    badges: set[str]


def leans_on(spec: Mapping[str, Any]) -> list[str]:
    """Codes of the tasks that a task requires or lets the customer choose from."""
    choose = spec.get("choose")
    of = choose.get("of") if isinstance(choose, Mapping) else None
    lists = [value for value in (spec.get("requires"), of) if isinstance(value, list)]
    return [code for codes in lists for code in codes if isinstance(code, str)]


def check_tasks(checker: Checker, rows: Any, stored: Mapping[str, list[str]], codes: Codes) -> None:
    """Check the section ``tasks``; ``stored`` says what each stored task leans on."""
    leaning = dict(stored)
    seen: set[str] = set()
    checked: list[tuple[str, str, dict[str, Any]]] = []
    for index, row in enumerate(checker.rows(rows, "tasks")):
        path = f"tasks[{index}]"
        row = checker.mapping(row, path, ("code", "name", "kind"), _KEYS)
        code = checker.code(row["code"], f"{path}.code", seen) if "code" in row else ""
        checked.append((path, code, row))
        if code:
            leaning[code] = leans_on(row)
    for path, code, row in checked:
        check_task(checker, row, path, codes)
        for place, other in enumerate(checker.rows(row.get("requires"), f"{path}.requires")):
            checker.known(other, f"{path}.requires[{place}]", "task", leaning)
        _check_choose(checker, row, path, leaning)
        if code and code in _reached(code, leaning):
            key = "requires" if row.get("requires") else "choose"
            checker.fault(f"{path}.{key}", "requires itself, by way of other tasks")


def _reached(code: str, leaning: Mapping[str, list[str]]) -> set[str]:
    reached: set[str] = set()
    todo = list(leaning.get(code, ()))
    while todo:
        other = todo.pop()
        if other not in reached:
            reached.add(other)
            todo += leaning.get(other, ())
    return reached


def check_task(checker: Checker, row: Mapping, path: str, codes: Codes) -> None:
    """The fields of one task but its code and the tasks that it leans on."""
    if "name" in row:
        checker.name(row["name"], f"{path}.name")
    _check_kind(checker, row, path)
    for key in ("event", "sum_of", "distinct_by"):
        if key in row:
            checker.text(row[key], f"{path}.{key}")
    if "target" in row:
        _check_target(checker, row, row["target"], f"{path}.target")
    for index, condition in enumerate(checker.rows(row.get("where"), f"{path}.where")):
        place = f"{path}.where[{index}]"
        condition = checker.mapping(condition, place, ("field",), OPERATORS)
        if "field" in condition:
            checker.text(condition["field"], f"{place}.field")
        check_operators(checker, condition, place, dates=False)
    if "segment" in row:
        checker.known(row["segment"], f"{path}.segment", "segment", codes.segments)
    _check_undone_by(checker, row, path)
    _check_window(checker, row, path)
    _check_streak(checker, row, path)
    _check_milestones(checker, row, path, codes)
    _check_measures(checker, row, path)
    if "reward" in row:
        _check_reward(checker, row["reward"], f"{path}.reward", codes)
    _check_payment(checker, row, path, codes)
    _check_guards(checker, row, path)


def _check_kind(checker: Checker, row: Mapping, path: str) -> None:
    if "kind" not in row:
        return
    kind = row["kind"]
    checker.choice(kind, f"{path}.kind", KINDS)
    if kind not in KINDS:
        return
    for key in _NEEDED.get(kind, ("event",)):
        if key not in row:
            checker.fault(f"{path}.{key}", "is missing")
    for key in _ONLY_FOR:
        if key in row and not fits(kind, key):
            checker.fault(f"{path}.{key}", f"is not for {kind} tasks")


def _check_target(checker: Checker, row: Mapping, value: Any, path: str) -> None:
    if row.get("sum_of"):
        target = number(value)
        if target is None or not Decimal("0.0001") <= target <= 10**15:
            checker.fault(path, "must be a number above 0")
    else:
        checker.whole(value, path, 1)


def _check_undone_by(checker: Checker, row: Mapping, path: str) -> None:
    if "undone_by" not in row:
        return
    place = f"{path}.undone_by"
    undone_by = checker.mapping(row["undone_by"], place, ("event",), ("same", "within_days"))
    for key in ("event", "same"):
        if key in undone_by:
            checker.text(undone_by[key], f"{place}.{key}")
    if "event" in undone_by and undone_by["event"] == row.get("event"):
        checker.fault(f"{place}.event", "must be another type than the task's own event")
    if "within_days" in undone_by:
        checker.whole(undone_by["within_days"], f"{place}.within_days", 0, 3650)


def _check_window(checker: Checker, row: Mapping, path: str) -> None:
    days = {key: checker.day(row[key], f"{path}.{key}") for key in ("starts", "ends") if key in row}
    starts, ends = days.get("starts"), days.get("ends")
    if starts and ends and starts > ends:
        checker.fault(f"{path}.ends", "is before starts")


def _check_streak(checker: Checker, row: Mapping, path: str) -> None:
    if "grace_days" in row:
        checker.whole(row["grace_days"], f"{path}.grace_days", 0, MAX_DAYS_BACK)
    if "make_up" not in row:
        return
    place = f"{path}.make_up"
    make_up = checker.mapping(row["make_up"], place, ("per_month", "days_back"), ("points",))
    for key in ("per_month", "days_back"):
        if key in make_up:
            checker.whole(make_up[key], f"{place}.{key}", 1, MAX_DAYS_BACK)
    if "points" in make_up:
        checker.whole(make_up["points"], f"{place}.points", 0, MAX_REWARD)
    if row.get("event") == MADE_UP:
        checker.fault(f"{path}.event", "is our own, for make-up check-ins; count another event")


def _check_milestones(checker: Checker, row: Mapping, path: str, codes: Codes) -> None:
    if "milestones" not in row:
        return
    rows = checker.rows(row["milestones"], f"{path}.milestones")
    if isinstance(row["milestones"], list) and not 1 <= len(rows) <= 50:
        checker.fault(f"{path}.milestones", "must hold 1 to 50 milestones")
    last = Decimal(0)
    for index, value in enumerate(rows[:50]):
        place = f"{path}.milestones[{index}]"
        milestone = checker.mapping(value, place, ("target",), ("reward",))
        if "target" in milestone:
            _check_target(checker, row, milestone["target"], f"{place}.target")
            target = number(milestone["target"])
            if target is not None and target <= last:
                checker.fault(f"{place}.target", "must be above the milestone before")
            last = target or last
        if "reward" in milestone:
            _check_reward(checker, milestone["reward"], f"{place}.reward", codes)


def _check_choose(
    checker: Checker, row: Mapping, path: str, tasks: Mapping[str, list[str]]
) -> None:
    if "choose" not in row:
        return
    place = f"{path}.choose"
    choose = checker.mapping(row["choose"], place, ("of", "at_least"), ())
    of = checker.rows(choose.get("of"), f"{place}.of")
    if isinstance(choose.get("of"), list) and not of:
        checker.fault(f"{place}.of", "must hold at least one task")
    for index, code in enumerate(of):
        checker.known(code, f"{place}.of[{index}]", "task", tasks)
        if code in of[:index]:
            checker.fault(f"{place}.of[{index}]", f"{code} stands twice in the list")
    if "at_least" in choose:
        checker.whole(choose["at_least"], f"{place}.at_least", 1, max(len(of), 1))


def _check_measures(checker: Checker, row: Mapping, path: str) -> None:
    if "measures" in row:
        rows = checker.rows(row["measures"], f"{path}.measures")
        if isinstance(row["measures"], list) and not rows:
            checker.fault(f"{path}.measures", "must hold at least one measure")
        for index, value in enumerate(rows):
            place = f"{path}.measures[{index}]"
            measure = checker.mapping(value, place, ("growth",), ("field", "each"))
            if "growth" in measure:
                checker.whole(measure["growth"], f"{place}.growth", 1, MAX_REWARD)
            if "field" in measure:
                checker.text(measure["field"], f"{place}.field")
            if "each" in measure:
                each = number(measure["each"])
                if each is None or not Decimal("0.0001") <= each <= 10**15:
                    checker.fault(f"{place}.each", "must be a number above 0")
                if "field" not in measure:
                    checker.fault(f"{place}.each", "needs a field to count in")
    if "growth_a_day" in row:
        checker.whole(row["growth_a_day"], f"{path}.growth_a_day", 1, MAX_REWARD)


def _check_reward(checker: Checker, value: Any, place: str, codes: Codes) -> None:
    reward = checker.mapping(value, place, (), ("points", "growth", "benefit", "badge"))
    for key in ("points", "growth"):
        if key in reward:
            checker.whole(reward[key], f"{place}.{key}", 0, MAX_REWARD)
    if "benefit" in reward:
        checker.known(reward["benefit"], f"{place}.benefit", "benefit", codes.benefits)
    if "badge" in reward:
        checker.known(reward["badge"], f"{place}.badge", "badge", codes.badges)


_EXPIRY = ("after_days", "end_of_month_after", "on")


def _check_payment(checker: Checker, row: Mapping, path: str, codes: Codes) -> None:
    """When and out of what a reward is paid, and how long its points last."""
    if "claim" in row:
        checker.choice(row["claim"], f"{path}.claim", ("auto", "manual"))
    if "claim_within_days" in row:
        checker.whole(row["claim_within_days"], f"{path}.claim_within_days", 1, 3650)
        if row.get("claim") != "manual":
            checker.fault(f"{path}.claim_within_days", "is for claim: manual only")
    if "points_expire" in row:
        place = f"{path}.points_expire"
        policy = checker.mapping(row["points_expire"], place, (), _EXPIRY)
        if len(policy) != 1:
            checker.fault(place, "must have one of after_days, end_of_month_after and on")
        if "after_days" in policy:
            checker.whole(policy["after_days"], f"{place}.after_days", 1, 36500)
        if "end_of_month_after" in policy:
            checker.whole(policy["end_of_month_after"], f"{place}.end_of_month_after", 0, 1200)
        if "on" in policy:
            checker.day(policy["on"], f"{place}.on")
    if "budget" in row:
        checker.known(row["budget"], f"{path}.budget", "budget", codes.budgets)


def _check_guards(checker: Checker, row: Mapping, path: str) -> None:
    """Limits, and what stands against abuse."""
    if "limit" in row:
        limit = checker.mapping(row["limit"], f"{path}.limit", (), LIMITS)
        for key, value in limit.items():
            if key in LIMITS:
                checker.whole(value, f"{path}.limit.{key}", 0, 10**12)
    if "hold_days" in row:
        checker.whole(row["hold_days"], f"{path}.hold_days", 0, 3650)
    if "velocity" in row:
        place = f"{path}.velocity"
        needed = ("completions", "within_hours", "then")
        velocity = checker.mapping(row["velocity"], place, needed, ())
        for key, most in (("completions", 10**6), ("within_hours", 24 * 366)):
            if key in velocity:
                checker.whole(velocity[key], f"{place}.{key}", 1, most)
        if "then" in velocity:
            checker.choice(velocity["then"], f"{place}.then", ("hold", "deny"))
    for key in ("risk", "paused"):
        if key in row and not isinstance(row[key], bool):
            checker.fault(f"{path}.{key}", "must be true or false")
    if "on_reversal" in row:
        policies = ("cap_at_zero", "allow_negative")
        checker.choice(row["on_reversal"], f"{path}.on_reversal", policies)


def fixed_day(row: Any) -> date | None:
    """The day on which a task's points expire, whenever they were given; None where there is none.

    Whatever else may be wrong with the task.
    """
    policy = row.get("points_expire") if isinstance(row, Mapping) else None
    return iso_date(policy.get("on")) if isinstance(policy, Mapping) else None


def outlives_its_points(row: Mapping[str, Any]) -> bool:
    """Whether a task goes on when the fixed day comes: from then on its points last a day."""
    day, ends = fixed_day(row), iso_date(row.get("ends"))
    return day is not None and (ends is None or ends >= day)


def own_codes(rows: Any) -> Iterable[str]:
    """Codes that a section of the file gives, whatever else may be wrong with it."""
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, Mapping) and isinstance(row.get("code"), str):
            yield row["code"]
