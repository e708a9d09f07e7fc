"""What operators did: changes of the program, redemptions cancelled, customers looked at."""

import django_filters
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.log_actions import registry as log_registry
from wagtail.models import ModelLogEntry

from growth.admin.listing import DayColumn, ListView, ReadOnlyViewSet


class LogFilterSet(WagtailFilterSet):
    user = django_filters.CharFilter(label=_("Operator"), field_name="user__username")
    timestamp = django_filters.DateFromToRangeFilter(label=_("Time"), widget=DateRangePickerWidget)

    class Meta:
        model = ModelLogEntry
        fields: list[str] = []


def _what(entry: ModelLogEntry) -> str:
    # Only this way are the actions registered first; one that is no more is shown as it is.
    formatter = log_registry.get_formatter(entry)
    return str(formatter.label) if formatter else str(entry.action)


def _changes(entry: ModelLogEntry) -> str:
    changes = (entry.data or {}).get("changes")
    return "; ".join(changes) if isinstance(changes, list) else ""


class LogList(ListView):
    page_title = _("Operators' log")

    def get_page_title(self) -> str:
        return str(self.page_title)


class OperatorsLogViewSet(ReadOnlyViewSet):
    model = ModelLogEntry
    name = "operators_log"
    url_prefix = "customers/operators-log"
    icon = "clipboard-list"
    index_view_class = LogList
    menu_label = _("Operators' log")
    inspect_view_enabled = False
    ordering = "-timestamp"
    list_display = [
        DayColumn("timestamp", label=_("Time"), sort_key="timestamp"),
        Column("user", label=_("Operator"), accessor="user_display_name"),
        Column("action", label=_("What"), accessor=_what),
        Column("label", label=_("Of")),
        Column("changes", label=_("Changes"), accessor=_changes),
    ]
    search_fields = ["label"]
    filterset_class = LogFilterSet
    list_export = ["timestamp", "user.username", "action", "label"]
    queryset = ModelLogEntry.objects.select_related("user", "user__wagtail_userprofile")
