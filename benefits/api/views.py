"""The customer's benefits: one view per operation, over verbs and queries."""

import io
import re
import uuid
from collections.abc import Iterable
from typing import Any

import segno
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import exceptions, generics
from rest_framework.filters import OrderingFilter
from rest_framework.request import Request
from rest_framework.response import Response
from wagtail.images import get_image_model

from benefits import queries, redemption
from benefits.api.filters import BenefitFilter, refuse_unknown
from benefits.api.serializers import (
    PICTURE,
    MyRedemptionOut,
    OfferOut,
    RedeemIn,
    RedemptionOut,
)
from benefits.errors import (
    BenefitNotFound,
    IdempotencyKeyInvalid,
    IdempotencyKeyMissing,
    RedemptionNotFound,
)
from benefits.models import Benefit, Redemption
from growth import bankday
from growth.api.paging import CursorPages
from growth.api.problems import faults
from growth.api.views import CustomerView

MAX_KEY = 255
_KEY = re.compile(r"[\x21-\x2b\x2d-\x7e]+")  # printable ASCII, no space and no comma


class CatalogueOrdering(OrderingFilter):
    """``position`` is the operators' order; the id makes every order total."""

    ordering_description = "position, price, or id (age); a minus in front turns it round."

    def get_valid_fields(self, queryset: Any, view: Any, context: Any = None) -> list[Any]:
        """By what customers may order, with what they read."""
        return [("position", "position"), ("price", "price"), ("id", "newest")]

    def remove_invalid_fields(
        self, queryset: Any, fields: Iterable[str], view: Any, request: Request
    ) -> list[str]:
        """Refuses what nothing can be ordered by, where the framework would leave it out."""
        known = [name for name, _label in self.get_valid_fields(queryset, view)]
        if any(term.removeprefix("-") not in known for term in fields):
            fault = _("Has to be one of %(names)s.") % {"names": ", ".join(known)}
            raise exceptions.ValidationError({self.ordering_param: [fault]})
        return list(fields)

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> list[str]:
        """The wanted order, then position and id."""
        wanted = list(super().get_ordering(request, queryset, view) or [])
        names = {term.lstrip("-") for term in wanted}
        return wanted + [term for term in ("position", "id") if term not in names]


class CataloguePages(CursorPages):
    """Cursor pages in the order that the request asks for."""

    ordering: Any = ("position", "id")


@extend_schema_view(
    get=extend_schema(
        operation_id="benefits_list",
        summary="What this customer may see",
        responses={200: OfferOut(many=True)} | faults(400, 401, 404, 429, 503),
    )
)
class BenefitList(CustomerView, generics.ListAPIView):
    """Benefits on sale for this customer, each with whether it can be redeemed now."""

    serializer_class = OfferOut
    filterset_class = BenefitFilter
    filter_backends: list[Any] = [DjangoFilterBackend, CatalogueOrdering]
    pagination_class = CataloguePages
    queryset = Benefit.objects.none()

    def get_queryset(self) -> QuerySet[Benefit]:
        """The customer's catalogue; pictures come with their renditions in one query."""
        if getattr(self, "swagger_fake_view", False):
            return Benefit.objects.none()
        pictures = get_image_model().objects.prefetch_renditions(PICTURE)
        return queries.catalogue(self.visitor, self.today).prefetch_related(
            Prefetch("picture", queryset=pictures)
        )

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One page of offers."""
        refuse_unknown(request)
        self.today = bankday.today()
        points = queries.spendable_points(self.visitor.customer_id, self.today)
        request.points = points  # type: ignore[attr-defined]  # for the filter ``affordable``
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        offers = queries.offers(self.visitor, page or [], points=points, today=self.today)
        return self.get_paginated_response(self.get_serializer(offers, many=True).data)


class Redeem(CustomerView):
    """Pays points for a benefit."""

    @extend_schema(
        operation_id="benefits_redeem",
        summary="Redeem a benefit",
        request=RedeemIn,
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                str,
                OpenApiParameter.HEADER,
                required=True,
                description=(
                    "1 to 255 printable ASCII characters without spaces and commas, fresh for each "
                    "redemption. The same key with the same request answers what the first one "
                    "answered, with 200; with another request it is refused, idempotency_conflict. "
                    "A refusal leaves nothing behind: its key may be tried again."
                ),
            )
        ],
        responses={200: RedemptionOut, 201: RedemptionOut}
        | faults(400, 401, 403, 404, 409, 413, 415, 422, 429, 503),
    )
    def post(self, request: Request, code: str) -> Response:
        """Debit, stock and redemption are one transaction; the answer is durable."""
        key = _idempotency_key(request)
        wanted = RedeemIn(data=request.data if request.data != "" else {})
        wanted.is_valid(raise_exception=True)
        made = redemption.redeem(
            customer_id=self.visitor.customer_id,
            benefit_code=_benefit_code(code),
            key=key,
            expected_price=wanted.validated_data.get("expected_points"),
        )
        return Response(RedemptionOut(made.redemption).data, status=201 if made.created else 200)


class MyRedemptionPages(CursorPages):
    """Newest first."""

    ordering: Any = ("-created_at", "-id")


@extend_schema_view(
    get=extend_schema(
        operation_id="me_redemptions_list",
        summary="The customer's redemptions, newest first",
        responses={200: MyRedemptionOut(many=True)} | faults(400, 401, 404, 429, 503),
    )
)
class MyRedemptions(CustomerView, generics.ListAPIView):
    """What the customer redeemed and was given."""

    serializer_class = MyRedemptionOut
    pagination_class = MyRedemptionPages
    filter_backends: list[Any] = []
    queryset = Redemption.objects.none()

    def get_queryset(self) -> QuerySet[Redemption]:
        """Only the customer's own."""
        if getattr(self, "swagger_fake_view", False):
            return Redemption.objects.none()
        return queries.redemptions(self.visitor.customer_id)

    def get_serializer_context(self) -> dict[str, Any]:
        """With the bank day, asked for once."""
        return {**super().get_serializer_context(), "today": bankday.today()}


