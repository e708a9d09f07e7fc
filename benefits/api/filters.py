"""How the catalogue is filtered."""

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.request import Request

from benefits.models import Benefit
from growth.api.paging import CursorPages


class StrictBooleanField(forms.Field):
    """``true`` or ``false``. Anything else is a fault and not "unknown"."""

    def to_python(self, value: Any) -> bool | None:
        """The value, None where none was given."""
        if not value:
            return None
        if value.lower() not in ("true", "false"):
            raise forms.ValidationError(_("Has to be true or false."))
        return bool(value.lower() == "true")


class StrictBooleanFilter(django_filters.BooleanFilter):
    field_class = StrictBooleanField


class BenefitFilter(django_filters.FilterSet):
    """``affordable`` compares with the points that the view puts on the filter."""

    kind = django_filters.ChoiceFilter(choices=Benefit.Kind.choices)
    city = django_filters.CharFilter(lookup_expr="iexact", max_length=80)
    max_price = django_filters.NumberFilter(
        field_name="price", lookup_expr="lte", min_value=0, max_value=2**31 - 1, decimal_places=0
    )
    affordable = StrictBooleanFilter(
        method="filter_affordable", help_text="Only what the customer's points are enough for."
    )
    search = django_filters.CharFilter(
        field_name="search_text",
        lookup_expr="icontains",
        max_length=100,
        help_text="Part of a name or a description, in any language.",
    )

    class Meta:
        model = Benefit
        fields = ["kind", "city", "max_price", "affordable", "search"]

    def filter_affordable(
        self, queryset: QuerySet[Benefit], name: str, value: bool
    ) -> QuerySet[Benefit]:
        """What costs at most (or, when false, more than) the customer's points."""
        points = self.request.points if self.request else 0
        return queryset.filter(price__lte=points) if value else queryset.filter(price__gt=points)


def refuse_unknown(request: Request) -> None:
    """Refuse a parameter that means nothing: a misspelt filter would show everything."""
    pages = (CursorPages.cursor_query_param, CursorPages.page_size_query_param)
    known = {*BenefitFilter.base_filters, *pages, "ordering"}
    if unknown := sorted(name[:40] for name in set(request.query_params) - known):
        raise exceptions.ValidationError({name: [_("Is not known here.")] for name in unknown})
