"""Pause tasks and let them go on. A pause is a release of the program that ends the live version.

Every process reads the release in each transaction, so it obeys from the next one on, and the
events that come in meanwhile are judged by no version of the task: also not after the pause.
What was completed before is paid, claimed and taken back as ever.
"""

import logging
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from growth import budgets
from growth.errors import NotFound
from growth.models import GrowthTask, ProgramRelease, TaskVersion
from growth.rules import lock_program

logger = logging.getLogger(__name__)

# Of releases that concern every task; a task's code has no spaces, so none of them reads like this.
PAUSE_ALL, RESUME_ALL = "pause all tasks", "resume all tasks"
PAUSED_WITH_ALL = "new while all tasks were paused"


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
    return _stop_all(_locked(), reason, PAUSE_ALL, origin)


@transaction.atomic
def resume_program(*, origin: str = "") -> list[str]:
    """Let go on what the last pause of the whole program paused; returns the codes.

    Tasks that were paused by themselves, before or since, stay paused. New ones that came during
    the pause begin.
    """
    tasks = _locked()
    if (last := _last_pause_of_all()) is None:
        return []
    return _start_all(_resting(tasks, since=last), RESUME_ALL, origin)


def program_is_paused() -> bool:
    """Whether the whole program was paused, and some task still rests since then."""
    last = _last_pause_of_all()
    if last is None:
        return False
    ended = ProgramRelease.objects.filter(pk__gt=last, origin__startswith=RESUME_ALL).exists()
    return not ended and bool(_resting(GrowthTask.objects.filter(paused=True), since=last))


def _last_pause_of_all() -> int | None:
    found = ProgramRelease.objects.filter(origin__startswith=PAUSE_ALL).order_by("-pk")
    return found.values_list("pk", flat=True).first()


def _resting(tasks: Iterable[GrowthTask], *, since: int) -> list[GrowthTask]:
    """Those that the pause of everything ended when they were last live, or that came during it."""
    live = TaskVersion.objects.filter(Q(end_release__gt=F("first_release")) | Q(end_release=None))
    ended = dict(live.order_by("number").values_list("task_id", "end_release"))
    return [
        task
        for task in tasks
        if task.paused_because == PAUSED_WITH_ALL or ended.get(task.pk) == since
    ]


def pause_exhausted() -> list[str]:
    """Pause the tasks that their budget cannot pay any more; returns their codes.

    The program is locked (everything that settles waits for it) only if there is one.
    """
    if not _unpaid():
        return []
    with transaction.atomic():
        tasks = {task.pk: task for task in _locked()}
        paused: list[str] = []
        for budget, task_ids in _unpaid().items():
            reason = f"budget {budget.code} {'is over' if budget.over else 'is exhausted'}"
            drawing = [tasks[task_id] for task_id in task_ids]
            paused += _stop_all(drawing, reason, f"budget {budget.code}", "")
    for code in paused:
        logger.warning("task %s is paused: its budget is exhausted", code)
    return paused


def _unpaid() -> dict[budgets.Fund, list[int]]:
    """Live tasks, by budgets that have less left than any one reward of theirs."""
    live = TaskVersion.objects.filter(end_release__isnull=True, task__paused=False)
    found: dict[budgets.Fund, list[int]] = {}
    versions = list(live.order_by("task__code"))
    for fund in budgets.funds():
        unpaid = [
            version.task_id
            for version in versions
            if (fund.programme or version.spec.get("budget") == fund.code)
            and (least := least_points(version.spec))
            and least > fund.left
        ]
        if unpaid:
            found[fund] = unpaid
    return found


def least_points(spec: dict[str, Any]) -> int:
    """The fewest points that a version rewards with; 0 where it never does."""
    rewards = [spec.get("reward"), *(row.get("reward") for row in spec.get("milestones") or ())]
    return min((p for reward in rewards if (p := (reward or {}).get("points"))), default=0)


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
