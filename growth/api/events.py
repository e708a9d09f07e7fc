"""``POST /api/v1/events``: bank events, as CloudEvents, one or up to 1,000."""

import logging
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse, JsonResponse
from drf_spectacular.utils import OpenApiRequest, extend_schema
from rest_framework import serializers

from growth import access, bankday, group_commit, intake, ratelimits
from growth.access import Caller
from growth.api.bank import SIGNED_HEADERS, Refused, SignedView, strict_json
from growth.api.problems import faults
from growth.cloudevents import Incoming, Rejected, read_event

logger = logging.getLogger(__name__)

ONE = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
MAX_EVENTS = 1000
MAX_BYTES = 2**20
# Larger batches are stored only, and settled by a job: the answer does not wait for it.
SETTLE_AT_MOST = 50

Row = tuple[int, Any, str, str]  # index, id, code, detail


class CloudEventSerializer(serializers.Serializer):
    """A CloudEvent 1.0; attributes that are not named here are ignored."""

    specversion = serializers.ChoiceField(choices=["1.0"])
    id = serializers.CharField(max_length=256)
    source = serializers.CharField(max_length=512)  # type: ignore[assignment]
    type = serializers.CharField(max_length=128)
    subject = serializers.CharField(max_length=128, help_text="The customer's opaque id.")
    time = serializers.DateTimeField()
    data = serializers.DictField(required=False)  # type: ignore[assignment]


class RejectedEventSerializer(serializers.Serializer):
    """An event that was not taken in."""

    index = serializers.IntegerField()
    id = serializers.CharField(allow_null=True)
    code = serializers.CharField(
        help_text="invalid, future, conflict, personal_data, source, …: stable."
    )
    detail = serializers.CharField()


class AcceptedSerializer(serializers.Serializer):
    """What became of the events. What is accepted survives any crash."""

    accepted = serializers.IntegerField()
    duplicate = serializers.IntegerField()
    rejected = RejectedEventSerializer(many=True)


class EventsView(SignedView):
    """Take in bank events once."""

    scope = access.EVENTS
    content_types = (ONE, BATCH)
    max_bytes = MAX_BYTES

    @extend_schema(
        operation_id="events_create",
        summary="Take in bank events",
        tags=["bank"],
        parameters=SIGNED_HEADERS,
        request={
            ONE: OpenApiRequest(CloudEventSerializer),
            BATCH: OpenApiRequest(CloudEventSerializer(many=True)),
        },
        responses={202: AcceptedSerializer} | faults(400, 401, 403, 411, 413, 415, 429, 503),
    )
    def post(self, request: Any) -> None:
        """Signed, scope `events:write`. Up to 1,000 events and 1 MiB; rejection is per event.

        An event is known by `source` and `id`: again with the same content it is a duplicate,
        with other content it is rejected as a `conflict`.
        """

    def answer(self, caller: Caller, content_type: str, body: bytes) -> HttpResponse:
        """Take in what can be taken in; say of the rest why not."""
        try:
            values = _values(body, content_type)
        except Refused:
            ratelimits.hit("events", caller.client_id)
            raise
        ratelimits.hit("events", caller.client_id, cost=len(values))
        events, places, rejected = _read(values, caller)
        settle = len(values) <= SETTLE_AT_MOST
        outcome = group_commit.take_in(events) if settle else intake.take_in(events, settle=False)
        if outcome.accepted and not settle:
            wake_settling()
        for place, code, detail in outcome.rejected:
            index = places[place]
            rejected.append((index, events[place].event_id, code, detail))
        rows = [
            {"index": index, "id": event_id, "code": code, "detail": detail}
            for index, event_id, code, detail in sorted(rejected, key=lambda row: row[0])
        ]
        told = {"accepted": outcome.accepted, "duplicate": outcome.duplicate, "rejected": rows}
        return JsonResponse(told, status=202)


def _values(body: bytes, content_type: str) -> list[Any]:
    """The events as they came, at least one."""
    value = strict_json(body)
    if content_type == ONE:
        if not isinstance(value, dict):
            raise Refused(400, "malformed", f"The body of {ONE} is one object.")
        return [value]
    if not isinstance(value, list):
        raise Refused(400, "malformed", f"The body of {BATCH} is a list.")
    if not value:
        raise Refused(400, "malformed", "The batch is empty.")
    if len(value) > MAX_EVENTS:
        raise Refused(413, "too_large", f"A batch may have {MAX_EVENTS} events.")
    return value


def _read(values: Sequence[Any], caller: Caller) -> tuple[list[Incoming], list[int], list[Row]]:
    """The good events, their places in the batch, and the rejected ones."""
    events: list[Incoming] = []
    places: list[int] = []
    rejected: list[Row] = []
    now = bankday.instant()
    for index, value in enumerate(values):
        try:
            event = read_event(value, now=now)
            _check_source(event, caller)
        except Rejected as refusal:
            rejected.append((index, _id_of(value), refusal.code, refusal.detail))
        else:
            events.append(event)
            places.append(index)
    return events, places, rejected


def _check_source(event: Incoming, caller: Caller) -> None:
    """A client speaks for its own sources, and takes back events of its own sources."""
    if not caller.may_send_for(event.source):
        raise Rejected("source", "this client may not send events of that source")
    if event.target and not caller.may_send_for(event.target[0]):
        raise Rejected("source", "this client may not take back events of that source")


def _id_of(value: Any) -> str | None:
    """The id to name a rejected event by, where it has one fit to be repeated."""
    event_id = value.get("id") if isinstance(value, dict) else None
    if not isinstance(event_id, str) or len(event_id) > 256:
        return None
    return event_id.encode(errors="replace").decode()


def wake_settling() -> None:
    """Have a worker settle what is stored. Without a broker, the sweeper comes round to it."""
    from growth.jobs import settle_bank_events

    try:
        settle_bank_events.delay()
    except Exception as error:  # any broker has faults of its own; none of them matters here
        logger.warning("settling is left to the sweeper: %s", error)
