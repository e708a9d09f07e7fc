"""Segments and levels: lists, forms, and pages that read a rule back in words."""

from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic

from growth.admin import level_form, segment_form, words
from growth.admin.listing import DayColumn, ListView, ReadOnlyViewSet, RoomViewSet
from growth.admin.names import names
from growth.admin.segment_form import SegmentForm
from growth.admin.sentences import rule_line
from growth.admin.task_viewset import DraftViewSet, TaskViewSet
from growth.admin.views import PreviewView, ProgramCreateView, ProgramEditView, ProgramViewSet
from growth.level_program import FIRST_DAY
from growth.models import LevelScheme, Segment, SegmentMembership

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


VIEWSETS = [TaskViewSet, DraftViewSet, SegmentViewSet, LevelSchemeViewSet]
