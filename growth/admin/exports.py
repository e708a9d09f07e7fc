"""Spreadsheets that cannot run anything on the reader's machine, in bounded memory."""

from collections.abc import Iterable, Iterator
from typing import Any

from wagtail.admin.views.mixins import SpreadsheetExportMixin

MOST_ROWS = 50_000
# What spreadsheet programs read as the start of a formula, their full-width forms included.
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "＝", "＋", "－", "＠", "｜")


def harmless(value: Any) -> Any:
    """``value``, with an apostrophe before a text that a spreadsheet might calculate."""
    if isinstance(value, str) and value.lstrip(" \u3000\ufeff").startswith(RISKY):
        return f"'{value}"
    return value


class SafeExportMixin(SpreadsheetExportMixin):
    """Exports that escape formulas and stop at ``MOST_ROWS`` rows."""

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        return harmless(super().preprocess_field_value(field, value, export_format))

    def stream_csv(self, queryset: Any) -> Iterator[bytes]:
        # Without the mark, spreadsheet programs take Chinese for another encoding.
        yield "\ufeff".encode()
        yield from super().stream_csv(_bounded(queryset))

    def write_xlsx(self, queryset: Any, output: Any) -> None:
        super().write_xlsx(_Rows(queryset), output)


class _Rows:
    """A queryset read in chunks, as often as asked."""

    def __init__(self, queryset: Any) -> None:
        self.queryset, self.model = queryset[:MOST_ROWS], queryset.model

    def __iter__(self) -> Iterator[Any]:
        return iter(self.queryset.iterator(chunk_size=2000))


def _bounded(queryset: Any) -> Iterable[Any]:
    return _Rows(queryset)
