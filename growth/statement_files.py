"""A statement as a file to keep, and the bank's name on it."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.text import get_valid_filename
from wagtail.models import Site

from growth import sheets
from growth.statements import Statement, rows

FORMS = ("csv", "xlsx")


def bank_name(request: HttpRequest) -> str:
    """What the site that was asked is called; it is the bank's name."""
    site = Site.find_for_request(request)
    return (site and site.site_name) or settings.WAGTAIL_SITE_NAME


def as_file(found: Statement, *, form: str, bank: str, customer: str) -> HttpResponseBase:
    """The statement as CSV or XLSX (``form``), row by row; kept by nobody between."""
    table = rows(found, bank=bank, customer=customer)
    name = get_valid_filename(f"points-{customer}-{found.code}.{form}")
    return table_response(table, form=form, name=name, title=found.code)


def table_response(
    table: Iterable[Sequence[Any]], *, form: str, name: str, title: str
) -> HttpResponseBase:
    """A table as a file of that name, as CSV or XLSX."""
    response: HttpResponseBase
    if form == "csv":
        response = StreamingHttpResponse(
            sheets.csv_lines(table),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": content_disposition_header(True, name) or ""},
        )
    else:
        response = FileResponse(
            sheets.xlsx(table, title), as_attachment=True, filename=name, content_type=sheets.XLSX
        )
    response["Cache-Control"] = "private, no-store"
    return response
