"""The task versions that judge events, compiled once per release of the growth program."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import connection

from growth import levels, prepared, segments
from growth.conditions import Where
from growth.models import Budget, ProgramRelease, Segment, TaskVersion
from growth.task_rules import (
    NOTHING,
    MakeUp,
    Measure,
    Milestone,
    Reward,
    TaskRule,
    UndoneBy,
    Velocity,
)
from growth.values import iso_date

# Held shared while events are taken in and exclusively while the program changes, so that each
# event knows for certain which release it came under.
PROGRAM_LOCK = 0x5A4F4E45


class Rules:
    """Every version of every task, as of one release."""

    def __init__(self, release: int, history_release: int, versions: list[TaskVersion]) -> None:
        self.release = release
        self.history_release = history_release
        segment_ids = dict(Segment.objects.values_list("code", "pk"))
        codes = {version.task.code: version.task_id for version in versions}
        # Tasks of which some version has a limit: what they give is counted.
        self.counted = frozenset(v.task_id for v in versions if v.spec.get("limit"))
        budgets = {budget.code: budget for budget in Budget.objects.all()}
        self.by_task: dict[int, TaskRule] = {}
        self.newest: dict[int, TaskRule] = {}  # also of tasks that are paused
        self.by_version: dict[int, TaskRule] = {}
        self._by_event: dict[str, list[tuple[int, int | None, TaskRule]]] = {}
        for version in versions:
            rule = compile_rule(version, segment_ids, codes)
            rule = replace(
                rule,
                counted=version.task_id in self.counted,
                draws=drawn_by(rule.budget, budgets),
                cost_centre=budgets[rule.budget].cost_centre if rule.budget in budgets else "",
            )
            self.by_version[version.pk] = rule
            for event_type in rule.listens:
                self._by_event.setdefault(event_type, []).append(
                    (version.first_release, version.end_release, rule)
                )
            self.newest[rule.task_id] = rule
            if version.end_release is None:
                self.by_task[rule.task_id] = rule
        self.undoing = frozenset(
            rule.undone_by.event for rule in self.by_version.values() if rule.undone_by
        )
        self._judging: dict[tuple[str, int], list[TaskRule]] = {}
        self.schemes = levels.schemes()
        self._segments = list(Segment.objects.all())
        rules = {segment.code: segment.rule for segment in self._segments}
        self._segment_events = {
            segment.pk: segments.event_types(segment.rule, rules) for segment in self._segments
        }
        self._level_segments = [
            segment for segment in self._segments if segments.reads_level(segment.rule, rules)
        ]
        self._segment_rules = rules

    def for_event(self, event_type: str, release: int) -> list[TaskRule]:
        """The versions that judge an event of this type taken in under ``release``."""
        key = event_type, release
        if key not in self._judging:
            self._judging[key] = [
                rule
                for first, end, rule in self._by_event.get(event_type, ())
                if first <= release and (end is None or release < end)
            ]
        return self._judging[key]

    def segments_counting(self, event_types: set[str]) -> list[Segment]:
        """Segments whose membership such events may change."""
        return [s for s in self._segments if self._segment_events[s.pk] & event_types]

    def all_segments(self) -> list[Segment]:
        return self._segments

    def level_segments(self) -> list[Segment]:
        """Segments that ask for a level."""
        return self._level_segments

    def segment_context(self, today: date) -> segments.Context:
        """What segment rules refer to, as of this release."""
        levels_up = levels.in_force(self.schemes, today).codes if self.schemes else ()
        return segments.Context(self._segment_rules, levels_up, today)

    def points_percent(self, today: date) -> Callable[[str], int]:
        """What the level of this code makes of a task's points today, in percent."""
        if not self.schemes:
            return lambda _level: levels.PLAIN_PERCENT
        return levels.in_force(self.schemes, today).points_percent

    def needed_by(self, rules: Collection[TaskRule]) -> set[int]:
        """Ids of the other tasks that these require or choose from, directly or not."""
        own = {rule.task_id for rule in rules}
        found: set[int] = set()
        todo = [task_id for rule in rules for task_id in (*rule.after, *rule.choose)]
        while todo:
            task_id = todo.pop()
            if task_id not in own and task_id not in found:
                found.add(task_id)
                for rule in self.versions_of(task_id):
                    todo += [*rule.after, *rule.choose]
        return found

    def versions_of(self, task_id: int) -> list[TaskRule]:
        """All versions of a task, the oldest first."""
        return [rule for rule in self.by_version.values() if rule.task_id == task_id]

    @property
    def event_types(self) -> list[str]:
        """Types that any version of any task has to see."""
        return sorted({kind for rule in self.by_version.values() for kind in rule.reads})


