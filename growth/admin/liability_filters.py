"""What finance may ask the points report for."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import django_filters
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet

from growth import bankday, liability
from growth.models import LiabilityFlow, PointsLot

# Stands in the address for the programme itself, whose cost centre has no name.
PROGRAMME = "-"
MONTHS = 36


def centre_name(centre: str | None) -> str:
    """What a cost centre is called; "" is the programme itself, None all together."""
    return _t("All cost centres") if centre is None else centre or _t("The programme itself")


def cost_centres() -> list[tuple[str, str]]:
    """Cost centres that have points, for a choice. Kept sums know them; else the lots do."""
    model: Any = LiabilityFlow if LiabilityFlow.objects.exists() else PointsLot
    found = model.objects.order_by("cost_centre").values_list("cost_centre", flat=True).distinct()
    return [(centre or PROGRAMME, centre_name(centre)) for centre in found]


def months() -> list[tuple[str, str]]:
    """The last months, newest first, for a choice."""
    today = bankday.today()
    starts = list(liability.months_between(date(today.year - MONTHS // 12, today.month, 1), today))
    return [(f"{start:%Y-%m}", date_format(start, "YEAR_MONTH_FORMAT")) for start in starts[::-1]]


def kept_days() -> list[tuple[str, str]]:
    """Days of which it is kept what was outstanding, for a choice."""
    return [(str(day), date_format(day, "SHORT_DATE_FORMAT")) for day in liability.kept_days()]


class ReportFilters(WagtailFilterSet):
    """Filters of the month table, of what is outstanding, and suppositions of the forecast."""

    cost_centre = django_filters.ChoiceFilter(
        label=_("Cost centre"), choices=cost_centres, empty_label=_("all")
    )
    since = django_filters.ChoiceFilter(
        label=_("From month"), choices=months, empty_label=_("the first")
    )
    until = django_filters.ChoiceFilter(
        label=_("To month"), choices=months, empty_label=_("the newest")
    )
    as_of = django_filters.ChoiceFilter(
        label=_("Outstanding at the end of"), choices=kept_days, empty_label=_("today")
    )
    longer = django_filters.NumberFilter(
        label=_("What if points lived longer (months)"),
        validators=[MinValueValidator(0), MaxValueValidator(60)],
        widget=forms.NumberInput(attrs={"min": 0, "max": 60, "step": 1}),
    )
    prices = django_filters.NumberFilter(
        label=_("What if benefits cost (% of today)"),
        validators=[MinValueValidator(25), MaxValueValidator(400)],
        widget=forms.NumberInput(attrs={"min": 25, "max": 400, "step": 5}),
    )

    class Meta:
        model = LiabilityFlow
        fields: list[str] = []


def asked(form: Any) -> dict[str, Any]:
    """What was asked for, as plain values; what is not valid counts as not asked."""
    told = form.cleaned_data if form.is_valid() else getattr(form, "cleaned_data", {})
    centre = told.get("cost_centre") or None
    return {
        "cost_centre": "" if centre == PROGRAMME else centre,
        "since": _month(told.get("since")),
        "until": _month(told.get("until")),
        "as_of": date.fromisoformat(told["as_of"]) if told.get("as_of") else None,
        "longer": int(told.get("longer") or 0),
        "prices": int(told.get("prices") or 100),
    }


def _month(text: str | None) -> date | None:
    return date.fromisoformat(f"{text}-01") if text else None


def shown(rows: Iterable[liability.Month], since: date | None, until: date | None) -> list[Any]:
    """The months in a span, newest first, totals of all cost centres after the rest."""
    kept = [
        row for row in rows
        if (since is None or row.start >= since) and (until is None or row.start <= until)
    ]  # fmt: skip
    return sorted(kept, key=_newest_first)


def _newest_first(row: liability.Month) -> tuple[int, bool, str]:
    return -row.start.toordinal(), row.cost_centre is None, row.cost_centre or ""
