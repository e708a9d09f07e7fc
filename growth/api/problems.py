"""Faults as RFC 9457 ``application/problem+json``, with a stable ``code``."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.views import set_rollback

CONTENT_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 5

TITLES = {
    "already_rewarded": gettext_lazy("The reward for that day was given already"),
    "budget_exhausted": gettext_lazy("The budget is used up"),
    "claim_lapsed": gettext_lazy("The time to claim this is over"),
    "conflict": gettext_lazy("That is a conflict"),
    "day_not_missed": gettext_lazy("That day was not missed"),
    "day_too_old": gettext_lazy("That day is too far back"),
    "cross_site": gettext_lazy("The request came from another site"),
    "excluded": gettext_lazy("You are rewarded for nothing here"),
    "forbidden": gettext_lazy("That is not allowed"),
    "idempotency_conflict": gettext_lazy("This key stands for another request"),
    "idempotency_key_invalid": gettext_lazy("The idempotency key is not valid"),
    "idempotency_key_missing": gettext_lazy("An idempotency key is needed"),
    "insufficient_points": gettext_lazy("There are not enough points"),
    "invalid": gettext_lazy("The request is not valid"),
    "length_required": gettext_lazy("The length of the body is needed"),
    "limit_reached": gettext_lazy("The limit is reached"),
    "make_up_undone": gettext_lazy("The make-up for that day was undone"),
    "malformed": gettext_lazy("The request cannot be read"),
    "method_not_allowed": gettext_lazy("This address does not do that"),
    "no_make_ups": gettext_lazy("There are no make-up check-ins here"),
    "not_acceptable": gettext_lazy("There is no answer in that form"),
    "not_authenticated": gettext_lazy("Nobody is signed in"),
    "not_cancellable": gettext_lazy("That cannot be cancelled"),
    "not_eligible": gettext_lazy("This is for other customers"),
    "not_found": gettext_lazy("Not found"),
    "not_on_sale": gettext_lazy("Not on sale"),
    "nothing_to_claim": gettext_lazy("There is nothing to claim"),
    "out_of_stock": gettext_lazy("Out of stock"),
    "price_changed": gettext_lazy("The price has changed"),
    "rate_limited": gettext_lazy("Too many requests"),
    "refused": gettext_lazy("That was refused"),
    "replayed": gettext_lazy("This request was answered before"),
    "scope": gettext_lazy("The client may not do that"),
    "signature": gettext_lazy("The signature was refused"),
    "ticket_refused": gettext_lazy("The ticket was refused"),
    "too_large": gettext_lazy("The request is too large"),
    "unavailable": gettext_lazy("Not available just now"),
    "unsupported_media_type": gettext_lazy("A body of this type is not read here"),
}
_CODES: dict[type, str] = {
    exceptions.AuthenticationFailed: "not_authenticated",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.NotAcceptable: "not_acceptable",
    exceptions.NotAuthenticated: "not_authenticated",
    exceptions.NotFound: "not_found",
    exceptions.ParseError: "malformed",
    exceptions.PermissionDenied: "forbidden",
    exceptions.Throttled: "rate_limited",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
    exceptions.ValidationError: "invalid",
}


class ProblemSerializer(serializers.Serializer):
    """An RFC 9457 problem. ``code`` is stable, ``title`` and ``detail`` are for people."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    instance = serializers.CharField(required=False)


def faults(*statuses: int) -> dict[tuple[int, str], type[ProblemSerializer]]:
    """The faults of an operation, for its ``extend_schema(responses=…)``."""
    return {(status, CONTENT_TYPE): ProblemSerializer for status in statuses}


def problem(
    *, status: int, code: str, detail: str = "", instance: str = "", **extra: Any
) -> dict[str, Any]:
    """A problem as an object."""
    title = str(TITLES.get(code) or HTTPStatus(status).phrase)
    found = {
        "type": f"urn:segment-zones:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail or title,
        "code": code,
    }
    if instance:
        found["instance"] = instance
    return found | extra


def problem_response(
    *,
    status: int,
    code: str,
    detail: str = "",
    headers: Mapping[str, str] | None = None,
    **extra: Any,
) -> JsonResponse:
    """A problem as the answer of a plain Django view."""
    body = problem(status=status, code=code, detail=detail, **extra)
    response = JsonResponse(body, status=status, content_type=CONTENT_TYPE)
    response["Cache-Control"] = "no-store"
    for name, value in (headers or {}).items():
        response[name] = value
    return response


def from_refusal(error: Any) -> JsonResponse:
    """The answer to any refusal that carries ``code``, ``status`` and ``detail``."""
    headers = {}
    if getattr(error, "retry_after", None):
        headers["Retry-After"] = str(error.retry_after)
    return problem_response(
        status=error.status,
        code=error.code,
        detail=str(error.detail),
        headers=headers,
        **getattr(error, "extra", {}),
    )


def unavailable() -> JsonResponse:
    """The database cannot be reached: nothing was done, and trying again is right."""
    return problem_response(
        status=503,
        code="unavailable",
        detail=_("The service is not available just now. Try again soon."),
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )


def problem_handler(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """DRF's exception handler: every fault of the API is a problem."""
    set_rollback()
    if isinstance(error, OperationalError | InterfaceError):
        return unavailable()
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, exceptions.APIException):
        return _from_drf(error)
    if hasattr(error, "code") and hasattr(error, "status") and hasattr(error, "detail"):
        return from_refusal(error)
    return None


def _from_drf(error: exceptions.APIException) -> Response:
    code = _code_of(type(error))
    extra: dict[str, Any] = {}
    detail: Any = error.detail
    if isinstance(error, exceptions.ValidationError):
        extra["errors"] = list(_flat(error.detail))
        detail = _("Some fields are not valid.")
    headers = {}
    if header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    headers["Cache-Control"] = "no-store"
    body = problem(status=error.status_code, code=code, detail=str(detail), **extra)
    return Response(body, status=error.status_code, headers=headers, content_type=CONTENT_TYPE)


def _code_of(kind: type) -> str:
    """Our code for an exception of DRF's, or the one that a subclass of ours names."""
    for base in kind.__mro__:
        if base in _CODES:
            return _CODES[base]
        if "default_code" in vars(base):
            return str(vars(base)["default_code"])
    return "refused"


def _flat(detail: Any, path: str = "") -> Any:
    """Faults of nested fields as (field, detail) rows."""
    if isinstance(detail, Mapping):
        for key, inner in detail.items():
            yield from _flat(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(detail, list):
        for inner in detail:
            yield from _flat(inner, path)
    else:
        yield {"field": path, "detail": str(detail)}


@csrf_exempt
def no_such_address(request: HttpRequest) -> JsonResponse:
    """The answer to every other address below ``/api/``."""
    return problem_response(status=404, code="not_found", detail=_("There is no such address."))
