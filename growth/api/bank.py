"""The bank's side of the API: requests that a system of the bank has signed.

These views go round DRF's request machinery, of which a signed request needs nothing: the raw
bytes are what was signed. DRF describes them all the same.
"""

import logging
from abc import ABC, abstractmethod
from typing import Any, ClassVar

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.views import APIView

from growth import access, webhooks
from growth.access import Caller
from growth.api.auth import BankSignature
from growth.api.problems import from_refusal, problem_response, unavailable
from growth.errors import GrowthError
from growth.values import BadJson, check_json, parse_json

logger = logging.getLogger(__name__)

MAX_DIGITS = 10  # of a Content-Length worth reading as a number
# A client that is still sending reads no answer, only that its connection broke. So what is too
# large is read and dropped before the refusal, piece by piece and not without end.
MAX_DRAINED = 16 * 2**20
PIECE = 64 * 1024
SIGNED_HEADERS = [
    OpenApiParameter(
        name, OpenApiTypes.STR, OpenApiParameter.HEADER, required=True, description=description
    )
    for name, description in (
        ("X-Client-Id", "Id of the API client."),
        ("webhook-id", "Id of this request: letters, digits, - and _, at most 64."),
        ("webhook-timestamp", "Unix time of this attempt, within 300 seconds of ours."),
    )
]


class Refused(GrowthError):
    """A request of the bank that is refused as a whole."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code = status, code


class SignedView(APIView, ABC):
    """A POST by a system of the bank. Subclasses define ``answer`` and describe ``post``."""

    authentication_classes = [BankSignature]
    permission_classes = []
    scope: ClassVar[str]
    content_types: ClassVar[tuple[str, ...]] = ("application/json",)
    max_bytes: ClassVar[int] = 64 * 1024
    method: ClassVar[str] = "POST"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Check everything about the request but its meaning, then answer it."""
        if request.method != self.method:
            detail, allow = f"{request.method} is not for this address.", {"Allow": self.method}
            return problem_response(
                status=405, code="method_not_allowed", detail=detail, headers=allow
            )
        try:
            content_type = self._content_type(request)
            caller, body = self._signed(request)
            return self.answer(caller, content_type, body)
        except webhooks.SignatureRefused as error:
            response = from_refusal(error)
            response["WWW-Authenticate"] = "StandardWebhooks"
            return response
        except GrowthError as error:
            return from_refusal(error)
        except (OperationalError, InterfaceError):
            logger.exception("the database did not answer")
            return unavailable()

    @property
    def request_id(self) -> str:
        """The id that the client gave to this request; the signature covers it."""
        return str(self.request.META["HTTP_WEBHOOK_ID"])

    @abstractmethod
    def answer(self, caller: Caller, content_type: str, body: bytes) -> HttpResponse:
        """Do what the signed body asks for."""

    def _content_type(self, request: HttpRequest) -> str:
        kind, _, parameters = request.META.get("CONTENT_TYPE", "").partition(";")
        kind = kind.strip().lower()
        charset = parameters.strip().lower().replace('"', "")
        if kind not in self.content_types or charset not in ("", "charset=utf-8"):
            expected = " or ".join(self.content_types)
            raise Refused(415, "unsupported_media_type", f"The body has to be {expected}.")
        if request.META.get("HTTP_CONTENT_ENCODING", "identity").lower() not in ("", "identity"):
            raise Refused(415, "unsupported_media_type", "The body has to come uncompressed.")
        return kind

    def _signed(self, request: HttpRequest) -> tuple[Caller, bytes]:
        body = self._body(request)
        caller = access.caller(request.META.get("HTTP_X_CLIENT_ID", ""))
        if caller is None:
            raise webhooks.SignatureRefused
        webhooks.verify(
            caller.keys,
            message_id=request.META.get("HTTP_WEBHOOK_ID", ""),
            timestamp=request.META.get("HTTP_WEBHOOK_TIMESTAMP", ""),
            signature=request.META.get("HTTP_WEBHOOK_SIGNATURE", ""),
            body=body,
        )
        if self.scope not in caller.scopes:
            raise Refused(403, "scope", f"This client has no scope {self.scope}.")
        return caller, body

    def _body(self, request: HttpRequest) -> bytes:
        """The raw body; its size is known before any of it is kept."""
        length = request.META.get("CONTENT_LENGTH") or ""
        if not length and request.META.get("HTTP_TRANSFER_ENCODING"):
            raise Refused(411, "length_required", "Send Content-Length.")
        number = length.isascii() and length.isdigit()
        if number and (len(length) > MAX_DIGITS or int(length) > self.max_bytes):
            _drain(request)
            raise Refused(413, "too_large", f"The body may have {self.max_bytes} bytes.")
        try:
            return request.body
        except OSError:
            raise Refused(400, "malformed", "The body did not come whole.") from None


class SignedReadView(SignedView):
    """A GET by a system of the bank. It has no body: what is signed in its place is the path.

    So a signature is good for what it was made for, and for nothing else.
    """

    method = "GET"

    def _content_type(self, request: HttpRequest) -> str:
        return ""

    def _body(self, request: HttpRequest) -> bytes:
        return request.get_full_path().encode()


def _drain(request: HttpRequest) -> None:
    """Read up to ``MAX_DRAINED`` bytes of the body and keep none."""
    left = MAX_DRAINED
    try:
        while left > 0 and (piece := request.read(min(PIECE, left))):
            left -= len(piece)
    except OSError:
        pass  # nobody is there to read the answer


def strict_json(body: bytes) -> Any:
    """The body as a value. Raises Refused for what is not strict JSON in UTF-8."""
    try:
        return parse_json(body.decode())
    except (BadJson, UnicodeDecodeError) as error:
        raise Refused(400, "malformed", f"The body is not good JSON: {error}"[:300]) from None


def strict_object(body: bytes, *, required: set[str], optional: set[str]) -> dict[str, str]:
    """The body as an object of these texts, all of them known. Raises Refused otherwise."""
    value = strict_json(body)
    if not isinstance(value, dict):
        raise Refused(400, "malformed", "The body has to be an object.")
    if unknown := sorted(set(value) - required - optional):
        raise Refused(400, "invalid", f"{unknown[0][:60]}: there is no such field.")
    for name in sorted(required | set(value)):
        text = value.get(name)
        if not isinstance(text, str) or not text.strip():
            raise Refused(400, "invalid", f"{name}: must be a text that is not empty.")
        try:
            check_json(text)
        except BadJson as error:
            raise Refused(400, "invalid", f"{name}: {error}") from None
    return value
