"""The points report: for finance, and for whoever audits them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.permissions import policy_registry

from growth import bankday, liability, statement_files
from growth.admin import liability_charts, liability_filters
from growth.admin.liability_filters import centre_name
from growth.liability import Month, Standing, outlook
from growth.liability.outlook import Outlook
from growth.models import LiabilityFlow, Wallet

SECONDS = 300
PAST_SHOWN = 6


def may_see(user: Any) -> bool:
    """Whether somebody may see what is kept of the liability."""
    policy = policy_registry.get_by_type(LiabilityFlow)
    return bool(policy.user_has_permission(user, "view"))


@dataclass
class Asked:
    """What the reader asked for; figures are read once."""

    cost_centre: str | None
    since: date | None
    until: date | None
    as_of: date | None
    longer: int
    prices: int

    @cached_property
    def today(self) -> date:
        """The bank day that it is."""
        return bankday.today()

    @cached_property
    def all_months(self) -> list[Month]:
        """All months up to today of the cost centres asked for."""
        key = f"growth:admin:liability:months:{self.today}:{self.cost_centre!r}"
        return _kept(key, lambda: self._months())

    def _months(self) -> list[Month]:
        return liability.months(until=self.today, cost_centre=self.cost_centre)

    @cached_property
    def months(self) -> list[Month]:
        """The months to show, newest first, with totals where there are several cost centres."""
        rows = self.all_months
        if len({row.cost_centre for row in rows}) > 1:
            rows = [*rows, *liability.totals(rows)]
        return liability_filters.shown(rows, self.since, self.until)

    def of_all(self, text: str) -> str:
        """``text``, said to be of all cost centres where the reader has asked for one."""
        if self.cost_centre is None:
            return text
        return _t("{text} (all cost centres)").format(text=text)

    @cached_property
    def standing(self) -> list[Standing]:
        """What was outstanding on the day asked for, of the cost centre asked for."""
        day = self.as_of or self.today
        key = f"growth:admin:liability:standing:{day}"
        found: list[Standing] = _kept(key, lambda: liability.standing(day))
        if self.cost_centre is None:
            return found
        return [row for row in found if row.cost_centre == self.cost_centre]

    @cached_property
    def outlook(self) -> Outlook | None:
        """The forecast, of all cost centres."""
        key = f"growth:admin:liability:outlook:{self.today}:{self.longer}:{self.prices}"
        return _kept(key, lambda: self._outlook())

    def _outlook(self) -> Outlook | None:
        return outlook.outlook(longer_months=self.longer, price_percent=self.prices)


def _kept(key: str, read: Any) -> Any:
    """Figures that are a few minutes old at most."""
    found = cache.get(key)
    if found is None:
        found = [read()]
        cache.set(key, found, SECONDS)
    return found[0]


class PointsReport(WagtailAdminTemplateMixin, TemplateView):
    """What is outstanding, how it came about, and what will become of it."""

    template_name = "growth/admin/points_report.html"
    page_title = _("Points report")
    header_icon = "history"

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_see(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        filters = liability_filters.ReportFilters(
            request.GET, queryset=LiabilityFlow.objects.none(), request=request
        )
        asked = Asked(**liability_filters.asked(filters.form))
        table, form = request.GET.get("table", ""), request.GET.get("export", "")
        if table in TABLES and form in statement_files.FORMS:
            return statement_files.table_response(
                TABLES[table](asked),
                form=form,
                name=f"points-{table}-{asked.today}.{form}",
                title=table,
            )
        return self.render_to_response(self.get_context_data(filters=filters, asked=asked))

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked: Asked = kwargs["asked"]
        found = asked.outlook
        outstanding = sum(row.points for row in asked.standing)
        return {
            **super().get_context_data(**kwargs),
            "tiles": list(_tiles(asked, outstanding, found)),
            "months": [(centre_name(row.cost_centre), row) for row in asked.months],
            "expiry": liability_charts.expiry_bars(_t("Outstanding, by expiry"), asked.standing),
            "outlook": found,
            "inside": round(100 * found.back.inside) if found and found.back else None,
            "bands": list(_bands(asked, found)) if found else [],
            "exports": [
                (label, *(_export_url(self.request, table, form) for form in ("csv", "xlsx")))
                for table, label in (
                    ("months", _t("Months")),
                    ("outstanding", _t("Outstanding")),
                    ("forecast", asked.of_all(_t("Forecast"))),
                )
            ],
        }


def _export_url(request: Any, table: str, form: str) -> str:
    query = request.GET.copy()
    query["table"], query["export"] = table, form
    return f"?{query.urlencode()}"


def _tiles(asked: Asked, outstanding: int, found: Outlook | None) -> Iterable[tuple[str, int, str]]:
    wallets = Wallet.objects.aggregate(held=Sum("held"), debt=Sum("debt"))
    yield _t("Points outstanding"), outstanding, centre_name(asked.cost_centre)
    if found is not None:
        ahead = asked.of_all(_t("next 12 months, estimate"))
        yield _t("Will be redeemed"), _sum(found, "redeemed"), ahead
        yield _t("Will expire"), _sum(found, "expired"), ahead
    yield _t("Held"), wallets["held"] or 0, asked.of_all(_t("outstanding, but may not be spent"))
    yield (
        _t("Owed by customers"),
        wallets["debt"] or 0,
        asked.of_all(_t("apart from what is outstanding")),
    )


def _sum(found: Outlook, figure: str) -> int:
    return round(sum(getattr(told, figure)[0] for _, told in found.months[-12:]))


def _bands(asked: Asked, found: Outlook) -> Iterable[liability_charts.Band]:
    """What was (where all cost centres are asked for: the forecast is of all), and what will be."""
    begun, past = _begun(found), []
    if asked.cost_centre is None:
        past = [row for row in liability.totals(asked.all_months) if row.start < begun.start]
    for key, title, figure, tone in (
        ("redeemed", _t("Redeemed a month"), "spent", "warm"),
        ("expired", _t("Expired a month"), "expired", "quiet"),
        ("outstanding", _t("Outstanding at the month's end"), "closing", "main"),
    ):
        history = [(row.start, max(0, getattr(row, figure))) for row in past[-PAST_SHOWN:]]
        ahead = [(start.replace(day=1), getattr(told, key)) for start, told in found.months]
        if key != "outstanding":
            start, values = ahead[0]
            low, middle, high = (value + getattr(begun, figure) for value in sorted(values))
            ahead[0] = (start, (middle, low, high))
        yield liability_charts.band(key, asked.of_all(title), history, ahead, tone=tone)


def _begun(found: Outlook) -> Month:
    """What had happened in the forecast's first month by the day on which the forecast starts."""
    first = found.start.replace(day=1)
    if first == found.start:
        return Month(first, None, 0)
    by_then = liability.totals(liability.months(until=found.start - timedelta(days=1)))
    return by_then[-1]


