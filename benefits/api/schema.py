"""The problems of these operations, as the OpenAPI document shows them."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

_MEANING = {
    400: "Malformed: idempotency_key_missing, idempotency_key_invalid, malformed, invalid",
    401: "No customer is signed in",
    404: "not_found: there is none, or it is another customer's",
    409: (
        "Refused: insufficient_points, out_of_stock, limit_reached, not_eligible, not_on_sale, "
        "price_changed (with price), not_cancellable"
    ),
    415: "Not JSON",
    422: "idempotency_conflict: the key stands for another request",
    429: "rate_limited",
}


class BenefitProblem(serializers.Serializer):
    """RFC 9457, with the stable ``code``."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()


def problems(*statuses: int) -> dict[Any, OpenApiResponse]:
    """Responses of ``application/problem+json`` by status."""
    return {
        (status, "application/problem+json"): OpenApiResponse(BenefitProblem, _MEANING[status])
        for status in statuses
    }
