"""What the OpenAPI description covers: our interface, not Wagtail's internal one."""

from collections.abc import Callable
from typing import Any

Endpoint = tuple[str, str, str, Callable[..., Any]]


def only_ours(endpoints: list[Endpoint], **kwargs: Any) -> list[Endpoint]:
    """The endpoints that the contract promises."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/v1/")]
