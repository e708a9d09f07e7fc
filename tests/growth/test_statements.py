"""Statements: what a customer reads of a month is the ledger's, and only their own."""

import csv
import io
import random
from datetime import date, timedelta
from urllib.parse import quote

import pytest
from openpyxl import load_workbook

from growth import bankday, ledger, sheets, statement_files, statements
from growth.errors import NotFound
from growth.models import GrowthTask, PointsTransfer
from tests.growth import world
from tests.growth.test_liability import give, live, story

pytestmark = pytest.mark.usefixtures("programme")


def of(ref, year, month):
    return statements.statement(customer_id=world.customer(ref).pk, month=date(year, month, 1))


def test_a_month_opens_where_the_last_closed_and_each_entry_has_its_balance():
    story()

    january, february, march = (of("ada", 2026, month) for month in (1, 2, 3))

    assert (january.opening, january.closing) == (0, 150)
    entries = [(str(e.day), e.kind, e.points, e.balance) for e in february.entries]
    assert entries == [
        ("2026-02-10", "redeem", -30, 120),
        ("2026-02-20", "refund", 30, 150),
        ("2026-02-25", "redeem", -120, 30),
    ]
    assert (february.gained, february.taken) == (30, 150)
    assert (march.opening, march.entries, march.closing) == (30, [], 30)
    assert [(lot.points, str(lot.on)) for lot in january.expiring] == [(100, "2026-03-01")]
    assert february.expiring == ()


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happened_opening_and_entries_make_the_closing_which_is_the_ledgers(seed):
    live(seed)
    for ref in ("ada", "bob", "cyd"):
        customer = world.customer(ref)
        told = [
            statements.statement(customer_id=customer.pk, month=month)
            for month in reversed(statements.months(customer_id=customer.pk))
        ]
        before, entries = 0, 0
        for month in told:
            assert month.opening == before
            assert month.opening + sum(entry.points for entry in month.entries) == month.closing
            assert month.opening + month.gained - month.taken == month.closing
            assert all(month.month <= entry.day <= month.last for entry in month.entries)
            assert month.closing >= sum(lot.points for lot in month.expiring)
            before, entries = month.closing, entries + len(month.entries)
        assert before == world.balance(ref)
        assert entries == PointsTransfer.objects.filter(customer=customer).count()


def test_planted_a_sign_that_is_wrong_breaks_the_sums(monkeypatch):
    story()
    monkeypatch.setattr(PointsTransfer, "signed_points", property(lambda row: row.points))

    february, march = of("ada", 2026, 2), of("ada", 2026, 3)

    assert february.closing != march.opening


def test_what_expires_is_told_as_it_stood_when_the_month_ended():
    give("ada", 100, date(2026, 1, 5), expires=date(2026, 6, 1))
    world.spend("ada", 60, today=date(2026, 3, 2))
    ledger.expire_lots(customer_id=world.customer("ada").pk, today=date(2026, 6, 1))

    assert [lot.points for lot in of("ada", 2026, 2).expiring] == [100]
    assert [lot.points for lot in of("ada", 2026, 3).expiring] == [40]
    assert of("ada", 2026, 6).expiring == ()


def test_a_lot_that_was_good_again_later_changes_no_past_month():
    give("ada", 100, date(2026, 1, 5), expires=date(2026, 4, 1))
    first = world.spend("ada", 60, today=date(2026, 2, 2))
    second = world.spend("ada", 10, today=date(2026, 2, 3))
    month = {n: of("ada", 2026, n) for n in (1, 2, 3)}
    assert [str(lot.on) for lot in month[1].expiring] == ["2026-04-01"]
    assert [(lot.points, str(lot.on)) for lot in month[2].expiring] == [(30, "2026-04-01")]

    world.refund(first, today=date(2026, 4, 10))  # good for 30 days more
    assert [of("ada", 2026, n) for n in (1, 2, 3)] == list(month.values())
    april = of("ada", 2026, 4)
    assert [(lot.points, str(lot.on)) for lot in april.expiring] == [(60, "2026-05-10")]

    world.refund(second, today=date(2026, 5, 20))  # and again, after it had expired again
    assert [of("ada", 2026, n) for n in (1, 2, 3)] == list(month.values())
    assert of("ada", 2026, 4) == april
    assert [str(lot.on) for lot in of("ada", 2026, 5).expiring] == ["2026-06-19"]


