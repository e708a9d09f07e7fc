"""The fold alone, without a database: whatever the program and the events, the plain oracle's."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime
from random import Random
from unittest import mock

import pytest

from growth import bankday, fold, kinds, program, rules, undoing
from growth.task_rules import FoldEvent
from tests.oracles import plain, worlds

SEGMENTS = {"red": 1, "blue": 2}
# A leap day and the turn of a year are not far from these.
NOWS = [
    datetime(2024, 3, 2, 9, tzinfo=UTC),
    datetime(2027, 1, 1, 16, 0, 1, tzinfo=UTC),
    datetime(2026, 7, 1, 15, 59, 59, 999999, tzinfo=UTC),
]


def check(seed: int) -> None:
    """One random world, folded without any store."""
    random = Random(seed)
    now = random.choice(NOWS)
    document = worlds.program(random, bankday.day_of(now))
    events = worlds.events(random, now)
    judging = _judging(document["tasks"])
    for ref in worlds.SUBJECTS:
        mine = [event for event in events if event.subject == ref]
        verdict = plain.judge(document["tasks"], mine)
        stood = [_fold_event(pk, event) for pk, event in enumerate(plain.standing(mine), 1)]
        stood = undoing.marked(judging, stood)
        cut = random.randint(0, len(stood))
        states, done = fold.fold(judging.for_event, {}, stood[:cut])
        _, rest = fold.fold(judging.for_event, states, stood[cut:])
        compare(document, done + rest, verdict)


class _Judging:
    """The rules for a type of event, as the fold asks for them."""

    def __init__(self, rules_of: dict) -> None:
        self._rules_of = rules_of
        every = [rule for listening in rules_of.values() for rule in listening]
        self.undoing = {rule.undone_by.event for rule in every if rule.undone_by}

    def for_event(self, event_type: str, release: int) -> list:
        return self._rules_of[event_type]


def _judging(tasks: list[dict]) -> _Judging:
    ids = {task["code"]: place for place, task in enumerate(tasks, 1)}
    listening = defaultdict(list)
    for code, pk in ids.items():
        spec = program.task_spec(tasks[pk - 1])
        facts = {"task_id": pk, "version_id": pk, "code": code}
        rule = rules.rule_from_spec(spec, segments=SEGMENTS, task_ids=ids, **facts)
        for event_type in rule.listens:
            listening[event_type].append(rule)
    return _Judging(listening)


def _fold_event(pk: int, event: plain.Event) -> FoldEvent:
    return FoldEvent(
        position=event.position,
        pk=pk,
        day=bankday.day_of(event.time),
        type=event.type,
        data=event.data,
        audience=frozenset(SEGMENTS[code] for code in event.audience),
        release=1,
    )


def compare(document: dict, done: list, verdict: plain.Verdict) -> None:
    keys = [(one.rule.code, one.key) for one in done]
    assert len(keys) == len(set(keys))
    given_ = Counter(one.rule.code for one in done if not one.implausible)
    assert given_ == Counter({code: n for code, n in verdict.completions.items() if n})
    growth: dict[date, int] = defaultdict(int)
    for one in done:
        growth[one.event.day] += one.growth
    assert sum(one.points for one in done) == verdict.points
    assert {day: value for day, value in growth.items() if value} == {
        day: value for day, value in verdict.growth_by_day.items() if value
    }


def test_the_fold_comes_to_what_the_words_of_the_contract_say():
    for seed in range(1500):
        check(seed)


def _streak_by_count(rule, state, event):
    state["run"] = state.get("run", 0) + 1
    gains = [(state.get("n", 0) + 1, rule.reward)] if state["run"] % rule.target == 0 else []
    return gains, 0


def _broken(kind, **facts):
    """The kind, judged as if its rule had these facts."""
    advance = kinds.ADVANCE[kind]
    return mock.patch.dict(
        kinds.ADVANCE, {kind: lambda rule, *rest: advance(replace(rule, **facts), *rest)}
    )


def _milestones_again(rule, state, event):
    state.pop("top", None)
    return kinds._milestones(rule, state, event)


def _activity_by_event(rule, state, event):
    state["given"] = 0
    return kinds._activity(rule, state, event)


def _full_at_one(rule, event, unlocked, moved):
    return any(unlocked.get(task_id) == event.position for task_id in rule.choose)


class _AnySource:
    def __ne__(self, other):
        return False


def _full_at_the_last_alone(rule, event, unlocked, moved):
    return event.position in map(unlocked.get, rule.choose) and _is_full(
        rule, event, unlocked, moved
    )


def _undone_by_any(rule, earlier, event):
    return _is_undone(replace(rule, undone_by=rule.undone_by._replace(same="")), earlier, event)


_is_full, _is_undone = fold._is_full, undoing._is_undone

PLANTED = {
    "what is undone counts": mock.patch.object(undoing, "undone", lambda *_: {}),
    "anything of the type undoes": mock.patch.object(undoing, "_is_undone", _undone_by_any),
    "a choice of what was done before stays open": mock.patch.object(
        fold, "_is_full", _full_at_the_last_alone
    ),
    "a streak counts events": mock.patch.dict(kinds.ADVANCE, {"streak": _streak_by_count}),
    "distinct_by is ignored": mock.patch.object(fold, "canonical", lambda value: object()),
    "the day is UTC's": mock.patch.object(
        bankday, "day_of", lambda instant: instant.astimezone(UTC).date()
    ),
    "grace days are ignored": _broken("streak", grace_days=0),
    "a milestone is reached again": mock.patch.dict(
        kinds.ADVANCE, {"milestones": _milestones_again}
    ),
    "the cap on visits is by visit": mock.patch.dict(
        kinds.ADVANCE, {"activity": _activity_by_event}
    ),
    "visits bring growth without end": _broken("activity", growth_a_day=10**6),
    "one of a choice is enough": mock.patch.object(fold, "_is_full", _full_at_one),
    "choices are never made": mock.patch.object(fold, "CHOICE", "no such type"),
    "any source makes days up": mock.patch.object(fold, "MAKE_UP_SOURCE", _AnySource()),
    "conditions hold for make-up days": mock.patch.object(fold, "is_make_up", lambda *_: False),
}


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_found(bug):
    with PLANTED[bug], pytest.raises(AssertionError):
        for seed in range(1000):
            check(seed)
