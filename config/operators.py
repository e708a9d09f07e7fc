"""Django's sessions, sign-in and messages are the operators': a customer's request skips them.

Customers have sessions of their own (growth.sessions).
"""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.module_loading import import_string

CUSTOMERS = ("/zones/", "/my/", "/api/v1/", "/handoff/", "/livez", "/readyz", "/metrics")
OPERATORS = (
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
)
Handler = Callable[[HttpRequest], HttpResponseBase]


class OperatorsMiddleware:
    """Django's own middleware for operators, skipped at customers' addresses."""

    def __init__(self, get_response: Handler) -> None:
        self._plain = get_response
        handler = get_response
        for name in reversed(OPERATORS):
            handler = import_string(name)(handler)
        self._operators = handler

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(CUSTOMERS):
            return self._plain(request)
        return self._operators(request)
