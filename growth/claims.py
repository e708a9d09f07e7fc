"""A customer claims what a manual task has brought."""

from growth import awards
from growth.errors import NotFound
from growth.models import GrowthTask, TaskCompletion


def claim_task(*, customer_id: int, code: str) -> list[TaskCompletion]:
    """Post all that waits to be claimed of the task, once.

    Raises:
        NotFound: there is no such task.
        NothingToClaim: nothing waits; also when the claim came twice.
    """
    task = GrowthTask.objects.filter(code=code).first()
    if task is None:
        raise NotFound("There is no such task.")
    return awards.claim(customer_id=customer_id, task=task)
