"""“Why”: a customer and a task explained, to the bank's support and to the customer."""

from typing import Any, ClassVar

from django.http import HttpResponse, JsonResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from growth import access, ratelimits
from growth.access import Caller
from growth.api.bank import SIGNED_HEADERS, SignedReadView
from growth.api.problems import faults
from growth.api.views import CustomerView
from growth.errors import NotFound
from growth.explain import Explanation, explain
from growth.explain import words as explain_words
from growth.models import Customer
from growth.times import instant


class ConditionSerializer(serializers.Serializer):
    """A condition of the live version; ``facts`` hold the value that decides."""

    code = serializers.CharField(
        help_text="live, starts, ends, audience, prerequisite, chosen, limit, budget, excluded"
    )
    met = serializers.BooleanField()
    facts = serializers.DictField()


class BecameSerializer(serializers.Serializer):
    """The status of a completion, and why it was refused or held back."""

    status = serializers.CharField()
    reason = serializers.CharField()


class JudgedEventSerializer(serializers.Serializer):
    """A stored event: whether it counted, and if not, why not (a stable code)."""

    source = serializers.CharField()  # type: ignore[assignment]
    id = serializers.CharField()
    type = serializers.CharField()
    time = serializers.DateTimeField()
    counted = serializers.BooleanField()
    code = serializers.CharField(
        help_text=(
            "reversed, waiting, other_version, undone, outside_window, not_in_audience,"
            " before_prerequisite, wrong_field, field_missing, counted_already,"
            " completed_already, period_done, day_done, adds_nothing, implausible; or empty"
        )
    )
    facts = serializers.DictField(
        help_text=(
            "The values that decided, by code. `missed_days`: so many days without an event, and"
            " a row of days began anew with this one."
        )
    )
    version = serializers.IntegerField(allow_null=True)
    completed = serializers.IntegerField()
    became = BecameSerializer(many=True, help_text="What became of what it completed.")


class FateSerializer(serializers.Serializer):
    """What became of a completion."""

    day = serializers.DateField()
    status = serializers.CharField(
        help_text="posted, pending, claimable, lapsed, refused or reversed"
    )
    reason = serializers.CharField()
    points = serializers.IntegerField()
    growth = serializers.IntegerField()
    benefit = serializers.CharField()
    times = serializers.IntegerField()
    version = serializers.IntegerField()
    posted_on = serializers.DateField(allow_null=True)
    claim_by = serializers.DateField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    event = serializers.DictField(help_text="`source` and `id` of the completing event.")


class WhySerializer(serializers.Serializer):
    """A customer and a task. The newest 500 events are told."""

    customer_id = serializers.CharField()
    task = serializers.CharField()
    kind = serializers.CharField()
    status = serializers.CharField(
        help_text=(
            "claimable, completed, paused, not_live, not_yet, ended, locked, not_for or open"
        )
    )
    version = serializers.IntegerField(allow_null=True)
    progress = serializers.DictField(help_text="`current` and `target`.")
    conditions = ConditionSerializer(many=True)
    events = JudgedEventSerializer(many=True)
    more_events = serializers.IntegerField(help_text="Older events that are not told.")
    completions = FateSerializer(many=True)


class MyWhySerializer(serializers.Serializer):
    """Why a task stands where it stands, in sentences for the customer."""

    code = serializers.CharField()
    lines = serializers.ListField(child=serializers.CharField())


class WhyView(SignedReadView):
    """Explain a customer's task to the bank's support."""

    scope: ClassVar[str] = access.SUPPORT

    @extend_schema(
        operation_id="customers_tasks_why_retrieve",
        summary="Why a task of a customer stands where it stands",
        tags=["bank"],
        parameters=SIGNED_HEADERS,
        responses={200: WhySerializer} | faults(401, 403, 404, 429, 503),
    )
    def get(self, request: Any) -> None:
        """Signed, scope `support:read`. There is no body: sign the path (with its query, if any)
        in its place.
        """

    def answer(self, caller: Caller, content_type: str, body: bytes) -> HttpResponse:
        """Each condition, each event and each completion."""
        ratelimits.hit("support", caller.client_id)
        customer = Customer.objects.filter(ref=self.kwargs["ref"]).first()
        if customer is None:
            raise NotFound("There is no such customer.")
        answer = JsonResponse(_told(customer.ref, explain(customer.pk, self.kwargs["code"])))
        answer["Cache-Control"] = "private, no-store"
        return answer


class MyWhyView(CustomerView):
    """Why a task of one's own stands where it stands."""

    @extend_schema(
        operation_id="me_tasks_why_retrieve",
        summary="Why a task stands where it stands",
        tags=["me"],
        responses={200: MyWhySerializer} | faults(401, 404, 429),
    )
    def get(self, request: Request, code: str) -> Response:
        """Short sentences in the customer's language."""
        told = explain(self.visitor.customer_id, code)
        return Response({"code": code, "lines": explain_words.lines(told)})


def _told(ref: str, found: Explanation) -> dict[str, Any]:
    return {
        "customer_id": ref,
        "task": found.task,
        "kind": found.kind,
        "status": found.status,
        "version": found.version,
        "progress": {"current": _number(found.current), "target": _number(found.target)},
        "conditions": [
            {"code": each.code, "met": each.met, "facts": dict(each.facts)}
            for each in found.conditions
        ],
        "events": [
            {
                "source": each.source,
                "id": each.event_id,
                "type": each.type,
                "time": instant(each.time),
                "counted": each.counted,
                "code": each.code,
                "facts": dict(each.facts),
                "version": each.version,
                "completed": each.completed,
                "became": [became._asdict() for became in each.became],
            }
            for each in found.events
        ],
        "more_events": found.more_events,
        "completions": [
            {
                **{name: getattr(each, name) for name in _FATE},
                "event": {"source": each.source, "id": each.event_id},
            }
            for each in found.fates
        ],
    }


_FATE = (
    "day", "status", "reason", "points", "growth", "benefit", "times", "version", "posted_on",
    "claim_by", "due_on",
)  # fmt: skip


def _number(value: Any) -> int | float:
    return int(value) if value == int(value) else float(value)
