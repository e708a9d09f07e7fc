"""Who calls the customer's API, and from where."""

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import SAFE_METHODS, BasePermission

from growth import sessions
from growth.sessions import Visitor

OWN_SITES = ("same-origin", "none")


class CrossSite(exceptions.PermissionDenied):
    """A page of another site sent this request with the customer's cookie."""

    default_code = "cross_site"
    default_detail = "The request came from another site."


class CustomerAuthentication(BaseAuthentication):
    """The customer's session, by ``Authorization: Bearer`` or by cookie."""

    def authenticate(self, request: Any) -> tuple[Visitor, None] | None:
        """The visitor; a bearer token that is not good is refused even where it is optional."""
        visitor = sessions.current(request)
        if visitor is None:
            if request.META.get("HTTP_AUTHORIZATION"):
                raise exceptions.AuthenticationFailed("The session is unknown or over.")
            return None
        by_cookie = not request.META.get("HTTP_AUTHORIZATION")
        if by_cookie and request.method not in SAFE_METHODS and is_cross_site(request):
            raise CrossSite
        return visitor, None

    def authenticate_header(self, request: Any) -> str:
        """Makes DRF answer 401 where nobody is signed in."""
        return 'Bearer realm="zones"'


class BankSignature(BaseAuthentication):
    """Stands for the bank's signature in the API's description; ``growth.api.bank`` checks it."""

    def authenticate(self, request: Any) -> None:
        """Nothing: a signed view has its own way in."""


class IsCustomer(BasePermission):
    """Customers only."""

    def has_permission(self, request: Any, view: Any) -> bool:
        """Whether a customer is signed in."""
        return isinstance(request.user, Visitor)


def is_cross_site(request: Any, *, allow_null: bool = False) -> bool:
    """Whether a browser says that a page of another site sent the request.

    Browsers that do not say so at all are judged by Origin; ``allow_null`` accepts "null",
    which an app's webview sends with a form of its own.
    """
    plain: HttpRequest = getattr(request, "_request", request)
    site = plain.META.get("HTTP_SEC_FETCH_SITE")
    if site is not None:
        return site not in OWN_SITES
    origin = plain.META.get("HTTP_ORIGIN")
    if not origin or (allow_null and origin == "null"):
        return False
    try:
        return urlsplit(origin).netloc != plain.get_host()
    except ValueError:
        return True


class CustomerScheme(OpenApiAuthenticationExtension):
    """How the API's description tells of customers' sessions."""

    target_class = CustomerAuthentication
    name = ["customerBearer", "customerCookie"]

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[Any]]]:
        """Either of them will do."""
        return [{name: []} for name in self.name]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        """Both, as OpenAPI wants them."""
        return [
            {"type": "http", "scheme": "bearer"},
            {"type": "apiKey", "in": "cookie", "name": "__Host-zone"},
        ]


class BankScheme(OpenApiAuthenticationExtension):
    """How the API's description tells of the bank's signature."""

    target_class = BankSignature
    name = "bankSignature"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """One of the four headers stands for all."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "webhook-signature",
            "description": (
                "Standard Webhooks: `webhook-id`, `webhook-timestamp` (within 300 seconds) and"
                " `webhook-signature`, with the client's id in `X-Client-Id`."
            ),
        }
