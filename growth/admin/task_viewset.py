"""Growth tasks: the list with its states, the form, and the page that reads a task back."""

from typing import Any

import django_filters
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic

from growth.admin import task_panels, words
from growth.admin.listing import PointsColumn
from growth.admin.names import names
from growth.admin.sentences import Names, task_lines
from growth.admin.task_form import TaskForm
from growth.admin.views import PreviewView, ProgramEditView, ProgramViewSet
from growth.models import GrowthTask, TaskCompletion, TaskVersion


class TaskPreview(PreviewView):
    """The task in words."""

    template_name = "growth/admin/task_preview.html"
    form_class = task_panels.panel.bind_to_model(GrowthTask).get_form_class()

    def context(self, form: TaskForm) -> dict[str, Any]:
        return {"lines": task_lines(form.spec(), names())} if form.is_valid() else {}


def _versions(task: GrowthTask, known: Names) -> list[dict[str, Any]]:
    return [
        {"version": version, "lines": task_lines(version.spec, known)}
        for version in task.versions.order_by("-number")
    ]


def _figures(task: GrowthTask) -> list[dict[str, Any]]:
    """Completions of a task by state and reason."""
    rows = TaskCompletion.objects.filter(task=task).values_list("status", "reason")
    labels = dict(TaskCompletion.Status.choices)
    return [
        {"label": labels[status], "reason": words.reason(reason) if reason else "", "count": count}
        for status, reason, count in rows.annotate(n=Count("pk")).order_by("status", "reason")
    ]


class TaskEditView(ProgramEditView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        live = self.form.live
        lines = task_lines(live.spec, names()) if live else []
        versions = self.object.versions.order_by("-number")
        return {**context, "lines": lines, "versions": versions, "live": live}


class TaskInspectView(generic.InspectView):
    template_name = "growth/admin/task_inspect.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "versions": _versions(self.object, names()),
            "figures": _figures(self.object),
        }


class TaskFilterSet(WagtailFilterSet):
    kind = django_filters.ChoiceFilter(
        label=_("Kind"), field_name="live_kind", choices=list(words.KINDS_SHORT.items())
    )
    event = django_filters.CharFilter(
        label=_("Event"), field_name="live_event", lookup_expr="icontains"
    )

    class Meta:
        model = GrowthTask
        fields: list[str] = []


def _live(key: str) -> Subquery:
    live = TaskVersion.objects.filter(task=OuterRef("pk"), end_release__isnull=True)
    return Subquery(live.values(key)[:1])


def _tasks() -> Any:
    done = TaskCompletion.objects.filter(task=OuterRef("pk"), status="posted").order_by()
    count = Subquery(done.values("task").annotate(n=Count("pk")).values("n"))
    return GrowthTask.objects.annotate(
        live_spec=_live("spec"),
        live_kind=_live("spec__kind"),
        live_event=_live("spec__event"),
        live_number=_live("number"),
        rewarded=Coalesce(count, 0),
    )


def _kind(task: Any) -> str:
    return str(words.KINDS_SHORT.get(task.live_kind, task.live_kind or ""))


def _points(task: Any) -> int | None:
    return ((task.live_spec or {}).get("reward") or {}).get("points")


class TaskViewSet(ProgramViewSet):
    model = GrowthTask
    name = "growth_tasks"
    url_prefix = "growth/tasks"
    icon = "tick-inverse"
    menu_label = _("Tasks")
    menu_order = 110
    ordering = "position"
    queryset = _tasks()
    list_display = [
        "__str__",
        Column("code", label=_("Code"), sort_key="code"),
        Column("kind", label=_("Kind"), accessor=_kind),
        Column("event", label=_("Event"), accessor="live_event"),
        PointsColumn("points", label=_("Points"), accessor=_points),
        PointsColumn("rewarded", label=_("Completions"), sort_key="rewarded"),
        PointsColumn("version", label=_("Version"), accessor="live_number"),
        PointsColumn("position", label=_("Position"), sort_key="position"),
    ]
    search_fields = ["code", "name"]
    filterset_class = TaskFilterSet
    list_export = ["code", "name", "live_kind", "live_event", "live_number", "rewarded"]
    edit_handler = task_panels.panel
    edit_view_class = TaskEditView
    inspect_view_class = TaskInspectView
    preview_view_class = TaskPreview
