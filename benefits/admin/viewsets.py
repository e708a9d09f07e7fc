"""Benefits, merchants, batches of codes, redemptions."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import path
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic

from benefits import queries
from benefits.admin import forms as admin_forms
from benefits.admin.views import CodesImportView, RedemptionActionView, RedemptionPage
from benefits.models import Benefit, BenefitCode, CodeBatch, Merchant, Redemption, StockShard
from growth.admin.listing import (
    DayColumn,
    ListView,
    PointsColumn,
    ReadOnlyViewSet,
    RoomViewSet,
    TagColumn,
)
from growth.admin.record_viewsets import CustomerColumn, CustomerFilterSet
from growth.admin.views import ProgramCreateView, ProgramEditView

STATUS_TONES = {
    "issued": "good",
    "to_collect": "wait",
    "to_ship": "wait",
    "waiting": "bad",
    "cancelled": "quiet",
}


def with_stock(rows: Any) -> Any:
    """Benefits with what was redeemed, and what is left by number and by uploaded codes."""

    def count(found: Any, value: Any) -> Subquery:
        mine = found.filter(benefit=OuterRef("pk")).order_by().values("benefit")
        return Subquery(mine.annotate(n=value).values("n"))

    held = Redemption.objects.filter(status__in=Redemption.HOLDING)
    free = BenefitCode.objects.filter(state=BenefitCode.State.FREE)
    return rows.annotate(
        redeemed=Coalesce(count(held, Count("pk")), 0),
        numbered=count(StockShard.objects.all(), Sum("remaining")),
        coded=Coalesce(count(free, Count("pk")), 0),
    )


def left(benefit: Any) -> int:
    """How many can still be handed out."""
    if benefit.kind != Benefit.Kind.CODE:
        return benefit.numbered or 0
    return benefit.coded if benefit.total is None else min(benefit.coded, benefit.numbered or 0)


class BenefitFilterSet(WagtailFilterSet):
    kind = django_filters.MultipleChoiceFilter(
        label=_("Kind"), choices=Benefit.Kind.choices, widget=forms.CheckboxSelectMultiple
    )
    on_sale = django_filters.BooleanFilter(
        label=_("On sale"),
        widget=forms.Select(choices=[("", "–"), ("true", _("yes")), ("false", _("no"))]),
    )
    merchant = django_filters.ModelChoiceFilter(
        label=_("Merchant"), queryset=Merchant.objects.all()
    )

    class Meta:
        model = Benefit
        fields: list[str] = []


class BenefitViewSet(RoomViewSet):
    model = Benefit
    name = "benefits"
    url_prefix = "benefits/catalogue"
    icon = "tag"
    menu_label = _("Benefits")
    add_view_class = ProgramCreateView
    edit_view_class = ProgramEditView
    edit_handler = admin_forms.benefit_panel
    queryset = with_stock(Benefit.objects.select_related("merchant", "segment"))
    ordering = "position"
    list_per_page = 50
    list_display = [
        "__str__",
        Column("kind", label=_("Kind"), accessor="get_kind_display"),
        PointsColumn("price", label=_("Price (points)"), sort_key="price"),
        PointsColumn("redeemed", label=_("Redeemed"), sort_key="redeemed"),
        PointsColumn("left", label=_("Left"), accessor=left),
        Column("merchant", label=_("Merchant")),
        TagColumn(
            "on_sale",
            label=_("On sale"),
            accessor=lambda row: _t("on sale") if row.on_sale else _t("not on sale"),
            raw="on_sale",
            tones={True: "good"},
        ),
        PointsColumn("position", label=_("Position"), sort_key="position"),
    ]
    search_fields = ["code", "search_text"]
    filterset_class = BenefitFilterSet
    list_export = ["code", "name", "kind", "price", "redeemed"]
    inspect_view_fields = [
        "name", "code", "description", "terms", "kind", "price", "total", "per_customer",
        "segment", "level", "starts", "ends", "valid_days", "cancellable", "merchant", "city",
        "picture", "on_sale",
    ]  # fmt: skip

    class inspect_view_class(generic.InspectView):  # noqa: N801 - the viewset's own name
        template_name = "benefits/admin/benefit_inspect.html"

        def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
            row = with_stock(Benefit.objects.filter(pk=self.object.pk)).get()
            return {
                **super().get_context_data(**kwargs),
                "left": left(row),
                "redeemed": row.redeemed,
                "texts": [
                    (_t("Name"), row.name),
                    (_t("Description"), row.description),
                    (_t("Terms"), row.terms),
                ],
            }

        def get_fields(self) -> list[str]:
            texts = ("name", "description", "terms")
            return [name for name in super().get_fields() if name not in texts]


class MerchantViewSet(RoomViewSet):
    model = Merchant
    name = "merchants"
    url_prefix = "benefits/merchants"
    icon = "site"
    menu_label = _("Merchants")
    edit_handler = admin_forms.merchant_panel
    inspect_view_enabled = False
    list_display = [
        "__str__",
        Column("code", label=_("Code"), sort_key="code"),
        Column("city", label=_("City"), sort_key="city"),
        PointsColumn("number", label=_("Benefits")),
    ]
    queryset = Merchant.objects.annotate(number=Count("benefits"))
    search_fields = ["code", "name", "city"]
    list_export = ["code", "name", "city"]


class CodesList(ListView):
    """Batches of codes; a new one is uploaded."""

    @property
    def add_item_label(self) -> str:
        return str(_("Upload codes"))


class CodeBatchViewSet(ReadOnlyViewSet):
    model = CodeBatch
    name = "code_batches"
    url_prefix = "benefits/codes"
    icon = "upload"
    menu_label = _("Uploaded codes")
    index_view_class = CodesList
    inspect_view_enabled = False
    ordering = "-id"
    queryset = CodeBatch.objects.select_related("benefit").annotate(
        codes_count=Count("codes"),
        free_count=Count("codes", filter=Q(codes__state=BenefitCode.State.FREE)),
    )
    list_display = [
        Column("benefit", label=_("Benefit")),
        Column("feed", label=_("File")),
        DayColumn("created_at", label=_("Imported")),
        PointsColumn("codes_count", label=_("Codes")),
        PointsColumn("free_count", label=_("Still free")),
    ]
    search_fields = ["feed", "benefit__code"]

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_common_view_kwargs(**kwargs),
            "add_url_name": self.get_url_name("add"),
        }

    def get_urlpatterns(self) -> list[Any]:
        upload = CodesImportView.as_view(index_url_name=self.get_url_name("index"))
        return [*super().get_urlpatterns(), path("upload/", upload, name="add")]

    def get_permissions_to_register(self) -> Any:
        return RoomViewSet.get_permissions_to_register(self)


class RedemptionFilterSet(CustomerFilterSet):
    benefit = django_filters.ModelChoiceFilter(label=_("Benefit"), queryset=Benefit.objects.all())
    status = django_filters.MultipleChoiceFilter(
        label=_("State"), choices=Redemption.Status.choices, widget=forms.CheckboxSelectMultiple
    )
    created_at = django_filters.DateFromToRangeFilter(
        label=_("Redeemed"), widget=DateRangePickerWidget
    )

    class Meta:
        model = Redemption
        fields: list[str] = []


class RedemptionViewSet(ReadOnlyViewSet):
    model = Redemption
    name = "redemptions"
    url_prefix = "benefits/redemptions"
    icon = "success"
    menu_label = _("Redemptions")
    inspect_view_class = RedemptionPage
    queryset = Redemption.objects.select_related("customer", "benefit").defer("sealed")
    ordering = "-created_at"
    list_display = [
        Column(
            "benefit",
            label=_("Benefit"),
        ),
        CustomerColumn(),
        TagColumn(
            "status",
            label=_("State"),
            accessor="get_status_display",
            raw="status",
            tones=STATUS_TONES,
        ),
        PointsColumn("points", label=_("Points"), sort_key="points"),
        DayColumn("created_at", label=_("Redeemed"), sort_key="created_at"),
        DayColumn("valid_until", label=_("Valid until")),
    ]
    search_fields = ["customer__ref__startswith"]
    filterset_class = RedemptionFilterSet
    list_export = [
        "id", "customer.ref", "benefit.code", "status", "points", "created_at", "valid_until",
    ]  # fmt: skip

    class index_view_class(ListView):  # noqa: N801 - the viewset's own name
        @property
        def columns(self) -> list[Any]:
            first = self._get_title_column("benefit")
            return [first, *self.list_display[1:]]

        def search_queryset(self, queryset: Any) -> Any:
            """By the code that somebody shows at the till, else by the customer's id."""
            found = queries.by_code(self.search_query) if self.is_searching else []
            return queryset.filter(pk__in=found) if found else super().search_queryset(queryset)

    def get_urlpatterns(self) -> list[Any]:
        urls = super().get_urlpatterns()
        for action in ("cancel", "used"):
            view = RedemptionActionView.as_view(action=action)
            urls.append(path(f"{action}/<uuid:pk>/", view, name=action))
        return urls

    def get_permissions_to_register(self) -> Any:
        return RoomViewSet.get_permissions_to_register(self)


VIEWSETS = [BenefitViewSet, MerchantViewSet, CodeBatchViewSet, RedemptionViewSet]
