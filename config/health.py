"""Is it alive, can it serve, how is it doing: for the machines that watch over it."""

import ipaddress
import secrets
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest

from config.metrics import registry

# Without these no page can be served; without the others pages go on, so web stays in.
NEEDED = ("database", "migrations")


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """What is needed to serve is there; names what is down."""
    checks: dict[str, Callable[[], None]] = {
        "database": _database,
        "migrations": _migrations,
        "cache": _cache,
        "broker": _broker,
    }
    parts = {name: _state(check) for name, check in checks.items()}
    down = [name for name, state in parts.items() if state != "ok"]
    unfit = any(name in NEEDED for name in down)
    status = "down" if unfit else "degraded" if down else "ok"
    answer = {"status": status, "down": down, "parts": parts}
    return JsonResponse(answer, status=503 if unfit else 200)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus figures, for this machine or for who knows METRICS_TOKEN."""
    if not _may_read_metrics(request):
        return HttpResponseForbidden("Send METRICS_TOKEN as a bearer token.\n")
    figures = generate_latest(REGISTRY) + generate_latest(registry)
    return HttpResponse(figures, content_type=CONTENT_TYPE_LATEST)


def _state(check: Callable[[], None]) -> str:
    try:
        check()
    except Exception as error:  # whatever is wrong with a part, the answer names the part
        return f"down: {type(error).__name__}"
    return "ok"


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _migrations() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise RuntimeError("unapplied migrations")


def _cache() -> None:
    cache.get("readyz")


def _broker() -> None:
    from config.celery import app

    with app.connection_for_write(transport_options={"socket_connect_timeout": 1}) as broker:
        broker.ensure_connection(max_retries=1, timeout=1)


def _may_read_metrics(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    if token:
        sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return secrets.compare_digest(sent.encode(), token.encode())
    # Behind a proxy everybody seems to come from this machine; a forwarded request does not.
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