def compile_rule(
    version: TaskVersion, segments: dict[str, int], task_ids: dict[str, int]
) -> TaskRule:
    """A stored version, ready for the fold."""
    return rule_from_spec(
        version.spec,
        task_id=version.task_id,
        version_id=version.pk,
        code=version.task.code,
        segments=segments,
        task_ids=task_ids,
    )


def rule_from_spec(
    spec: dict[str, Any],
    *,
    task_id: int,
    version_id: int,
    code: str,
    segments: dict[str, int],
    task_ids: dict[str, int],
) -> TaskRule:
    """A checked task of the program file, ready for the fold (also for drafts not stored)."""
    choose = spec.get("choose", {})
    return TaskRule(
        task_id=task_id,
        version_id=version_id,
        code=code,
        kind=spec["kind"],
        event=spec.get("event", ""),
        target=_decimal(choose.get("at_least") or spec.get("target", 1)),
        where=tuple(Where.from_spec(condition) for condition in spec.get("where", ())),
        sum_of=spec.get("sum_of", ""),
        distinct_by=spec.get("distinct_by", ""),
        segment_id=segments[spec["segment"]] if spec.get("segment") else None,
        after=tuple(task_ids[code] for code in spec.get("requires", ())),
        starts=iso_date(spec.get("starts")),
        ends=iso_date(spec.get("ends")),
        manual=spec.get("claim") == "manual",
        reward=_reward(spec.get("reward")),
        points_expire=spec.get("points_expire"),
        limit=spec.get("limit", {}),
        grace_days=spec.get("grace_days", 0),
        make_up=MakeUp(**{"points": 0, **spec["make_up"]}) if spec.get("make_up") else None,
        milestones=tuple(
            Milestone(_decimal(row["target"]), _reward(row.get("reward")))
            for row in spec.get("milestones", ())
        ),
        choose=tuple(task_ids[code] for code in choose.get("of", ())),
        measures=tuple(
            Measure(row["growth"], row.get("field", ""), _decimal(row.get("each", 1)))
            for row in spec.get("measures", ())
        ),
        growth_a_day=spec.get("growth_a_day", 0),
        claim_within_days=spec.get("claim_within_days"),
        hold_days=spec.get("hold_days", 0),
        velocity=Velocity(**spec["velocity"]) if spec.get("velocity") else None,
        risk=spec.get("risk", False),
        budget=spec.get("budget", ""),
        on_reversal=spec.get("on_reversal", "cap_at_zero"),
        undone_by=UndoneBy(**spec["undone_by"]) if spec.get("undone_by") else None,
    )


def drawn_by(code: str, budgets: Mapping[str, Budget]) -> tuple[int, ...]:
    """Ids of the budgets that the points of a task come from: its own, and the programme's."""
    return tuple(sorted(b.pk for b in budgets.values() if b.programme or b.code == code))


def _reward(row: dict[str, Any] | None) -> Reward:
    return Reward(**row) if row else NOTHING


def _decimal(value: Any) -> Decimal:
    return Decimal(str(value))


def lock_program() -> None:
    """Let nobody judge by the rules, or change them, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PROGRAM_LOCK])


def hold_release() -> tuple["Rules", datetime]:
    """The rules now live, held until the transaction ends, and the database's clock."""
    with prepared.cursor() as cursor:
        # Two statements: the second sees what was committed while the first waited.
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [PROGRAM_LOCK])
        cursor.execute("SELECT coalesce(max(id), 0), clock_timestamp() FROM growth_programrelease")
        release, now = cursor.fetchone()
    return rules_of(release), now


@lru_cache(maxsize=2)
def rules_of(release: int) -> Rules:
    """The rules as of ``release``, which must be the one now live. They never change."""
    history = ProgramRelease.objects.filter(history=True, pk__lte=release).order_by("-pk").first()
    versions = list(TaskVersion.objects.select_related("task").order_by("task__code", "number"))
    return Rules(release, history.pk if history else 0, versions)
