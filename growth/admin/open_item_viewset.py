"""Differences that the daily reconciliation found: what is known about each, and who closed it."""

from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic

from growth import open_items
from growth.admin.listing import DayColumn, RoomViewSet, TagColumn
from growth.models import OpenItem


class OpenItemForm(WagtailAdminModelForm):
    """A note, and whether the item is done with."""

    close = forms.BooleanField(
        label=_("This has been seen to: close it"),
        required=False,
        help_text=_("If tomorrow's check finds it again, it comes back as a new item."),
    )

    class Meta:
        model = OpenItem
        fields = ("note",)
        widgets = {"note": forms.Textarea(attrs={"rows": 4})}


class OpenItemView(generic.EditView):
    """One difference; only its note can be written, and it can be closed."""

    def save_instance(self) -> Any:
        """Through the verb, which closes an item once."""
        said = self.form.cleaned_data
        return open_items.note(item=self.object, note=said["note"], closed=said["close"])

    def get_success_message(self, instance: Any = None) -> str:
        return _t("The item is saved.")


class OpenItemFilterSet(WagtailFilterSet):
    closed = django_filters.BooleanFilter(
        label=_("State"),
        field_name="closed_at",
        lookup_expr="isnull",
        exclude=True,
        widget=forms.Select(choices=[("", "–"), ("false", _("open")), ("true", _("closed"))]),
    )

    class Meta:
        model = OpenItem
        fields: list[str] = []


class OpenItemViewSet(RoomViewSet):
    model = OpenItem
    name = "open_items"
    url_prefix = "growth/open-items"
    icon = "tasks"
    menu_label = _("Open items")
    ordering = ("-closed_at", "-id")  # what is open comes first
    inspect_view_enabled = False
    edit_view_class = OpenItemView
    list_display = [
        "text",
        TagColumn(
            "state",
            label=_("State"),
            accessor=lambda row: _t("closed") if row.closed_at else _t("open"),
            raw="closed_at",
            tones={None: "bad"},
        ),
        DayColumn("found_at", label=_("Found")),
        DayColumn("seen_at", label=_("Last seen")),
        DayColumn("closed_at", label=_("Closed")),
        Column("note", label=_("Note")),
    ]
    search_fields = ["text", "note"]
    filterset_class = OpenItemFilterSet
    list_export = ["id", "text", "found_at", "seen_at", "closed_at", "note"]

    def get_form_class(self, for_update: bool = False) -> Any:
        return OpenItemForm
