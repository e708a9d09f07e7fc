"""The customer's statements."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from growth import statements
from growth.api.problems import faults
from growth.api.serializers import SourceSerializer
from growth.api.views import CustomerView
from growth.models import PointsTransfer


class StatementEntrySerializer(serializers.Serializer):
    """Points in or out, with what was there after it."""

    id = serializers.IntegerField()
    day = serializers.DateField()
    points = serializers.IntegerField(help_text="Signed: what came in is positive.")
    kind = serializers.CharField(help_text=", ".join(PointsTransfer.Kind.values))
    title = serializers.CharField(source="what")
    balance = serializers.IntegerField()
    source = SourceSerializer()  # type: ignore[assignment]


class StatementExpirySerializer(serializers.Serializer):
    points = serializers.IntegerField()
    on = serializers.DateField(help_text="The first day on which they can no longer be spent.")


class StatementSerializer(serializers.Serializer):
    """A month in points: opening, what came in and went out, closing."""

    month = serializers.CharField(source="code")
    begins = serializers.DateField(source="month")
    ends = serializers.DateField(source="last", help_text="Today while the month is not over.")
    complete = serializers.BooleanField(source="whole")
    opening = serializers.IntegerField()
    entries = StatementEntrySerializer(many=True)
    closing = serializers.IntegerField()
    expiring = StatementExpirySerializer(many=True)


class StatementView(CustomerView):
    """A month's statement of points."""

    @extend_schema(
        operation_id="me_points_statement",
        summary="A month's statement of points",
        tags=["me"],
        responses={200: StatementSerializer} | faults(401, 404, 429),
    )
    def get(self, request: Request, month: str, **kwargs: Any) -> Response:
        """Opening balance, every entry, closing balance; ``month`` is written ``2026-10``."""
        found = statements.statement(
            customer_id=self.visitor.customer_id, month=statements.month_of(month)
        )
        return Response(StatementSerializer(found).data)
