"""Spreadsheets that cannot run anything on the reader's machine, in bounded memory."""

from collections.abc import Iterator
from typing import Any

from wagtail.admin.views.mixins import SpreadsheetExportMixin

from growth.sheets import harmless

MOST_ROWS = 20_000


class SafeExportMixin(SpreadsheetExportMixin):
    """Exports that escape formulas and stop at ``MOST_ROWS`` rows."""

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        return harmless(super().preprocess_field_value(field, value, export_format))

    def get_queryset(self) -> Any:
        queryset = super().get_queryset()
        return queryset[:MOST_ROWS] if self.is_export else queryset

    def stream_csv(self, queryset: Any) -> Iterator[bytes]:
        # Without the mark, spreadsheet programs take Chinese for another encoding.
        yield "\ufeff".encode()
        yield from super().stream_csv(queryset)
