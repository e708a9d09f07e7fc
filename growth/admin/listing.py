"""What all lists share: read-only ones, forms that save through the program, quick counting."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import path
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.timezone import localtime
from wagtail.admin.paginator import WagtailPaginator
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permissions import policy_registry

from growth.admin.exports import SafeExportMixin

MOST_COUNTED = 10_000
TABLE_ROWS = 20


class QuickPaginator(WagtailPaginator):
    """Counts at most ``MOST_COUNTED`` rows: nobody leafs further, and big tables stay quick."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        if not hasattr(rows, "query"):
            return len(rows)
        return rows.order_by()[:MOST_COUNTED].count()

    @cached_property
    def items_count_label(self) -> str:
        more = "+" if self.count == MOST_COUNTED else ""
        name = self.verbose_name if self.count == 1 else self.verbose_name_plural
        return f"{self.count:,}{more} {name}"


class ListView(SafeExportMixin, generic.IndexView):
    """A list with quick counting and safe exports."""

    paginator_class = QuickPaginator

    def search_queryset(self, queryset: Any) -> Any:
        """Search by the model's own columns; ``search_fields`` with a lookup are used as given."""
        if not self.is_searching:
            return queryset
        query = Q()
        for field in self.search_fields or []:
            lookup = field if "__" in field and field.split("__")[-1] in _LOOKUPS else None
            query |= Q(**{lookup or f"{field}__icontains": self.search_query})
        return queryset.filter(query)


_LOOKUPS = ("exact", "iexact", "startswith", "istartswith", "contains", "icontains")


class RoomViewSet(ModelViewSet):
    """A list of a room's rows; nothing is copied, deleted or put into the reference index."""

    index_view_class = ListView
    copy_view_enabled = False
    inspect_view_enabled = True
    add_to_reference_index = False
    list_per_page = 30
    template_prefix = ""
    queryset: Any = None

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        hidden = dict.fromkeys(("delete_url_name", "usage_url_name", "copy_url_name"))
        return super().get_common_view_kwargs(**hidden, **kwargs)

    def get_index_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        if self.queryset is not None:
            kwargs.setdefault("queryset", self.queryset)
        return super().get_index_view_kwargs(**kwargs)

    def get_urlpatterns(self) -> list[Any]:
        unwanted = {"delete", "usage", "copy"}
        return [url for url in super().get_urlpatterns() if url.name not in unwanted]


class ReadOnlyViewSet(RoomViewSet):
    """Rows that nobody adds, edits or deletes by hand."""

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        hidden = dict.fromkeys(("add_url_name", "edit_url_name", "history_url_name"))
        return super().get_common_view_kwargs(**hidden, **kwargs)

    def get_urlpatterns(self) -> list[Any]:
        conv = self.pk_path_converter
        urls = [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
        ]
        if self.inspect_view_enabled:
            urls.append(path(f"inspect/<{conv}:pk>/", self.inspect_view, name="inspect"))
        return urls

    def register_admin_url_finder(self) -> None:
        """There is no page to edit a row on."""

    def get_permissions_to_register(self) -> Any:
        return super().get_permissions_to_register().filter(codename__startswith="view_")


def page_of(request: Any, rows: Any, name: str) -> Any:
    """The page of ``rows`` that the address asks for under ``name``."""
    return QuickPaginator(rows, TABLE_ROWS).get_page(request.GET.get(name))


class PointsColumn(Column):
    """A number, right-aligned, with its thousands apart."""

    cell_template_name = "growth/admin/number_cell.html"

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(name, **{"classname": "gz-number", **options})


class LinkColumn(Column):
    """A value that links to a page about another ``model``, for who may see that."""

    cell_template_name = "growth/admin/link_cell.html"

    def __init__(self, name: str, *, get_url: Any, model: Any, **options: Any) -> None:
        super().__init__(name, **options)
        self.get_url, self.model = get_url, model

    def get_cell_context_data(self, instance: Any, parent_context: Any) -> dict[str, Any]:
        context = super().get_cell_context_data(instance, parent_context)
        request = parent_context.get("request")
        policy = policy_registry.get_by_type(self.model)
        shown = request is not None and policy.user_has_permission(request.user, "view")
        return {**context, "url": self.get_url(instance) if shown else ""}


class DayColumn(Column):
    """A day; of an instant, also the time of day at the bank."""

    def get_value(self, instance: Any) -> str:
        value = super().get_value(instance)
        if isinstance(value, datetime):
            return date_format(localtime(value), "SHORT_DATETIME_FORMAT")
        return date_format(value, "SHORT_DATE_FORMAT") if value else "–"


class TagColumn(Column):
    """A state as a coloured tag; ``tones`` maps a value to good, bad, or quiet."""

    cell_template_name = "growth/admin/tag_cell.html"

    def __init__(self, name: str, *, tones: dict[Any, str], raw: str = "", **options: Any) -> None:
        super().__init__(name, **options)
        self.tones, self.raw = tones, raw

    def get_cell_context_data(self, instance: Any, parent_context: Any) -> dict[str, Any]:
        context = super().get_cell_context_data(instance, parent_context)
        value = getattr(instance, self.raw) if self.raw else context["value"]
        return {**context, "tone": self.tones.get(value, "quiet")}
