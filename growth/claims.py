"""A customer claims what a manual task has brought."""

from growth import awards
from growth.errors import NotFound
from growth.fold import TaskRule
from growth.models import GrowthTask, Segment, TaskCompletion, TaskVersion
from growth.rules import compile_rule


def claim_task(*, customer_id: int, code: str) -> list[TaskCompletion]:
    """Post all that waits to be claimed of the task, once.

    Raises:
        NotFound: there is no such task.
        NothingToClaim: nothing waits; also when the claim came twice.
    """
    task = GrowthTask.objects.filter(code=code).first()
    if task is None:
        raise NotFound("There is no such task.")
    return awards.claim(customer_id=customer_id, task=task, rules_by_version=_rules_by_version)


def _rules_by_version(ids: set[int]) -> dict[int, TaskRule]:
    """The versions that completions were earned under, ready to pay."""
    segments = dict(Segment.objects.values_list("code", "pk"))
    task_ids = dict(GrowthTask.objects.values_list("code", "pk"))
    versions = TaskVersion.objects.select_related("task").filter(pk__in=ids)
    return {version.pk: compile_rule(version, segments, task_ids) for version in versions}
