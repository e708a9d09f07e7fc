"""How the catalogue is filtered."""

import django_filters
from django.db.models import QuerySet

from benefits.models import Benefit


class BenefitFilter(django_filters.FilterSet):
    """``affordable`` compares with the points that the view puts on the filter."""

    kind = django_filters.ChoiceFilter(choices=Benefit.Kind.choices)
    city = django_filters.CharFilter(lookup_expr="iexact", max_length=80)
    max_price = django_filters.NumberFilter(
        field_name="price", lookup_expr="lte", min_value=0, max_value=2**31 - 1, decimal_places=0
    )
    affordable = django_filters.BooleanFilter(
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
