"""Lists as files: all rows, or a clear word; and who took how many is known."""

import csv
import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook
from wagtail.admin.viewsets import viewsets
from wagtail.models import ModelLogEntry

from growth import sheets
from growth.admin import exports, listing
from growth.models import Customer, PointsTransfer
from tests.growth import world

ROWS = 25


@pytest.fixture
def auditor(sign_in):
    """Signed in, at a bank with some customers who have points."""
    client = sign_in("Auditors")
    for number in range(ROWS):
        world.earn(f"c{number}", 10)
    return client


def take(client, form, name="transfers", **asked):
    return client.get(reverse(f"{name}:index"), {"export": form, **asked})


def rows_of(response):
    body = b"".join(response.streaming_content)
    if body.startswith(b"PK"):
        return [[cell.value for cell in row] for row in load_workbook(io.BytesIO(body)).active]
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("name", ["transfers", "customers"])
def test_a_file_has_every_row_however_few_are_read_at_once(auditor, monkeypatch, form, name):
    monkeypatch.setattr(exports, "CHUNK", 4)

    heads, *rows = rows_of(take(auditor, form, name))

    assert len(rows) == (PointsTransfer if name == "transfers" else Customer).objects.count()
    assert len({row[0] for row in rows}) == len(rows) >= ROWS
    assert len(heads) > 3


def test_every_list_can_be_taken(sign_in):
    client = sign_in("root")
    client.get("/admin/")  # viewsets are registered with the first address that is looked for
    lists = [
        viewset for viewset in viewsets.viewsets
        if issubclass(getattr(viewset, "index_view_class", object), listing.ListView)
        and isinstance(viewset.list_export, list)
    ]  # fmt: skip
    assert len(lists) > 5

    for viewset in lists:
        for form in ("csv", "xlsx"):
            heads, *_rows = rows_of(
                client.get(reverse(viewset.get_url_name("index")), {"export": form})
            )
            assert heads, viewset.name


def test_a_file_is_read_as_it_is_sent(auditor, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        response = take(auditor, "csv")
    assert not ModelLogEntry.objects.filter(action="growth.exported").exists()

    rows_of(response)

    assert ModelLogEntry.objects.filter(action="growth.exported").count() == 1


def test_who_took_which_list_and_how_many_rows_is_in_the_log(auditor):
    rows_of(take(auditor, "csv", customer="c7"))
    rows_of(take(auditor, "xlsx"))

    narrow, whole = ModelLogEntry.objects.filter(action="growth.exported").order_by("pk")
    assert (narrow.user.username, narrow.label) == ("one-of-Auditors", "Points transfers")
    assert (narrow.data["rows"], whole.data["rows"]) == (1, ROWS)
    assert "customer=c7" in narrow.data["asked"]
    shown = auditor.get(reverse("operators_log:index")).content.decode()
    for text in ("Download a list", "Points transfers", f"{ROWS} rows as XLSX"):
        assert text in shown


def test_what_is_too_long_for_a_workbook_is_refused_with_a_word(auditor, monkeypatch):
    monkeypatch.setattr(exports, "MOST_IN_WORKBOOK", ROWS - 1)

    response = take(auditor, "xlsx", kind="earn")

    assert response.url == f"{reverse('transfers:index')}?kind=earn"
    assert "narrow the list, or take it as CSV" in auditor.get(response.url).content.decode()
    assert len(rows_of(take(auditor, "csv"))) == 1 + ROWS
    assert len(rows_of(take(auditor, "xlsx", customer="c7"))) == 1 + 1
    assert ModelLogEntry.objects.filter(action="growth.exported").count() == 2


@pytest.mark.parametrize("text", [chr(code) for code in (*range(32), 0xFFFE, 0xFFFF)])
def test_no_character_breaks_a_workbook(text):
    book = load_workbook(sheets.xlsx([[f"a{text}b", f"{text}=1+1"]], "x"))

    first, second = (cell.value for cell in next(book.active.rows))
    assert first[0] + first[-1] == "ab"
    assert second[0] in "'�"