class MyRedemption(CustomerView):
    """One of the customer's redemptions."""

    @extend_schema(
        operation_id="me_redemptions_read",
        summary="One redemption",
        responses={200: MyRedemptionOut} | faults(401, 404, 429, 503),
    )
    def get(self, request: Request, redemption_id: str) -> Response:
        """Somebody else's is not found."""
        return _answer(queries.redemption(self.visitor.customer_id, _uuid(redemption_id)))


class CancelRedemption(CustomerView):
    """Undoes a redemption."""

    @extend_schema(
        operation_id="me_redemptions_cancel",
        summary="Cancel an unused redemption; the points come back",
        request=None,
        responses={200: MyRedemptionOut} | faults(401, 403, 404, 409, 429, 503),
    )
    def post(self, request: Request, redemption_id: str) -> Response:
        """The points go back into the lots that they came from."""
        undone = redemption.cancel(
            customer_id=self.visitor.customer_id, redemption_id=_uuid(redemption_id)
        )
        return _answer(undone)


class RedemptionQr(CustomerView):
    """The code as a picture."""

    @extend_schema(
        operation_id="me_redemptions_qr",
        summary="The code as a QR picture",
        responses={(200, "image/svg+xml"): OpenApiTypes.BINARY} | faults(401, 404, 429, 503),
    )
    def get(self, request: Request, redemption_id: str) -> HttpResponse:
        """Only while the code can be used."""
        found = queries.redemption(self.visitor.customer_id, _uuid(redemption_id))
        code = queries.shown_code(found)
        if code is None or not queries.is_open(found, bankday.today()):
            raise RedemptionNotFound
        picture = io.BytesIO()
        segno.make(code, error="m", micro=False).save(
            picture, kind="svg", scale=8, border=4, light="#fff", omitsize=True
        )
        return HttpResponse(picture.getvalue(), content_type="image/svg+xml")


def _answer(found: Redemption) -> Response:
    return Response(MyRedemptionOut(found, context={"today": bankday.today()}).data)


def _idempotency_key(request: Request) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not key.strip():
        raise IdempotencyKeyMissing
    if len(key) > MAX_KEY or not _KEY.fullmatch(key):
        raise IdempotencyKeyInvalid
    return key


def _benefit_code(code: str) -> str:
    if "\x00" in code:
        raise BenefitNotFound
    return code


def _uuid(text: str) -> uuid.UUID:
    """Text that is no id is nobody's redemption."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise RedemptionNotFound from None
