"""Content security policy: strict for customers, what Wagtail needs for the admin."""

from collections.abc import Callable

from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

HEADER = "Content-Security-Policy"
ADMIN = "/admin/"
_OVERRIDES = ("_csp_config", "_csp_update", "_csp_replace", "_csp_exempt")


class PolicyMiddleware(CSPMiddleware):
    """django-csp, with the policies put together once: they are the same for every request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        super().__init__(get_response)
        strict = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
        self.customer = build_policy(config=strict)
        self.preview = build_policy(config={**strict, "frame-ancestors": ["'self'"]})
        self.admin = build_policy(config=settings.ADMIN_CONTENT_SECURITY_POLICY)

    def process_request(self, request: HttpRequest) -> None:
        """No nonces: there is no inline script to allow."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Set the policy that fits the address."""
        if any(hasattr(response, name) for name in _OVERRIDES):
            kept: HttpResponseBase = super().process_response(request, response)
            return kept
        if not request.path_info.startswith(ADMIN):
            response.headers.setdefault(HEADER, self.customer)
            response.headers.setdefault("X-Frame-Options", "DENY")
            return response
        # A preview has come through here as the page before: the admin may frame it.
        response.headers[HEADER] = self.preview if HEADER in response.headers else self.admin
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
        return response
