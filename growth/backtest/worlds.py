"""What a back-test judges by: the tasks of a draft, and the same tasks as they are live.

Nothing here is stored: new tasks and segments get ids that no row has.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from growth import budget_section, program
from growth.errors import ProgramFaults
from growth.models import Budget, GrowthTask, Segment
from growth.program_check import check_program
from growth.queries import program_now
from growth.rules import Rules, drawn_by, rule_from_spec
from growth.task_rules import TaskRule


class World:
    """Versions that judge events: those that are tried, and stored ones that they build on.

    What is tried judges every event of the days under test, whatever release it was taken in
    under (as after ``load_program --history``); what it builds on judges as it does live. So do
    ``rivals``, other tasks that draw on the same budgets: they are paid in their turn, unseen.
    """

    def __init__(
        self, tried: Iterable[TaskRule], stored: Rules, rivals: Iterable[TaskRule] = ()
    ) -> None:
        self.tried = {rule.task_id: rule for rule in tried}
        # All versions, for they judge by the release of the event.
        self.rivals = {(rule.task_id, rule.version_id): rule for rule in rivals}
        self.rival_ids = frozenset(task_id for task_id, _version in self.rivals)
        # Tasks of which not every completion has to be paid.
        self.limited = frozenset(
            rule.task_id
            for rule in self.tried.values()
            if rule.limit or rule.draws or rule.velocity
        )
        self._stored = stored
        built_on = [*self.tried.values(), *self.rivals.values()]
        self._as_stored = stored.needed_by(built_on) | self.rival_ids
        self._judging: dict[tuple[str, int, bool], list[TaskRule]] = {}

    def for_event(self, event_type: str, release: int) -> list[TaskRule]:
        """The versions that judge such an event on the days under test."""
        return self._for(event_type, release, True)

    def before(self, event_type: str, release: int) -> list[TaskRule]:
        """The versions that judge such an event before the first day under test."""
        return self._for(event_type, release, False)

    @property
    def looks_back(self) -> bool:
        """Whether what came before the days under test has a part in it."""
        return bool(self._as_stored)

    @property
    def event_types(self) -> set[str]:
        """Types that some version has to see."""
        return {kind for rule in self._rules() for kind in rule.reads}

    @property
    def read_types(self) -> set[str]:
        """Types of events whose data some version reads."""
        return {
            kind
            for rule in self._rules()
            if rule.where
            or rule.sum_of
            or rule.distinct_by
            or rule.measures
            or rule.make_up
            or rule.undone_by
            for kind in rule.reads
        }

    @cached_property
    def undoing(self) -> frozenset[str]:
        """Types of events by which those of some task are undone."""
        return frozenset(rule.undone_by.event for rule in self._rules() if rule.undone_by)

    def _for(self, event_type: str, release: int, under_test: bool) -> list[TaskRule]:
        key = event_type, release, under_test
        if key not in self._judging:
            found = [
                rule
                for rule in self._stored.for_event(event_type, release)
                if rule.task_id in self._as_stored
            ]
            if under_test:
                tried = self.tried.values()
                found += [rule for rule in tried if event_type in rule.listens]
            self._judging[key] = sorted(found, key=lambda rule: rule.code)
        return self._judging[key]

    def _rules(self) -> list[TaskRule]:
        stored = self._stored.by_version.values()
        as_stored = (rule for rule in stored if rule.task_id in self._as_stored)
        return [*self.tried.values(), *as_stored]


@dataclass(frozen=True)
class Plan:
    """A back-test that can begin: bank days are inclusive, None is open."""

    draft: World
    live: World
    first: date | None
    last: date | None
    budgets: Mapping[str, Budget]
    notes: list[tuple[str, str]] = field(default_factory=list)

    @property
    def event_types(self) -> list[str]:
        """Types of events that are to be read."""
        return sorted(self.draft.event_types | self.live.event_types)

    @property
    def read_types(self) -> list[str]:
        """Types of events whose data some version reads."""
        return sorted(self.draft.read_types | self.live.read_types)

    @property
    def codes(self) -> dict[int, str]:
        """Codes of the tried tasks by id."""
        return {task_id: rule.code for task_id, rule in self.draft.tried.items()}


def plan(document: Any, *, first: date | None, last: date | None) -> Plan:
    """Check a program file as ``load_program`` does, and compile its tasks.

    Its segments, levels and benefits are only there to be referred to.

    Raises:
        ProgramFaults: the file cannot be applied, or it has no task.
    """
    faults = check_program(document, program.known())
    rows = [] if faults else document.get("tasks") or []
    if faults or not rows:
        raise ProgramFaults(faults or [("tasks", "there is no task to try")])
    stored, _today = program_now()
    segments, unknown = _segments(document)
    task_ids = _task_ids(rows)
    budgets = _budgets(document)
    drafts = [
        _on_trial(
            rule_from_spec(
                program.task_spec(row),
                task_id=task_ids[row["code"]],
                version_id=0,
                code=row["code"],
                segments=segments,
                task_ids=task_ids,
            ),
            budgets,
        )
        for row in rows
    ]
    live = [
        _on_trial(stored.by_task[rule.task_id], budgets)
        for rule in drafts
        if rule.task_id in stored.by_task
    ]
    rivals = _rivals(drafts, live, stored, budgets)
    notes = [("no_audience", rule.code) for rule in drafts if rule.segment_id in unknown.values()]
    notes += [("same_budget", code) for code in sorted({rule.code for rule in rivals})]
    return Plan(
        draft=World(drafts, stored, rivals),
        live=World(live, stored, rivals),
        first=first,
        last=last,
        budgets=budgets,
        notes=notes,
    )


def _rivals(
    drafts: list[TaskRule], live: list[TaskRule], stored: Rules, budgets: Mapping[str, Budget]
) -> list[TaskRule]:
    """Versions of other tasks that draw on a budget which the tried tasks draw on, too."""
    tried = {rule.task_id for rule in drafts}
    drawn = {budget_id for rule in (*drafts, *live) for budget_id in rule.draws}
    others = [
        _on_trial(rule, budgets) for rule in stored.by_version.values() if rule.task_id not in tried
    ]
    drawing = {rule.task_id for rule in others if drawn.intersection(rule.draws)}
    return [rule for rule in others if rule.task_id in drawing]


def _on_trial(rule: TaskRule, budgets: Mapping[str, Budget]) -> TaskRule:
    """A rule whose limits and budgets count from the first day under test."""
    budget = budgets.get(rule.budget)
    return replace(
        rule,
        counted=bool(rule.limit),
        draws=drawn_by(rule.budget, budgets),
        cost_centre=budget.cost_centre if budget else "",
    )


def _segments(document: Mapping[str, Any]) -> tuple[dict[str, int], dict[str, int]]:
    """Ids of all segments by code, and of those that only the file has: no event kept them."""
    stored = dict(Segment.objects.values_list("code", "pk"))
    new = [row["code"] for row in document.get("segments") or [] if row["code"] not in stored]
    unknown = {code: -1 - number for number, code in enumerate(new)}
    return stored | unknown, unknown


def _budgets(document: Mapping[str, Any]) -> dict[str, Budget]:
    """All budgets by code, as they would be with the file."""
    found = {budget.code: budget for budget in Budget.objects.all()}
    for row in document.get("budgets") or []:
        stored = found.get(row["code"])
        pk = stored.pk if stored else max((budget.pk for budget in found.values()), default=0) + 1
        found[row["code"]] = Budget(pk=pk, code=row["code"], **budget_section.facts(row))
    return found


def _task_ids(rows: list[Mapping[str, Any]]) -> dict[str, int]:
    """Ids by code; new tasks get those that loading would give them, after all others."""
    ids = dict(GrowthTask.objects.values_list("code", "pk"))
    for row in rows:
        ids.setdefault(row["code"], max(ids.values(), default=0) + 1)
    return ids
