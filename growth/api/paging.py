"""Pages by cursor: stable while rows come in, and never a count of everything."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.pagination import CursorPagination

_NUMBER = re.compile(r"0*[1-9][0-9]{0,8}", re.ASCII)


class CursorPages(CursorPagination):
    """``?cursor=…&page_size=…``. The view's ``ordering`` has to be unique and never to change."""

    page_size = 20
    max_page_size = 100
    page_size_query_param = "page_size"
    ordering = "-id"

    def get_page_size(self, request: Any) -> int:
        """As asked for, a hundred at most. What is no number is refused."""
        wanted = request.query_params.get(self.page_size_query_param)
        if wanted is None:
            return self.page_size
        if not _NUMBER.fullmatch(wanted):
            fault = _("Has to be a whole number above zero.")
            raise exceptions.ValidationError({self.page_size_query_param: [fault]})
        return min(int(wanted), self.max_page_size)

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any] | None:
        """A page. A cursor that somebody made up is not found."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValueError, TypeError, OverflowError, ValidationError, DataError):
            raise exceptions.NotFound(self.invalid_cursor_message) from None
