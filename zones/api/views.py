"""Zones as data, and what their pages report."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from growth import sessions
from growth.api.problems import faults
from growth.api.views import CustomerView
from growth.sessions import Visitor
from zones import pages, queries, tracking
from zones.api.serializers import TrackIn, ZoneDetailOut, ZoneOut
from zones.facts import facts_of
from zones.views import answer


def _answers(status: int, shape: Any, *refusals: int) -> dict[Any, Any]:
    """What an operation answers when it works, and its faults."""
    return {status: shape} | dict(faults(*refusals))


class ZoneView(CustomerView):
    """With a session or without one: zones can be read by everybody."""

    permission_classes = [AllowAny]

    @property
    def guest(self) -> Visitor | None:
        """The customer, if one is signed in."""
        return sessions.current(self.request)


class ZoneList(ZoneView):
    """The visitor's zones."""

    @extend_schema(
        operation_id="zones_list",
        summary="The visitor's zones",
        description="Without a session, or with personalisation off: every zone.",
        responses=_answers(200, ZoneOut(many=True), 401, 429),
    )
    def get(self, request: Request) -> Response:
        """All of them in one answer: there are few."""
        facts = facts_of(request._request, self.guest)
        return Response(ZoneOut(queries.zones_for(self.guest, facts.language), many=True).data)


class ZoneDetail(ZoneView):
    """One zone as data."""

    @extend_schema(
        operation_id="zones_retrieve",
        summary="A zone as data",
        description="Sections and blocks, by the same choice that the page shows.",
        responses=_answers(200, ZoneDetailOut, 401, 404, 429),
    )
    def get(self, request: Request, slug: str) -> HttpResponse:
        """Out of the same cache as the page."""
        shell = pages.zone_json(slug, facts_of(request._request, self.guest))
        return answer(request._request, shell, content_type="application/json")


class Track(ZoneView):
    """What a page's tracker saw."""

    @extend_schema(
        operation_id="track",
        summary="Report what was seen and touched on a page",
        request=TrackIn,
        responses=_answers(204, None, 400, 401, 403, 413, 415, 429),
    )
    def post(self, request: Request) -> Response:
        """Stored once per batch; nothing is answered but that it came."""
        checked = TrackIn(data=request.data)
        checked.is_valid(raise_exception=True)
        tracking.record(
            _batch(checked.validated_data),
            customer_id=self.guest.customer_id if self.guest else None,
        )
        return Response(status=204)


def _batch(data: dict[str, Any]) -> tracking.Batch:
    items = [tracking.Item(**item) for item in data.pop("events")]
    return tracking.Batch(**data, items=items)
