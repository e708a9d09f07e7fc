"""Pages by cursor: stable while rows come in, and never a count of everything."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError
from rest_framework import exceptions
from rest_framework.pagination import CursorPagination


class CursorPages(CursorPagination):
    """``?cursor=…&page_size=…``. The view's ``ordering`` has to be unique and never to change."""

    page_size = 20
    max_page_size = 100
    page_size_query_param = "page_size"
    ordering = "-id"

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any] | None:
        """A page. A cursor that somebody made up is not found."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValueError, TypeError, OverflowError, ValidationError, DataError):
            raise exceptions.NotFound(self.invalid_cursor_message) from None
