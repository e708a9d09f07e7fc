"""Segments: list, form, and pages that read a rule back in words; all viewsets of the program."""

from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic

from growth.admin import segment_form, words
from growth.admin.badge_form import BadgeViewSet
from growth.admin.level_viewset import LevelSchemeViewSet
from growth.admin.listing import DayColumn
from growth.admin.names import names
from growth.admin.segment_form import SegmentForm
from growth.admin.sentences import rule_line
from growth.admin.task_viewset import DraftViewSet, TaskViewSet
from growth.admin.views import PreviewView, ProgramEditView, ProgramViewSet
from growth.models import Segment, SegmentMembership

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


VIEWSETS = [TaskViewSet, DraftViewSet, SegmentViewSet, LevelSchemeViewSet, BadgeViewSet]
