"""The customer's level, badges, and what they are to know in time."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from growth import badges, notices
from growth.api.level_serializers import (
    BadgeSerializer,
    LevelStandingSerializer,
    NoticeSerializer,
    NoticesSeenSerializer,
)
from growth.api.problems import faults
from growth.api.views import CustomerView
from growth.levels import standing as level_standing


class LevelView(CustomerView):
    """The customer's level."""

    @extend_schema(
        operation_id="me_level_retrieve",
        summary="Level and growth value",
        tags=["me"],
        responses={200: LevelStandingSerializer} | faults(401, 429),
    )
    def get(self, request: Request) -> Response:
        """The level, what the next one needs, how long this one is sure, and what keeps it."""
        return Response(LevelStandingSerializer(level_standing.level(self.visitor)).data)


class BadgesView(CustomerView):
    """The customer's badges."""

    @extend_schema(
        operation_id="me_badges_list",
        summary="Badges",
        tags=["me"],
        responses={200: BadgeSerializer(many=True)} | faults(401, 429),
    )
    def get(self, request: Request) -> Response:
        """Badges that the customer holds, newest first."""
        return Response(BadgeSerializer(badges.held(self.visitor.customer_id), many=True).data)


class NoticesView(CustomerView):
    """What the customer is to know in time."""

    @extend_schema(
        operation_id="me_notices_list",
        summary="Notices",
        tags=["me"],
        responses={200: NoticeSerializer(many=True)} | faults(401, 429),
    )
    def get(self, request: Request) -> Response:
        """The most urgent notice of each kind, as things stand now."""
        return Response(NoticeSerializer(notices.of(self.visitor), many=True).data)


class NoticesSeenView(CustomerView):
    """Noting what the customer has seen."""

    @extend_schema(
        operation_id="me_notices_seen",
        summary="Notices have been seen",
        tags=["me"],
        request=NoticesSeenSerializer,
        responses={204: None} | faults(400, 401, 403, 413, 415, 429),
    )
    def post(self, request: Request) -> Response:
        """Safe to repeat; ids that are not the customer's are left alone."""
        given = NoticesSeenSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        notices.mark_seen(customer_id=self.visitor.customer_id, ids=given.validated_data["ids"])
        return Response(status=status.HTTP_204_NO_CONTENT)
