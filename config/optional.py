"""Addresses of rooms that are not built yet. Goes when they are."""

from importlib.util import find_spec
from typing import Any

from django.urls import include, path


def urls_of(prefix: str, module: str) -> list[Any]:
    """The module's addresses, once the module exists."""
    try:
        found = find_spec(module)
    except ModuleNotFoundError:
        found = None
    return [path(prefix, include(module))] if found else []
