"""Growth tasks and their drafts: lists with states, and the page that reads a task back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import django_filters
from django.db.models import Count, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, Now, TruncDate
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.menus import MenuItem
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.permissions import policy_registry

from growth import bankday
from growth.admin import draft_views, end_views, pause_views, task_panels, words
from growth.admin.listing import (
    DayColumn,
    LinkColumn,
    ListView,
    PointsColumn,
    ReadOnlyViewSet,
    TagColumn,
)
from growth.admin.names import names
from growth.admin.sentences import Names
from growth.admin.task_form import TaskForm
from growth.admin.task_sentences import task_lines
from growth.admin.views import PreviewView, ProgramViewSet
from growth.lifecycle import Stage, draft_stage, state_of
from growth.models import GrowthTask, TaskCompletion, TaskDraft, TaskVersion


class TaskPreview(PreviewView):
    """The task in words."""

    template_name = "growth/admin/task_preview.html"
    form_class = task_panels.panel.bind_to_model(GrowthTask).get_form_class()

    def context(self, form: TaskForm) -> dict[str, Any]:
        return {"lines": task_lines(form.spec(), names())} if form.is_valid() else {}


class DraftPreview(TaskPreview):
    """The same for a draft of a task that does not exist yet."""

    def form_facts(self) -> dict[str, Any]:
        return {"draft": get_object_or_404(TaskDraft, code=self.kwargs["code"])}


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


class TaskInspectView(generic.InspectView):
    template_name = "growth/admin/task_inspect.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "versions": _versions(self.object, names()),
            "figures": _figures(self.object),
        }


class NewDraft(NamedTuple):
    """A draft of a task that does not exist yet, as the list shows it."""

    code: str
    name: str
    url: str
    stage: Stage
    tone: str
    editor: Any
    saved: datetime
    spec: dict[str, Any]


def _new_drafts(asked: Mapping[str, str]) -> list[NewDraft]:
    """Drafts of tasks that do not exist yet, by the same search and filters as the tasks."""
    rows = TaskDraft.objects.select_related("change", "editor").order_by("-updated_at")
    found = []
    for draft in rows.exclude(code__in=GrowthTask.objects.values("code")):
        stage = draft_views.stage_of(draft)
        facts = draft_views.name_of(draft), draft_views.page_url(draft.code), stage
        told = draft_views.TONES.get(stage, "quiet"), draft.editor, draft.updated_at
        found.append(NewDraft(draft.code, *facts, *told, draft.document["task"]))
    return [draft for draft in found if _matches(draft, asked)]


def _matches(draft: NewDraft, asked: Mapping[str, str]) -> bool:
    words_of_it = f"{draft.code} {draft.name}".casefold()
    return (
        asked.get("state", "") in ("", draft.stage)
        and asked.get("kind", "") in ("", draft.spec["kind"])
        and asked.get("event", "") in draft.spec.get("event", "")
        and asked.get("q", "").casefold() in words_of_it
    )


class TaskListView(ListView):
    """Every task, and drafts of new ones; its menu pauses, lets go on or ends it, for who may."""

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        policy = policy_registry.get_by_type(TaskDraft)
        shown = policy.user_has_any_permission(self.request.user, ["view", "change"])
        drafts = _new_drafts(self.request.GET.dict()) if shown else []
        return {**super().get_context_data(*args, **kwargs), "new_drafts": drafts}

    def get_list_more_buttons(self, instance: Any) -> list[Any]:
        buttons = super().get_list_more_buttons(instance)
        if pause_views.may_pause(self.request.user):
            icon = "rotate" if instance.paused else "no-view"
            label, url = pause_views.label_of(instance), pause_views.url_of(instance)
            buttons.append(MenuItem(label, url=url, icon_name=icon, priority=30))
        if _stage(instance) == Stage.LIVE and end_views.may_end(self.request.user):
            url = end_views.url_of(instance)
            buttons.append(MenuItem(end_views.LABEL, url=url, icon_name="cross", priority=40))
        return buttons


class TaskFilterSet(WagtailFilterSet):
    state = django_filters.ChoiceFilter(label=_("State"), choices=Stage.choices, method="in_state")
    kind = django_filters.ChoiceFilter(
        label=_("Kind"), field_name="live_kind", choices=list(words.KINDS_SHORT.items())
    )
    event = django_filters.CharFilter(
        label=_("Event"), field_name="live_event", lookup_expr="icontains"
    )

    class Meta:
        model = GrowthTask
        fields: list[str] = []

    def in_state(self, queryset: Any, name: str, value: str) -> Any:
        """Tasks in a state, or with a change in it, as the list shows them."""
        found = [task.pk for task in queryset if value in (_stage(task), _change_stage(task))]
        return queryset.filter(pk__in=found)


def _newest(key: str) -> Subquery:
    """Of the live version; of a paused task, of its last one."""
    versions = TaskVersion.objects.filter(task=OuterRef("pk")).order_by("-number")
    return Subquery(versions.values(key)[:1])


def _tasks() -> Any:
    done = TaskCompletion.objects.filter(task=OuterRef("pk"), status="posted").order_by()
    count = Subquery(done.values("task").annotate(n=Count("pk")).values("n"))
    draft = TaskDraft.objects.filter(code=OuterRef("code"))
    change = draft.annotate(state=Coalesce("change__state", Value("")))
    return GrowthTask.objects.annotate(
        today=TruncDate(Now(), tzinfo=bankday.zone()),
        draft_change=Subquery(change.values("state")),
        live_spec=_newest("spec"),
        live_kind=_newest("spec__kind"),
        live_event=_newest("spec__event"),
        live_number=_newest("number"),
        rewarded=Coalesce(count, 0),
    )


def _kind(task: Any) -> str:
    return str(words.KINDS_SHORT.get(task.live_kind, task.live_kind or ""))


def _stage(task: Any) -> Stage:
    return state_of(
        spec=task.live_spec, paused=task.paused, change=task.draft_change, today=task.today
    )


def _change_stage(task: Any) -> Stage | None:
    """Where a change of the task stands, if somebody works on one."""
    return None if task.draft_change is None else draft_stage(task.draft_change)


def _under_way(task: Any) -> str:
    stage = _change_stage(task)
    return str(stage.label) if stage else ""


class StageColumn(TagColumn):
    """A state in the life of a task."""

    def __init__(self, stage: Any) -> None:
        self.stage = stage
        super().__init__("state", label=_("State"), tones=draft_views.TONES)

    def get_value(self, instance: Any) -> Any:
        return self.stage(instance).label

    def get_cell_context_data(self, instance: Any, parent_context: Any) -> dict[str, Any]:
        context = super().get_cell_context_data(instance, parent_context)
        return {**context, "tone": self.tones.get(self.stage(instance), "quiet")}


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
        StageColumn(_stage),
        Column("change", label=_("Change under way"), accessor=_under_way),
        Column("kind", label=_("Kind"), accessor=_kind),
        Column("event", label=_("Event"), accessor="live_event"),
        PointsColumn("points", label=_("Points"), accessor=_points),
        PointsColumn("rewarded", label=_("Completions"), sort_key="rewarded"),
        PointsColumn("position", label=_("Position"), sort_key="position"),
    ]
    search_fields = ["code", "name"]
    filterset_class = TaskFilterSet
    list_export = ["code", "name", "live_kind", "live_event", "live_number", "rewarded"]
    edit_handler = task_panels.panel
    index_view_class = TaskListView
    index_results_template_name = "growth/admin/task_results.html"
    add_view_class = draft_views.TaskCreateView
    edit_view_class = draft_views.TaskEditView
    inspect_view_class = TaskInspectView
    preview_view_class = TaskPreview


# Drafts ---------------------------------------------------------------------------------------


class DraftViewSet(ReadOnlyViewSet):
    """What editors work on: changes of tasks, and tasks that do not exist yet."""

    model = TaskDraft
    name = "task_drafts"
    url_prefix = "growth/drafts"
    icon = "edit"
    menu_label = _("Drafts of tasks")
    menu_order = 111
    inspect_view_enabled = False
    queryset = TaskDraft.objects.select_related("change", "editor")
    ordering = "-updated_at"
    list_display = [
        LinkColumn(
            "name",
            label=_("Name"),
            accessor=draft_views.name_of,
            get_url=lambda draft: draft_views.page_url(draft.code),
            model=TaskDraft,
        ),
        StageColumn(draft_views.stage_of),
        Column("code", label=_("Code"), sort_key="code"),
        Column("editor", label=_("Editor")),
        DayColumn("updated_at", label=_("Saved"), sort_key="updated_at"),
    ]
    search_fields = ["code"]

    def get_urlpatterns(self) -> list[Any]:
        form = self.construct_view(
            draft_views.DraftEditView,
            model=GrowthTask,
            panel=task_panels.panel.bind_to_model(GrowthTask),
            index_url_name=self.get_url_name("index"),
            add_url_name="growth_tasks:add",
            edit_url_name="growth_tasks:edit",
            permission_policy=policy_registry.get_by_type(TaskDraft),
        )
        preview = DraftPreview.as_view(model=GrowthTask)
        return [
            *super().get_urlpatterns(),
            path("<slug:code>/", draft_views.DraftPage.as_view(), name="page"),
            path("<slug:code>/edit/", form, name="edit"),
            path("<slug:code>/discard/", draft_views.DiscardView.as_view(), name="discard"),
            path("<slug:code>/preview/", preview, name="preview"),
        ]

    def get_permissions_to_register(self) -> Any:
        return super(ReadOnlyViewSet, self).get_permissions_to_register()
