"""Segments, tasks and levels: lists, forms, and pages that read a rule back in words."""

from typing import Any

import django_filters
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic

from growth.admin import level_form, segment_form, task_panels, words
from growth.admin.listing import DayColumn, ListView, PointsColumn, ReadOnlyViewSet, RoomViewSet
from growth.admin.names import names
from growth.admin.segment_form import SegmentForm
from growth.admin.sentences import Names, rule_line, task_lines
from growth.admin.task_form import TaskForm
from growth.admin.views import PreviewView, ProgramCreateView, ProgramEditView
from growth.models import (
    GrowthTask,
    LevelScheme,
    Segment,
    SegmentMembership,
    TaskCompletion,
    TaskVersion,
)
from growth.program import FIRST_DAY


class ProgramViewSet(RoomViewSet):
    """Rows of the growth program."""

    add_view_class = ProgramCreateView
    edit_view_class = ProgramEditView
    preview_view_class: Any = None
    list_per_page = 50

    def get_add_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_add_view_kwargs(preview_url_name=self.get_url_name("preview"), **kwargs)

    def get_edit_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_edit_view_kwargs(
            preview_url_name=self.get_url_name("preview_one"), **kwargs
        )

    def get_urlpatterns(self) -> list[Any]:
        preview = self.preview_view_class.as_view(model=self.model)
        return [
            *super().get_urlpatterns(),
            path("preview/", preview, name="preview"),
            path("preview/<int:pk>/", preview, name="preview_one"),
        ]


# Segments -------------------------------------------------------------------------------------


class SegmentPreview(PreviewView):
    """The rule in words, and how many customers it takes in."""

    template_name = "growth/admin/segment_preview.html"
    form_class = segment_form.panel.bind_to_model(Segment).get_form_class()

    def context(self, form: SegmentForm) -> dict[str, Any]:
        if not form.is_valid():
            return {}
        return {
            "line": rule_line(form.rule(), names()),
            "size": words.size(form.size()),
        }


class SegmentEditView(ProgramEditView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        line = rule_line(self.object.rule, names())
        members = self.object.memberships.count()
        return {
            **context,
            "line": line,
            "size": words.size(members),
            "too_deep": self.form.too_deep,
        }


class SegmentInspectView(generic.InspectView):
    template_name = "growth/admin/segment_inspect.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        members = self.object.memberships.count()
        return {
            **super().get_context_data(**kwargs),
            "line": rule_line(self.object.rule, names()),
            "size": words.size(members),
        }


def _members() -> Coalesce:
    mine = SegmentMembership.objects.filter(segment=OuterRef("pk")).order_by()
    return Coalesce(Subquery(mine.values("segment").annotate(n=Count("*")).values("n")), 0)


class SegmentViewSet(ProgramViewSet):
    model = Segment
    name = "segments"
    url_prefix = "growth/segments"
    icon = "group"
    menu_label = _("Segments")
    menu_order = 100
    queryset = Segment.objects.annotate(members=_members())
    list_display = [
        "__str__",
        Column("code", label=_("Code"), sort_key="code"),
        Column("size", label=_("Customers"), accessor=lambda row: words.size(row.members)),
        DayColumn("refreshed_at", label=_("Last counted in full")),
    ]
    search_fields = ["code", "name"]
    list_export = ["code", "name", "members"]
    export_headings = {"members": _("Customers")}
    edit_handler = segment_form.panel
    edit_view_class = SegmentEditView
    inspect_view_class = SegmentInspectView
    preview_view_class = SegmentPreview


# Tasks ----------------------------------------------------------------------------------------


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


# Levels ---------------------------------------------------------------------------------------


class LevelsCreateView(ProgramCreateView):
    """The next version, filled from the one in force."""

    page_title = _("Levels")
    page_subtitle = _("Change the levels")
    submit_button_label = _("Save")
    submit_button_active_label = _("Saving…")

    def get_breadcrumbs_items(self) -> list[Any]:
        index = {"url": reverse(self.index_url_name), "label": _("Levels")}
        return [*self.breadcrumbs_items, index, {"url": "", "label": self.page_subtitle}]

    def get_success_url(self) -> str:
        return reverse(self.index_url_name)

    def get_success_message(self, instance: Any) -> str:
        return str(_("The levels are saved as version {n}.")).format(n=instance.version)

    def get_edit_url(self) -> str:
        return self.get_success_url()


class LevelSchemeList(ListView):
    """Versions; the one in force is changed by saving the next one."""

    @cached_property
    def add_item_label(self) -> str:
        return str(_("Change the levels"))


class LevelsInspectView(generic.InspectView):
    template_name = "growth/admin/levels_inspect.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        levels = self.object.levels.order_by("threshold")
        return {**super().get_context_data(**kwargs), "levels": levels}


def _steps(scheme: LevelScheme) -> str:
    steps = sorted(scheme.levels.all(), key=lambda level: level.threshold)
    return " → ".join(f"{level} ({words.amount(level.threshold)})" for level in steps)


def _in_force(scheme: LevelScheme) -> str:
    """The first version counts for everything that came before it, too."""
    if scheme.effective_on <= FIRST_DAY:
        return gettext("the beginning")
    return date_format(scheme.effective_on, "SHORT_DATE_FORMAT")


class LevelSchemeViewSet(ReadOnlyViewSet):
    model = LevelScheme
    name = "levels"
    url_prefix = "growth/levels"
    icon = "order"
    menu_label = _("Levels")
    menu_order = 120
    ordering = "-version"
    queryset = LevelScheme.objects.prefetch_related("levels")
    index_view_class = LevelSchemeList
    list_display = [
        "__str__",
        Column("steps", label=_("Levels, with the growth value they start from"), accessor=_steps),
        Column("effective_on", label=_("In force from"), accessor=_in_force),
        Column("policy", label=_("When growth value falls"), accessor="get_policy_display"),
    ]
    add_view_class = LevelsCreateView
    inspect_view_class = LevelsInspectView
    edit_handler = level_form.panel

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_common_view_kwargs(**kwargs),
            "add_url_name": self.get_url_name("add"),
        }

    def get_urlpatterns(self) -> list[Any]:
        return [*super().get_urlpatterns(), path("new/", self.add_view, name="add")]

    def get_permissions_to_register(self) -> Any:
        return RoomViewSet.get_permissions_to_register(self)


VIEWSETS = [TaskViewSet, SegmentViewSet, LevelSchemeViewSet]
