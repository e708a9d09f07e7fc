"""Sessions by token, where cookies cannot be relied on; and signing out."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from growth import sessions
from growth.api.auth import CrossSite, is_cross_site
from growth.api.parsers import StrictJSONParser
from growth.api.problems import faults
from growth.api.serializers import AccessTokenSerializer, TicketInSerializer
from growth.api.views import CustomerView
from growth.times import instant


class SessionsView(APIView):
    """Exchange a ticket for an access token."""

    authentication_classes: list[Any] = []
    permission_classes: list[Any] = []
    parser_classes = [StrictJSONParser]

    @extend_schema(
        operation_id="sessions_create",
        summary="Exchange a ticket for an access token",
        tags=["sessions"],
        auth=[],
        request=TicketInSerializer,
        responses={201: AccessTokenSerializer} | faults(400, 401, 403, 413, 415),
    )
    def post(self, request: Request) -> Response:
        """For webviews that lose cookies. The ticket is good once; an earlier session ends."""
        if is_cross_site(request):
            raise CrossSite
        given = TicketInSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        opened = sessions.open_session(
            ticket=given.validated_data["ticket"], earlier=_token(request)
        )
        told = {
            "access_token": opened.token,
            "token_type": "Bearer",
            "expires_at": instant(opened.expires_at),
        }
        return Response(told, status=201, headers={"Cache-Control": "no-store"})


class CurrentSessionView(CustomerView):
    """The session that asks."""

    @extend_schema(
        operation_id="sessions_end",
        summary="Sign out",
        tags=["sessions"],
        responses={204: None} | faults(401, 403, 429),
    )
    def delete(self, request: Request) -> Response:
        """Ends this session and drops its cookie."""
        sessions.end(token=_token(request))
        response = Response(status=204)
        response.delete_cookie(sessions.cookie_name(), path="/", samesite="Lax")
        return response


def _token(request: Request) -> str:
    """The token that came with the request, by whichever way."""
    return sessions.bearer_token(request._request) or sessions.cookie_token(request._request)
