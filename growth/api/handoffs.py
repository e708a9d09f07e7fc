"""The bank's side of customers' sessions: tickets, and signing a customer out."""

import re
from typing import Any

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from growth import access, ratelimits, sessions
from growth.access import Caller
from growth.api.bank import SIGNED_HEADERS, Refused, SignedView, strict_object
from growth.api.problems import faults
from growth.paths import DEFAULT, is_own_path
from growth.times import instant

_CHANNEL = re.compile(r"[A-Za-z0-9._-]{1,40}", re.ASCII)


class HandoffSerializer(serializers.Serializer):
    """Who is to be signed in, through which channel, and where they go."""

    customer_id = serializers.CharField(max_length=128)
    channel = serializers.RegexField(r"^[A-Za-z0-9._-]{1,40}$")
    next = serializers.CharField(
        max_length=500, required=False, default=DEFAULT, help_text="A path of this site."
    )


class TicketSerializer(serializers.Serializer):
    """A ticket, good once and for 60 seconds. It must not stand in a request line."""

    ticket = serializers.CharField()
    url = serializers.URLField(help_text="The ticket is its fragment; the page posts it.")
    expires_at = serializers.DateTimeField()


class CustomerIdSerializer(serializers.Serializer):
    """A customer."""

    customer_id = serializers.CharField(max_length=128)


class HandoffsView(SignedView):
    """Issue one-time tickets."""

    scope = access.HANDOFFS

    @extend_schema(
        operation_id="handoffs_create",
        summary="Get a ticket that signs a customer in",
        tags=["bank"],
        parameters=SIGNED_HEADERS,
        request=HandoffSerializer,
        responses={201: TicketSerializer}
        | faults(400, 401, 403, 404, 409, 411, 413, 415, 429, 503),
    )
    def post(self, request: Any) -> None:
        """Signed, scope `handoffs:write`. Open the webview with `POST /handoff/` and the body
        `ticket=…`, or open `url`.
        """

    def answer(self, caller: Caller, content_type: str, body: bytes) -> HttpResponse:
        """A ticket for a customer we know."""
        ratelimits.hit("handoffs", caller.client_id)
        facts = strict_object(body, required={"customer_id", "channel"}, optional={"next"})
        next_path = facts.get("next", DEFAULT)
        if not _CHANNEL.fullmatch(facts["channel"]):
            raise Refused(400, "invalid", "channel: 1 to 40 letters, digits, dots, - and _.")
        if not is_own_path(next_path):
            raise Refused(400, "invalid", "next: must be a path of this site.")
        issued = sessions.issue_ticket(
            customer_ref=facts["customer_id"],
            channel=facts["channel"],
            next_path=next_path,
            client_id=caller.pk,
            request_id=self.request_id,
        )
        told = {
            "ticket": issued.ticket,
            "url": f"{settings.BASE_URL}/handoff/#{issued.ticket}",
            "expires_at": instant(issued.expires_at),
        }
        return JsonResponse(told, status=201, headers={"Cache-Control": "no-store"})


class SignOutView(SignedView):
    """End the sessions of a customer."""

    scope = access.HANDOFFS

    @extend_schema(
        operation_id="sign_outs_create",
        summary="Sign a customer out everywhere",
        tags=["bank"],
        parameters=SIGNED_HEADERS,
        request=CustomerIdSerializer,
        responses={204: None} | faults(400, 401, 403, 404, 409, 411, 413, 415, 429, 503),
    )
    def post(self, request: Any) -> None:
        """Signed, scope `handoffs:write`. Sessions and unused tickets end at once."""

    def answer(self, caller: Caller, content_type: str, body: bytes) -> HttpResponse:
        """Nothing is left of the customer's sessions."""
        ratelimits.hit("handoffs", caller.client_id)
        facts = strict_object(body, required={"customer_id"}, optional=set())
        sessions.end_all(
            customer_ref=facts["customer_id"], client_id=caller.pk, request_id=self.request_id
        )
        return HttpResponse(status=204)
