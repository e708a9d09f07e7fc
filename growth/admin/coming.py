"""On the home page: what waits for the reader's decision, and what changes in the next days."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin.ui.components import Component
from wagtail.permissions import policy_registry

from growth import bankday, changes, registry
from growth.models import ChangeRequest, GrowthTask, TaskVersion
from growth.values import iso_date

DAYS = 7
SHOWN = 10


class Coming(NamedTuple):
    """Something that changes on a bank day, with the page that tells more."""

    day: date
    text: str
    url: str


class WaitingPanel(Component):
    """Requests that the reader may decide on."""

    name = "growth_waiting"
    order = 10
    template_name = "growth/admin/waiting.html"

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        rows = list(changes.waiting_for(parent_context["request"].user)[: SHOWN + 1])
        return {"changes": rows[:SHOWN], "more": len(rows) > SHOWN}


class ComingPanel(Component):
    """Approved changes, and what begins and ends."""

    name = "growth_coming"
    order = 20
    template_name = "growth/admin/coming.html"

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        first = bankday.today()
        found = list(coming(first, first + timedelta(days=DAYS)))
        return {"coming": sorted(found), "days": DAYS}


def coming(first: date, last: date) -> Iterable[Coming]:
    """What changes from ``first`` to ``last``, both days included."""
    until = datetime.combine(last, time.max, tzinfo=bankday.zone())
    for change in changes.scheduled(until):
        url = reverse("changes:inspect", args=[change.pk])
        day = bankday.day_of(change.effective_at or until)
        text = _("Takes effect: {what}").format(what=change.subject)
        yield Coming(max(day, first), text, url)
    for task in _live_tasks():
        url = reverse("growth_tasks:inspect", args=[task.pk])
        begins, ends = iso_date(task.spec.get("starts")), iso_date(task.spec.get("ends"))
        if begins and first <= begins <= last:
            yield Coming(begins, _("First day of the task “{name}”").format(name=task), url)
        if ends and first <= ends <= last:
            yield Coming(ends, _("Last day of the task “{name}”").format(name=task), url)
    for more in registry.coming_changes:
        yield from (Coming(*row) for row in more(first, last))


def _live_tasks() -> Any:
    live = TaskVersion.objects.filter(task=OuterRef("pk"), end_release__isnull=True)
    return GrowthTask.objects.annotate(spec=Subquery(live.values("spec")[:1])).filter(
        spec__isnull=False
    )


def add_panels(request: Any, panels: list[Any]) -> None:
    """For who decides, what waits for them; for who may see requests and tasks, what comes."""
    seen = (
        policy_registry.get_by_type(model).user_has_permission(request.user, "view")
        for model in (ChangeRequest, GrowthTask)
    )
    if request.user.has_perm(changes.DECIDE):
        panels.append(WaitingPanel())
    if all(seen):
        panels.append(ComingPanel())
