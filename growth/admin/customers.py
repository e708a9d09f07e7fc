"""The customers' list, and the page that shows one customer to support."""

from collections.abc import Iterable
from typing import Any

import django_filters
from django.db.models import OuterRef, Subquery
from django.template.loader import render_to_string
from django.urls import path
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.log_actions import log

from growth import queries, registry, taskboard
from growth.admin import choices, customer_growth, customer_points, explain_views, words
from growth.admin.listing import DayColumn, ListView, PointsColumn, ReadOnlyViewSet
from growth.admin.record_viewsets import details
from growth.levels import standing as level_standing
from growth.models import (
    ApiClient,
    BankEvent,
    Customer,
    CustomerSession,
    PointsTransfer,
    Segment,
    TaskCompletion,
    Wallet,
)
from growth.sessions import Visitor

SHOWN = 20
VIEWED = "growth.customer_viewed"


class CustomerFilterSet(WagtailFilterSet):
    level = django_filters.ChoiceFilter(label=_("Level"), choices=choices.levels, method="of_level")
    segment = django_filters.ModelChoiceFilter(
        label=_("Segment"), field_name="memberships__segment", queryset=Segment.objects.all()
    )
    tag = django_filters.CharFilter(label=_("Tag"), method="with_tag")

    class Meta:
        model = Customer
        fields: list[str] = []

    def of_level(self, queryset: Any, name: str, value: str) -> Any:
        """Customers on a level; who has none yet stands on the lowest."""
        lowest = next(iter(choices.levels()), ("", ""))[0]
        return queryset.filter(level__in=[value, ""] if value == lowest else [value])

    def with_tag(self, queryset: Any, name: str, value: str) -> Any:
        """Customers who have the tag."""
        return queryset.filter(tags__contains=[value])


class CustomerList(ListView):
    """Found by the beginning of the id; names of levels come in one query for the whole list."""

    @cached_property
    def level_names(self) -> dict[str, str]:
        """Names of levels by code; customers without a level stand on the lowest."""
        found = choices.levels()
        return {"": found[0][1] if found else "", **dict(found)}

    @cached_property
    def columns(self) -> list[Any]:
        names = self.level_names
        return [
            self._get_title_column("ref"),
            Column("level", label=_("Level"), accessor=lambda row: names.get(row.level, row.level)),
            PointsColumn("balance", label=_("Points")),
            Column("tags", label=_("Tags"), accessor=lambda row: ", ".join(row.tags)),
            DayColumn("enrolled_at", label=_("Since")),
        ]


class CustomerPage(generic.InspectView):
    """Everything about one customer. Looking at it is logged."""

    template_name = "growth/admin/customer.html"
    page_title = _("Customer")

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        log(self.object, VIEWED, user=request.user)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        customer = self.object
        visitor = self._visitor()
        board = taskboard.tasks(visitor)
        transfers = list(PointsTransfer.objects.filter(customer=customer).order_by("-id")[:SHOWN])
        sources = queries.sources(transfers)
        return {
            **super().get_context_data(**kwargs),
            "customer": customer,
            "standing": level_standing.level(visitor),
            **customer_points.parts(customer, self.request),
            "known": details(customer.attributes),
            "segments": self.segments,
            "board": [(task, _share(task)) for task in board],
            "transfers": [(row, words.source(row, sources[row.pk])) for row in transfers],
            **customer_growth.parts(customer, self.request),
            "completions": _completions(customer),
            "events": [
                (row, words.event(row.type), details(row.data)) for row in _events(customer)
            ],
            "panels": list(_panels(customer.pk, self.request)),
            "shown": SHOWN,
        }

    @cached_property
    def segments(self) -> list[Segment]:
        """The customer's segments."""
        return list(Segment.objects.filter(memberships__customer=self.object))

    def _visitor(self) -> Visitor:
        customer = self.object
        codes = [code for code, _name in choices.levels()]
        rank = codes.index(customer.level) if customer.level in codes else 0
        return Visitor(
            customer_id=customer.pk,
            ref=customer.ref,
            segments=frozenset(segment.code for segment in self.segments),
            level=codes[rank] if codes else "",
            level_rank=rank,
            language=customer.language,
            large_text=customer.large_text,
            personalised=customer.personalised,
        )


def _share(task: Any) -> int:
    """How full a task's bar is, in per cent."""
    return max(0, min(100, int(task.current * 100 / task.target))) if task.target else 0


def _completions(customer: Customer) -> list[tuple[TaskCompletion, str]]:
    rows = TaskCompletion.objects.filter(customer=customer).select_related("task", "version")
    newest = rows.order_by("-day", "-id")[:SHOWN]
    return [(row, words.reason(row.reason) if row.reason else "") for row in newest]


def _events(customer: Customer) -> list[BankEvent]:
    return list(BankEvent.objects.filter(customer=customer).order_by("-time", "-id")[:SHOWN])


def _panels(customer_id: int, request: Any) -> Iterable[tuple[Any, SafeString]]:
    for title, template, context in registry.customer_panels:
        yield title, render_to_string(template, context(customer_id), request)


def _balance() -> Subquery:
    return Subquery(Wallet.objects.filter(customer=OuterRef("pk")).values("balance")[:1])


class CustomerViewSet(ReadOnlyViewSet):
    model = Customer
    name = "customers"
    url_prefix = "customers/list"
    icon = "user"
    menu_label = _("Customers")
    index_view_class = CustomerList
    inspect_view_class = CustomerPage
    queryset = Customer.objects.annotate(balance=_balance())
    ordering = "-id"
    search_fields = ["ref__startswith"]
    filterset_class = CustomerFilterSet
    list_export = ["ref", "level", "balance", "enrolled_at"]

    def get_urlpatterns(self) -> list[Any]:
        return [
            *super().get_urlpatterns(),
            path("why/<int:pk>/<slug:code>/", explain_views.WhyView.as_view(), name="why"),
        ]


class SessionViewSet(ReadOnlyViewSet):
    """Who is signed in now; tokens are not stored and so not shown."""

    model = CustomerSession
    name = "customer_sessions"
    url_prefix = "customers/sessions"
    icon = "mobile-alt"
    menu_label = _("Sessions")
    inspect_view_enabled = False
    ordering = "-started_at"
    list_display = [
        Column("customer", label=_("Customer"), accessor="customer.ref"),
        Column("channel", label=_("Channel")),
        DayColumn("started_at", label=_("Began"), sort_key="started_at"),
        DayColumn("seen_at", label=_("Last seen")),
        DayColumn("expires_at", label=_("Ends")),
    ]
    search_fields = ["customer__ref__startswith"]
    queryset = CustomerSession.objects.select_related("customer")


class ApiClientViewSet(ReadOnlyViewSet):
    """Systems of the bank. Their secrets are made on the server and shown nowhere."""

    model = ApiClient
    name = "api_clients"
    url_prefix = "customers/api-clients"
    icon = "key"
    menu_label = _("API clients")
    inspect_view_enabled = False
    list_display = [
        Column("name", label=_("Name"), sort_key="name"),
        Column("client_id", label=_("Client id")),
        Column("scopes", label=_("Allowed to"), accessor=lambda row: ", ".join(row.scopes)),
        Column(
            "sources",
            label=_("Sources"),
            accessor=lambda row: ", ".join(row.sources) or _t("every source"),
        ),
        Column(
            "active", label=_("Active"), accessor=lambda row: _t("yes") if row.active else _t("no")
        ),
        DayColumn("created_at", label=_("Since")),
    ]
    search_fields = ["name", "client_id"]


VIEWSETS = [CustomerViewSet, SessionViewSet, ApiClientViewSet]
