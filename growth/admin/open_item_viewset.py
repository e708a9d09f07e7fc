"""Differences that the daily reconciliation found: what is known about each, and who closed it."""

from typing import Any

import django_filters
from django import forms
from django.contrib.auth import get_user_model
from django.db.models import F
from django.db.models.functions import Coalesce, ExtractDay, Now
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic

from growth import open_items
from growth.admin.listing import DayColumn, PointsColumn, RoomViewSet, TagColumn
from growth.models import OpenItem

RIGHT = "growth.change_openitem"
BACKEND = "django.contrib.auth.backends.ModelBackend"
LOGGED = [
    ("open_item_noted", _("Write down what is known of an open item"), _("Note written")),
    ("open_item_closed", _("Close an open item"), _("Open item closed")),
]


class OpenItemForm(WagtailAdminModelForm):
    """A note, and whether the item is done with."""

    close = forms.BooleanField(
        label=_("This has been seen to: close it"),
        required=False,
        help_text=_("If tomorrow's check finds it again, it comes back as a new item."),
    )

    class Meta:
        model = OpenItem
        fields = ("owner", "note")
        widgets = {"note": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        may = get_user_model().objects.with_perm(RIGHT, backend=BACKEND)
        self.fields["owner"].queryset = may.order_by("username")


class OpenItemView(generic.EditView):
    """One difference; who works on it and a note can be written, and it can be closed."""

    def save_instance(self) -> Any:
        """Through the verb, which closes an item once."""
        said = self.form.cleaned_data
        return open_items.note(
            item=self.object,
            note=said["note"],
            closed=said["close"],
            operator=self.request.user,
            owner=said["owner"],
        )

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
    queryset = OpenItem.objects.select_related("owner", "closed_by").annotate(
        days=ExtractDay(Coalesce("closed_at", Now()) - F("found_at"))
    )
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
        Column("owner", label=_("Who works on it")),
        PointsColumn("days", label=_("Days open"), sort_key="days"),
        DayColumn("found_at", label=_("Found")),
        DayColumn("seen_at", label=_("Last seen")),
        DayColumn("closed_at", label=_("Closed")),
        Column("closed_by", label=_("Closed by")),
        Column("note", label=_("Note")),
    ]
    search_fields = ["text", "note"]
    filterset_class = OpenItemFilterSet
    list_export = [
        "id", "text", "owner.username", "found_at", "seen_at", "days", "closed_at",
        "closed_by.username", "note",
    ]  # fmt: skip

    def get_form_class(self, for_update: bool = False) -> Any:
        return OpenItemForm