def _month_rows(asked: Asked) -> Iterable[Sequence[Any]]:
    yield [
        _t("Month"), _t("Cost centre"), _t("Opening"), _t("Earned"), _t("Granted"),
        _t("Redeemed"), _t("Refunded"), _t("Expired"), _t("Taken back or repaid"),
        _t("Deducted"),
        _t("Closing"),
    ]  # fmt: skip
    for row in asked.months:
        kinds = ("earn", "grant", "redeem", "refund", "expire", "reverse", "deduct")
        moved = [row.moved[kind] for kind in kinds]
        yield [f"{row.start:%Y-%m}", centre_name(row.cost_centre), row.opening, *moved, row.closing]


def _outstanding_rows(asked: Asked) -> Iterable[Sequence[Any]]:
    yield [_t("Day"), _t("Cost centre"), _t("Expiry month"), _t("Points")]
    for row in asked.standing:
        expires = f"{row.expires:%Y-%m}" if row.expires else _t("never")
        yield [asked.as_of or asked.today, centre_name(row.cost_centre), expires, row.points]


def _forecast_rows(asked: Asked) -> Iterable[Sequence[Any]]:
    parts = [_t("Redeemed"), _t("Expired"), _t("Outstanding")]
    heads = [(part, f"{part}: {_t('low')}", f"{part}: {_t('high')}") for part in parts]
    yield [_t("From"), *(head for triple in heads for head in triple)]
    for start, told in asked.outlook.months if asked.outlook else ():
        triples = (told.redeemed, told.expired, told.outstanding)
        yield [start, *(round(value) for triple in triples for value in triple)]


TABLES = {"months": _month_rows, "outstanding": _outstanding_rows, "forecast": _forecast_rows}


class PointsReportItem(MenuItem):
    """The report's place in the menu, for who may see it."""

    def is_shown(self, request: Any) -> bool:
        return may_see(request.user)


def menu_item() -> PointsReportItem:
    """Under Reports."""
    return PointsReportItem(
        _("Points report"), reverse("points_report"), icon_name="history", order=90
    )


def urls() -> list[Any]:
    """Addresses below the admin's."""
    return [path("reports/points/", PointsReport.as_view(), name="points_report")]
