"""Drafts of tasks: what editors work on, until a second person approves it.

A draft's document holds the task as the program file has it (``task``), what is saved beside the
program (``own``), and which state of the live task it was made from (``base``).
"""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from growth import changes, program
from growth.errors import DraftUnderWay, EndsAlready, NotFound, Outdated, ProgramFaults, UnderReview
from growth.models import ChangeRequest, GrowthTask, TaskDraft
from growth.program_check import check_program
from growth.registry import Applied
from growth.rules import lock_program
from growth.text import localized
from growth.values import canonical, iso_date

KIND = "task"
OWN = ("description", "link", "icon", "position")


def live(code: str) -> dict[str, Any]:
    """A task as it stands, as a draft's document; empty where there is none.

    A paused task says what its last version said.
    """
    task = GrowthTask.objects.filter(code=code).first()
    version = task.versions.order_by("-number").first() if task else None
    if task is None or version is None:
        return {}
    own = {name: getattr(task, name) for name in OWN}
    return {"task": {"code": code, "name": task.name, **version.spec}, "own": own}


def task_id(code: str) -> int | None:
    """The id of the task of this code, if there is one."""
    return GrowthTask.objects.filter(code=code).values_list("pk", flat=True).first()


def of(code: str) -> TaskDraft | None:
    """The draft of a task, if somebody is working on one."""
    return TaskDraft.objects.select_related("change", "editor").filter(code=code).first()


def token(code: str) -> str:
    """What a form of this task is filled from; another one says that somebody has saved since."""
    draft = of(code)
    saved = [draft.document, draft.updated_at.isoformat(), draft.change_id] if draft else []
    return _mark([live(code), saved])


def is_open(draft: TaskDraft) -> bool:
    """Whether the draft is under review or waits for its hour, and so must stay as it is."""
    return draft.change is not None and draft.change.state in changes.OPEN


def is_outdated(document: Mapping[str, Any]) -> bool:
    """Whether the live task is no longer the one that the draft was made from."""
    return document["base"] != _mark(live(document["task"]["code"]))


@transaction.atomic
def save(*, row: dict[str, Any], own: dict[str, Any], editor: Any, seen: str) -> TaskDraft | None:
    """Keep a task as a draft; None where it says what the live task says already.

    ``seen`` is the ``token`` of what the editor started from. The same content again changes
    nothing.

    Raises:
        Outdated: somebody else has saved this task since.
        UnderReview: the draft was sent for review.
        ProgramFaults: it could not be loaded as it is.
    """
    code, current = row["code"], live(row["code"])
    draft = TaskDraft.objects.select_for_update(of=("self",)).filter(code=code).first()
    if token(code) != seen:
        raise Outdated
    if draft and is_open(draft):
        raise UnderReview
    _check(row)
    document = {"task": program.plain(row), "own": own, "base": _mark(current)}
    if current and _same(document, current):
        if draft:
            draft.delete()
        return None
    if draft is None:
        draft = TaskDraft(code=code)
    draft.document, draft.editor, draft.change = document, editor, None
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError:  # the first draft of this task, at the same moment
        raise Outdated from None
    return draft


@transaction.atomic
def discard(*, code: str) -> None:
    """Drop a draft; the live task stays as it is.

    Raises:
        NotFound: there is none.
        UnderReview: it was sent for review.
    """
    draft = TaskDraft.objects.select_for_update(of=("self",)).filter(code=code).first()
    if draft is None:
        raise NotFound
    if is_open(draft):
        raise UnderReview
    draft.delete()


@transaction.atomic
def send_for_review(
    *, code: str, reason: str, maker: Any, effective_at: datetime | None = None
) -> ChangeRequest:
    """Ask a second person to put the draft live, now or at ``effective_at``.

    Raises:
        NotFound: there is no draft.
        UnderReview: it was sent already.
        Outdated: the live task has changed since the draft was saved.
        NotAllowed: the maker may not ask for this.
    """
    draft = TaskDraft.objects.select_for_update(of=("self",)).filter(code=code).first()
    if draft is None:
        raise NotFound
    if is_open(draft):
        raise UnderReview
    row = draft.document["task"]
    draft.change = changes.propose(
        kind=KIND,
        subject=f"{localized(row['name'])} ({code})",
        payload=draft.document,
        reason=reason,
        maker=maker,
        effective_at=effective_at,
    )
    draft.save(update_fields=["change"])
    return draft.change


@transaction.atomic
def end(*, code: str, last: date, reason: str, maker: Any) -> ChangeRequest:
    """Ask a second person to end a live task: ``last`` is the last bank day that counts.

    What customers have earned or may claim stays theirs.

    Raises:
        NotFound: there is no such task.
        EndsAlready: it does not go on for longer as it is.
        DraftUnderWay: another change of it is being worked on.
        ProgramFaults: it begins later than that.
        NotAllowed: the maker may not ask for this.
    """
    lock_program()
    current = live(code)
    if not current:
        raise NotFound
    if of(code):
        raise DraftUnderWay
    ends = iso_date(current["task"].get("ends"))
    if ends and ends <= last:
        raise EndsAlready
    row = {**current["task"], "ends": last.isoformat()}
    save(row=row, own=current["own"], editor=maker, seen=token(code))
    return send_for_review(code=code, reason=reason, maker=maker)


def validate(payload: dict[str, Any]) -> None:
    """Refuse a draft that could not be loaded, or whose live task has changed."""
    _check(payload["task"])
    if is_outdated(payload):
        raise Outdated


def apply(payload: dict[str, Any], change: ChangeRequest) -> Applied:
    """Put a draft live as the task's next version. Progress carries over, what is earned stays."""
    lock_program()
    if is_outdated(payload):
        raise Outdated
    row = payload["task"]
    loaded = program.load({"version": 1, "tasks": [row]}, origin=f"change:{change.pk}")
    GrowthTask.objects.filter(code=row["code"]).update(**payload["own"])
    TaskDraft.objects.filter(code=row["code"], change=change).delete()
    return Applied({"changes": loaded.lines})


def _check(row: dict[str, Any]) -> None:
    if faults := check_program({"version": 1, "tasks": [row]}, program.known()):
        raise ProgramFaults(faults)


def _same(document: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    one, two = document["task"], other["task"]
    return (
        one["name"] == two["name"]
        and program.task_spec(one) == program.task_spec(two)
        and document["own"] == other["own"]
    )


def _mark(value: Any) -> str:
    return hashlib.sha256(canonical(value).encode()).hexdigest()[:32]
