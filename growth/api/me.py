"""The customer's own things: one view per operation, over queries and verbs."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view, inline_serializer
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from growth import claims, preferences, queries, registry, streaks, taskboard
from growth.api.paging import CursorPages
from growth.api.problems import faults
from growth.api.serializers import (
    ClaimedSerializer,
    EntrySerializer,
    MadeUpSerializer,
    MakeUpSerializer,
    MeSerializer,
    PointsSerializer,
    SettingsSerializer,
    TaskSerializer,
)
from growth.api.views import CustomerView
from growth.levels import standing as level_standing
from growth.models import PointsTransfer, TaskCompletion


class MeView(CustomerView):
    """The customer at a glance."""

    @extend_schema(
        operation_id="me_retrieve",
        summary="The customer at a glance",
        tags=["me"],
        responses={200: MeSerializer} | faults(401, 429),
    )
    def get(self, request: Request) -> Response:
        """Level, points, zones and settings."""
        visitor = self.visitor
        slugs = [slug for read in registry.zone_slugs for slug in read(visitor)]
        return Response(
            {
                "customer_id": visitor.ref,
                "level": {"code": visitor.level, "name": level_standing.level_name(visitor.level)},
                "points": queries.available_points(visitor.customer_id),
                "zones": slugs,
                "settings": {
                    "personalised": visitor.personalised,
                    "large_text": visitor.large_text,
                    "language": visitor.language,
                },
            }
        )


class SettingsView(CustomerView):
    """What the customer chooses."""

    @extend_schema(
        operation_id="me_settings_update",
        summary="Change settings",
        tags=["me"],
        request=SettingsSerializer,
        responses={200: SettingsSerializer} | faults(400, 401, 403, 413, 415, 429),
    )
    def patch(self, request: Request) -> Response:
        """Only the fields that are sent; answers with all of them."""
        changes = SettingsSerializer(data=request.data, partial=True)
        changes.is_valid(raise_exception=True)
        chosen = preferences.change_settings(
            customer_id=self.visitor.customer_id, changes=changes.validated_data
        )
        return Response(chosen)


class PointsView(CustomerView):
    """The customer's points."""

    @extend_schema(
        operation_id="me_points_retrieve",
        summary="Points",
        tags=["me"],
        responses={200: PointsSerializer} | faults(401, 429),
    )
    def get(self, request: Request) -> Response:
        """What can be spent now, and what expires when."""
        return Response(PointsSerializer(queries.points(self.visitor.customer_id)).data)


@extend_schema_view(
    get=extend_schema(
        operation_id="me_points_entries_list",
        summary="Points in and out",
        tags=["me"],
        responses={200: EntrySerializer(many=True)} | faults(401, 404, 429),
    )
)
class EntriesView(CustomerView, generics.ListAPIView):
    """Points in and out, newest first."""

    serializer_class = EntrySerializer
    pagination_class = CursorPages
    filter_backends = []
    queryset = PointsTransfer.objects.none()

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A page, with its sources read together."""
        page = self.paginate_queryset(queries.entries(self.visitor.customer_id)) or []
        context = {**self.get_serializer_context(), "sources": queries.sources(page)}
        return self.get_paginated_response(EntrySerializer(page, many=True, context=context).data)


class TasksView(CustomerView):
    """The customer's tasks."""

    @extend_schema(
        operation_id="me_tasks_list",
        summary="Tasks, and how far they are",
        tags=["me"],
        responses={200: TaskSerializer(many=True)} | faults(401, 429),
    )
    def get(self, request: Request) -> Response:
        """Tasks open to this customer, and those completed before."""
        return Response(TaskSerializer(taskboard.tasks(self.visitor), many=True).data)


class ClaimView(CustomerView):
    """Claiming a completed task's reward."""

    @extend_schema(
        operation_id="me_tasks_claim",
        summary="Claim what a task has brought",
        tags=["me"],
        request=inline_serializer("ClaimIn", {}),
        responses={200: ClaimedSerializer} | faults(401, 403, 404, 409, 429),
    )
    def post(self, request: Request, code: str) -> Response:
        """Posts all that is unclaimed, once: a second claim finds nothing (409)."""
        rows = claims.claim_task(customer_id=self.visitor.customer_id, code=code)
        posted = [row for row in rows if row.status == TaskCompletion.Status.POSTED]
        refused = [row for row in rows if row.status == TaskCompletion.Status.REFUSED]
        return Response(
            {
                "code": code,
                "posted": len(posted),
                "refused": len(refused),
                "reasons": sorted({_REFUSED.get(row.reason, "other") for row in refused}),
                "held": sum(row.status == TaskCompletion.Status.PENDING for row in rows),
                "points": sum(row.points for row in posted),
                "growth": sum(row.growth for row in posted),
            }
        )


# What a customer is told of a refusal; what guards against abuse is never told.
_REFUSED = {
    "per_customer": "per_customer",
    "completions_a_day": "completions_a_day",
    "completions": "used_up",
    "points": "used_up",
    "budget_exhausted": "used_up",
}


class MakeUpsView(CustomerView):
    """Making up for a missed day of a streak."""

    @extend_schema(
        operation_id="me_tasks_make_up",
        summary="Make up for a missed day of a streak",
        tags=["me"],
        request=MakeUpSerializer,
        responses={200: MadeUpSerializer} | faults(400, 401, 403, 404, 409, 413, 415, 429),
    )
    def post(self, request: Request, code: str) -> Response:
        """Takes the price in points, once for each day: the same day again is the same answer."""
        wanted = MakeUpSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        done = streaks.make_up_check_in(
            customer_id=self.visitor.customer_id, task=code, day=wanted.validated_data["day"]
        )
        return Response(MadeUpSerializer(done).data)
