"""Pause tasks and let them go on. A pause is a release of the program that ends the live version.

Every process reads the release in each transaction, so it obeys from the next one on, and the
events that come in meanwhile are judged by no version of the task: also not after the pause.
What was completed before is paid, claimed and taken back as ever.
"""

import logging
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from growth import budgets
from growth.errors import NotFound
from growth.models import GrowthTask, ProgramRelease, TaskVersion
from growth.rules import lock_program

logger = logging.getLogger(__name__)

PROGRAM_PAUSE = "pause program"


def stop(task: GrowthTask, release: ProgramRelease, reason: str) -> None:
    """Pause a task as of a release. The program must be locked."""
    task.versions.filter(end_release__isnull=True).update(end_release=release.pk)
    task.paused, task.paused_because = True, reason[:200]
    task.save(update_fields=["paused", "paused_because"])


def start(task: GrowthTask, release: ProgramRelease) -> TaskVersion | None:
    """Let a task go on with a version like its last one. The program must be locked."""
    task.paused, task.paused_because = False, ""
    task.save(update_fields=["paused", "paused_because"])
    last = task.versions.order_by("-number").first()
    if last is None:
        return None
    return TaskVersion.objects.create(
        task=task, number=last.number + 1, spec=last.spec, first_release=release.pk
    )


@transaction.atomic
def pause_task(*, code: str, reason: str, origin: str = "") -> bool:
    """Pause one task. False where it is paused already.

    Raises:
        NotFound: there is no such task.
    """
    return bool(_stop_all(_locked(code), reason, f"pause {code}", origin))


@transaction.atomic
def resume_task(*, code: str, origin: str = "") -> bool:
    """Let one task go on, from the next event on. False where it is not paused.

    Raises:
        NotFound: there is no such task.
    """
    return bool(_start_all(_locked(code), f"resume {code}", origin))


@transaction.atomic
def pause_program(*, reason: str, origin: str = "") -> list[str]:
    """Pause every task that is live; returns their codes."""
    return _stop_all(_locked(), reason, PROGRAM_PAUSE, origin)


@transaction.atomic
def resume_program(*, origin: str = "") -> list[str]:
    """Let go on what the last pause of the whole program paused; returns the codes.

    Tasks that were paused by themselves, before or since, stay paused.
    """
    tasks = _locked()
    last = ProgramRelease.objects.filter(origin__startswith=PROGRAM_PAUSE).order_by("-pk").first()
    if last is None:
        return []
    then = set(TaskVersion.objects.filter(end_release=last.pk).values_list("task_id", flat=True))
    return _start_all([task for task in tasks if task.pk in then], "resume program", origin)


@transaction.atomic
def pause_exhausted() -> list[str]:
    """Pause the tasks whose budget has nothing left to give; returns their codes."""
    empty = budgets.exhausted()
    if not empty:
        return []
    tasks = {task.pk: task for task in _locked()}
    paused: list[str] = []
    for budget in empty:
        live = TaskVersion.objects.filter(end_release__isnull=True, task__paused=False)
        drawing = [
            tasks[version.task_id]
            for version in live.order_by("task__code")
            if gives_points(version.spec)
            and (budget.programme or version.spec.get("budget") == budget.code)
        ]
        reason = f"budget {budget.code} is exhausted"
        paused += _stop_all(drawing, reason, f"budget {budget.code}", "")
    for code in paused:
        logger.warning("task %s is paused: its budget is exhausted", code)
    return paused


def gives_points(spec: dict[str, Any]) -> bool:
    """Whether a version rewards with points at all."""
    rewards = [spec.get("reward"), *(row.get("reward") for row in spec.get("milestones") or ())]
    return any((reward or {}).get("points") for reward in rewards)


def _locked(code: str = "") -> list[GrowthTask]:
    """Lock the program, as a load of it does; the task of this code, or all of them."""
    lock_program()
    tasks = GrowthTask.objects.order_by("code")
    if not code:
        return list(tasks)
    found = list(tasks.filter(code=code))
    if not found:
        raise NotFound("There is no such task.")
    return found


def _stop_all(tasks: Iterable[GrowthTask], reason: str, what: str, origin: str) -> list[str]:
    running = [task for task in tasks if not task.paused]
    if running:
        release = ProgramRelease.objects.create(origin=f"{what} ({origin}): {reason}"[:200])
        for task in running:
            stop(task, release, reason)
    return [task.code for task in running]


def _start_all(tasks: Iterable[GrowthTask], what: str, origin: str) -> list[str]:
    paused = [task for task in tasks if task.paused]
    if paused:
        release = ProgramRelease.objects.create(origin=f"{what} ({origin})"[:200])
        for task in paused:
            start(task, release)
    return [task.code for task in paused]
