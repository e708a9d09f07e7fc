"""Spreadsheets that cannot run anything on the reader's machine, whole, in bounded memory."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.views.mixins import SpreadsheetExportMixin
from wagtail.log_actions import log

from growth.admin.words import amount
from growth.sheets import harmless

# A workbook is written before its first byte is sent; a CSV file goes out row by row.
MOST_IN_WORKBOOK = 100_000
CHUNK = 2000
LOGGED = [("exported", gettext_lazy("Download a list"), gettext_lazy("List downloaded"))]


class _Counted:
    """Rows of a queryset as they come, and how many have come."""

    def __init__(self, queryset: Any) -> None:
        self.queryset, self.model, self.rows = queryset, queryset.model, 0

    def __iter__(self) -> Iterator[Any]:
        for row in self.queryset.iterator(chunk_size=CHUNK):
            self.rows += 1
            yield row


class SafeExportMixin(SpreadsheetExportMixin):
    """Exports of all rows that escape formulas; who took how many is in the operators' log."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The list; or the file, without what the list's page would read of all its rows."""
        if not self.is_export:
            return super().get(request, *args, **kwargs)
        form, rows = request.GET["export"], self.get_queryset()
        too_many = form == self.FORMAT_XLSX and _has_more(rows, MOST_IN_WORKBOOK)
        return self._refuse_workbook() if too_many else self.as_spreadsheet(rows, form)

    def _refuse_workbook(self) -> HttpResponseRedirect:
        text = _("More than {n} rows do not go into XLSX: narrow the list, or take it as CSV.")
        messages.error(self.request, text.format(n=amount(MOST_IN_WORKBOOK)))
        query = self.request.GET.copy()
        del query["export"]
        return HttpResponseRedirect(f"{self.request.path}?{query.urlencode()}")

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        return harmless(super().preprocess_field_value(field, value, export_format))

    def stream_csv(self, queryset: Any) -> Iterator[bytes]:
        counted = _Counted(queryset)
        try:
            # Without the mark, spreadsheet programs take Chinese for another encoding.
            yield "\ufeff".encode()
            yield from super().stream_csv(counted)
        finally:  # also where the reader breaks off
            self._note(counted.rows, self.FORMAT_CSV)

    def write_xlsx(self, queryset: Any, output: Any) -> None:
        counted = _Counted(queryset)
        super().write_xlsx(counted, output)
        self._note(counted.rows, self.FORMAT_XLSX)

    def _note(self, rows: int, form: str) -> None:
        user = self.request.user
        text = _("{n} rows as {form}").format(n=amount(rows), form=form.upper())
        data = {"changes": [text], "rows": rows, "asked": self.request.GET.urlencode()}
        title = capfirst(str(self.model._meta.verbose_name_plural))
        log(user, "growth.exported", user=user, title=title, data=data)


def _has_more(rows: Any, most: int) -> bool:
    return bool(rows.order_by()[: most + 1].count() > most)