@pytest.mark.parametrize("text", ["2026-13", "2026-1", "2026-10-01", "abcd-ef", "", "２０２６-10"])
def test_what_is_no_month_is_not_found(text):
    with pytest.raises(NotFound):
        statements.month_of(text)


def test_there_is_no_statement_of_the_future_or_before_the_first_points():
    world.earn("ada", 5)
    today = bankday.today()
    pk = world.customer("ada").pk

    for day in (
        today.replace(day=1) - timedelta(days=1),
        today.replace(day=28) + timedelta(days=9),
    ):
        with pytest.raises(NotFound):
            statements.statement(customer_id=pk, month=day.replace(day=1))
    assert statements.months(customer_id=pk) == [today.replace(day=1)]
    assert statements.months(customer_id=world.enrolled("bob")) == []


def test_a_months_queries_do_not_grow_with_its_entries(django_assert_num_queries):
    dice = random.Random(1)
    for number in range(60):
        give("ada", dice.randint(1, 9), date(2026, 1, 1 + number // 3), key=f"k{number}")
    pk = world.customer("ada").pk

    with django_assert_num_queries(4):  # today, entries, opening, expiring
        statements.statement(customer_id=pk, month=date(2026, 1, 1))


def read(response):
    return b"".join(response.streaming_content)


def test_files_say_the_same_and_run_nothing():
    GrowthTask.objects.create(code="evil", name={"en": "=cmd|' /C calc'!A0"})
    origin = {"task": "evil"}
    ledger.post_earnings(
        [ledger.Earning(world.enrolled("＝ada"), 10, "k", "test", origin, None)],
        today=date(2026, 1, 5),
    )
    found = of("＝ada", 2026, 1)

    text = read(statement_files.as_file(found, form="csv", bank="@Bank", customer="＝ada")).decode()
    book = read(statement_files.as_file(found, form="xlsx", bank="@Bank", customer="＝ada"))

    lines = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert text.startswith("\ufeff")
    assert lines[0][1] == "'@Bank"
    assert lines[1][1] == "'＝ada"
    assert lines[6] == ["2026-01-05", "'=cmd|' /C calc'!A0", "earned", "10", "10"]
    cells = [[cell.value for cell in row] for row in load_workbook(io.BytesIO(book)).active.rows]
    assert cells[6][1:] == ["'=cmd|' /C calc'!A0", "earned", 10, 10]
    assert cells[7][-1] == 10


@pytest.mark.parametrize("form", statement_files.FORMS)
@pytest.mark.parametrize("customer", ["长者-1", 'a"b\r\nX: y', "ada"])
def test_a_files_name_says_whose_it_is_in_any_script(form, customer):
    give("ada", 5, date(2026, 1, 5))
    found = of("ada", 2026, 1)

    file = statement_files.as_file(found, form=form, bank="Bank", customer=customer)

    name = file["Content-Disposition"]
    name.encode("latin-1")  # as the line of a header is sent
    assert name.startswith("attachment; filename")
    assert "\n" not in name
    assert (quote("长者") in name) is (customer == "长者-1")


@pytest.mark.parametrize(
    "start", ["=1", "+1", "-1", "@a", "\ta", "\ra", "|a", "＝1", "＋1", "－1", "＠a", " =1"]
)
def test_a_text_that_a_spreadsheet_might_run_is_escaped_in_both_forms(start):
    rows = [[start, -5]]

    line = b"".join(sheets.csv_lines(rows)).decode().removeprefix("\ufeff")
    with sheets.xlsx(rows, "t") as file:
        cells = [cell.value for cell in next(load_workbook(file).active.rows)]

    assert next(csv.reader(io.StringIO(line, newline=""))) == [f"'{start}", "-5"]
    assert cells[0].startswith("'")
    assert cells[1] == -5
