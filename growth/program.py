"""The growth program as one file: read, check, apply all or nothing, and write it out again."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import yaml
from django.db import transaction
from django.db.models import Q, QuerySet

from growth import bankday, pauses, registry
from growth.errors import ProgramFaults
from growth.levels import program as level_program
from growth.models import (
    Budget,
    GrowthTask,
    ProgramRelease,
    Segment,
    TaskCompletion,
    TaskVersion,
)
from growth.program_check import Known, check_program
from growth.rules import lock_program
from growth.task_check import NO_TARGET, fixed_day, leans_on, outlives_its_points

MAX_BYTES = 5 * 2**20
_BOOL = "tag:yaml.org,2002:bool"


@dataclass
class Changes:
    """What a load changes (or would): one line each; what looks wrong though it can be; and what is
    to be recomputed after it."""

    lines: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    segments: list[str] = field(default_factory=list)
    levels: bool = False
    history: bool = False


class _Loader(yaml.SafeLoader):
    """Safe YAML without aliases (a few lines of them can stand for gigabytes) or double keys.

    Truth values are ``true`` and ``false`` alone (as in YAML 1.2): ``on`` is a key.
    """

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != _BOOL]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent, index):
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError(
                f"line {self.peek_event().start_mark.line + 1}: aliases are not read"
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str) or key in seen:
                line = key_node.start_mark.line + 1
                raise yaml.YAMLError(f"line {line}: the key {key!r} stands twice or is no text")
            seen.add(key)
        return super().construct_mapping(node, deep)


_Loader.add_implicit_resolver(
    _BOOL, re.compile("^(?:true|True|TRUE|false|False|FALSE)$"), [*"tTfF"]
)


def read(text: str) -> Any:
    """Parse a program file.

    Raises:
        ProgramFaults: not YAML, or more than 5 MiB.
    """
    if len(text) > MAX_BYTES:
        raise ProgramFaults([("program", "is longer than 5 MiB")])
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - derived from SafeLoader
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise ProgramFaults([("program", f"is not YAML: {' '.join(str(error).split())}")]) from None


def known() -> Known:
    """What is stored already, for references out of a file."""
    specs = {version.task.code: version.spec for version in _current()}
    days = {code: fixed_day(spec) for code, spec in specs.items()}
    return Known(
        segments=dict(Segment.objects.values_list("code", "rule")),
        levels=level_program.known_levels(),
        tasks={code: leans_on(spec) for code, spec in specs.items()},
        budgets=set(Budget.objects.values_list("code", flat=True)),
        fixed_days={code: day for code, day in days.items() if day},
        today=bankday.today(),
    )


@transaction.atomic
def load(
    document: Any, *, origin: str = "", history: bool = False, dry_run: bool = False
) -> Changes:
    """Apply a program: add and update what it names. Loading it twice changes nothing.

    With ``history`` its tasks also judge the events already stored; call
    ``settling.refold_customers`` until it returns 0 afterwards (the sweeper does, too).

    Raises:
        ProgramFaults: with every fault; then nothing is applied.
    """
    lock_program()
    faults = check_program(document, known())
    if faults:
        raise ProgramFaults(faults)
    changes = Changes()
    release = ProgramRelease.objects.create(origin=origin[:200], history=history)
    _load_segments(document.get("segments") or [], changes)
    if document.get("levels") and (line := level_program.load(document["levels"])):
        changes.levels = True
        changes.lines.append(line)
    for key, section in registry.program_sections.items():
        changes.lines += section.apply(document.get(key) or [])
    _load_tasks(document.get("tasks") or [], release, history, changes)
    changes.warnings += _warnings(document.get("tasks") or [])
    if not changes.lines:
        release.delete()
    elif not changes.history and history:
        ProgramRelease.objects.filter(pk=release.pk).update(history=False)
    if dry_run:
        transaction.set_rollback(True)
    return changes


def _warnings(tasks: list[dict[str, Any]]) -> Iterable[str]:
    for row in tasks:
        if outlives_its_points(row):
            day = fixed_day(row)
            yield f"task {row['code']}: points given on {day} or later are good for one day only"


def plain(value: Any) -> Any:
    """A parsed value as JSON keeps it (dates as ISO text)."""
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def _load_segments(rows: list[dict], changes: Changes) -> None:
    stored = {segment.code: segment for segment in Segment.objects.all()}
    for row in rows:
        segment = stored.get(row["code"]) or Segment(code=row["code"], name={}, rule=None)
        name, rule = plain(row["name"]), plain(row["rule"])
        if segment.rule != rule:
            changes.segments.append(segment.code)
        if (segment.name, segment.rule) != (name, rule):
            changes.lines.append(f"segment {segment.code}: {'changed' if segment.pk else 'new'}")
            segment.name, segment.rule = name, rule
            segment.save()


def _load_tasks(rows: list[dict], release: ProgramRelease, history: bool, changes: Changes) -> None:
    judged: set[str] = set()
    for row in rows:
        task = GrowthTask.objects.filter(code=row["code"]).first()
        name, spec = plain(row["name"]), task_spec(row)
        if task is None:
            # What is new while everything is paused begins when everything goes on.
            rests = not row.get("paused") and pauses.program_is_paused()
            because = pauses.PAUSED_WITH_ALL if rests else ""
            task = GrowthTask.objects.create(
                code=row["code"], name=name, paused=rests, paused_because=because
            )
            changes.lines.append(f"task {task.code}: new{', paused as all are' if rests else ''}")
        elif task.name != name:
            task.name = name
            task.save(update_fields=["name"])
            changes.lines.append(f"task {task.code}: renamed")
        current = _current().filter(task=task).first()
        if current is None or current.spec != spec:
            if current:
                differing = sorted(
                    key for key in {*current.spec, *spec} if current.spec.get(key) != spec.get(key)
                )
                changes.lines.append(f"task {task.code}: {', '.join(differing)} changed")
            current = _new_version(task, spec, current, release)
        _load_pause(task, row.get("paused"), release, changes)
        if history and not task.paused and current.first_release:
            _judge_history(task, current)
            judged.add(task.code)
            changes.history = True
            changes.lines.append(f"task {task.code}: judges the stored events, too")
    if judged:
        _pin(judged)


def _load_pause(
    task: GrowthTask, paused: bool | None, release: ProgramRelease, changes: Changes
) -> None:
    """Pause it, or let it go on, where the file says so. A paused task never wakes by itself."""
    if paused and not task.paused:
        pauses.stop(task, release, "")
        changes.lines.append(f"task {task.code}: paused")
    elif task.paused and paused is False:
        pauses.start(task, release)
        changes.lines.append(f"task {task.code}: goes on")


_NOT_JUDGED = ("code", "name", "paused")


def task_spec(row: Mapping) -> dict[str, Any]:
    """A checked task without what is not judged by, with what was left out filled in."""
    spec = {key: value for key, value in plain(row).items() if key not in _NOT_JUDGED}
    target = {} if spec["kind"] in NO_TARGET else {"target": 1}
    return {**target, "claim": "auto", **spec}


def _new_version(
    task: GrowthTask, spec: dict, current: TaskVersion | None, release: ProgramRelease
) -> TaskVersion:
    """The next version; of a paused task one that judges nothing, until it goes on."""
    task.versions.filter(end_release__isnull=True).update(end_release=release.pk)
    return TaskVersion.objects.create(
        task=task,
        number=current.number + 1 if current else 1,
        spec=spec,
        first_release=release.pk,
        end_release=release.pk if task.paused else None,
    )


def _judge_history(task: GrowthTask, live: TaskVersion) -> None:
    """Let the live version judge all that is stored."""
    task.versions.exclude(pk=live.pk).update(first_release=0, end_release=0)
    live.first_release = 0
    live.save(update_fields=["first_release"])


def _pin(judged: set[str]) -> None:
    """What was earned stays earned: by the tasks judged anew, and by those that lean on them."""
    leaning = {version.task.code: leans_on(version.spec) for version in _current()}
    concerned, found = set(judged), judged
    while found:
        found = {code for code, on in leaning.items() if found.intersection(on)} - concerned
        concerned |= found
    status = TaskCompletion.Status
    earned = (status.POSTED, status.PENDING, status.CLAIMABLE)
    rows = TaskCompletion.objects.filter(task__code__in=concerned, status__in=earned)
    rows.update(pinned=True)


def dump() -> dict[str, Any]:
    """The growth program as it stands, in the file's form."""
    document: dict[str, Any] = {"version": 1}
    if segments := list(Segment.objects.order_by("code")):
        document["segments"] = [
            {"code": row.code, "name": row.name, "rule": row.rule} for row in segments
        ]
    if found := level_program.dump():
        document["levels"] = found
    if tasks := list(_dump_tasks()):
        document["tasks"] = tasks
    for key, section in registry.program_sections.items():
        if rows := section.dump():
            document[key] = rows
    return document


def _current() -> QuerySet[TaskVersion]:
    """Of each task the live version; of a paused one the last, with which it would go on."""
    wanted = TaskVersion.objects.filter(Q(end_release__isnull=True) | Q(task__paused=True))
    newest = wanted.order_by("task__code", "-number").distinct("task__code")
    return newest.select_related("task")


def _dump_tasks() -> Iterable[dict[str, Any]]:
    for version in _current():
        task = version.task
        paused = {"paused": True} if task.paused else {}
        yield {"code": task.code, "name": task.name, **version.spec, **paused}


def dump_text(document: Mapping[str, Any]) -> str:
    """The file's text for a document; ``read`` gives the document back."""
    return yaml.safe_dump(dict(document), allow_unicode=True, sort_keys=False, width=100)
