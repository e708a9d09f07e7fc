"""The points report and customers' statements: figures, files, and who may see them."""

import csv
import io
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from openpyxl import load_workbook
from wagtail.models import ModelLogEntry

from growth import bankday, ledger, liability
from growth.admin.customers import VIEWED
from growth.liability import days as liability_days
from growth.models import Customer
from tests.growth import world
from tests.growth.test_liability import give, story

REPORT = "/admin/reports/points/"


def months_of_points():
    """Fourteen months in which points come in, go out and expire."""
    today = bankday.today()
    day = (today - timedelta(days=425)).replace(day=2)
    while day < today:
        ledger.expire_lots(customer_id=world.enrolled("ada"), today=day)
        give("ada", 300, day, centre="=cards()", expires=day + timedelta(days=120))
        give("ada", 100, day)
        world.spend("ada", 150, today=day)
        day = (day + timedelta(days=31)).replace(day=2)


def table(client, name, form="csv", **asked):
    """A file of the report, as rows."""
    response = client.get(REPORT, {"table": name, "export": form, **asked})
    body = b"".join(response.streaming_content)
    assert "no-store" in response["Cache-Control"]
    if form == "xlsx":
        return [[cell.value for cell in row] for row in load_workbook(io.BytesIO(body)).active.rows]
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))


@pytest.mark.parametrize("group", ["Finance", "Auditors", "root"])
def test_finance_and_audit_read_the_report(sign_in, group):
    client = sign_in(group)
    html = client.get(REPORT).content.decode()

    assert "Points report" in html
    assert REPORT in client.get("/admin/").content.decode()


@pytest.mark.parametrize("group", ["Editors", "Campaign", "Reviewers", "Support"])
def test_nobody_else_does(sign_in, group):
    client = sign_in(group)

    assert client.get(REPORT).status_code == 302
    assert client.get(REPORT, {"table": "months", "export": "csv"}).status_code == 302
    assert REPORT not in client.get("/admin/").content.decode()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("closed", [True, False])
def test_the_report_tells_months_expiry_and_the_forecast(sign_in, language, closed):
    months_of_points()
    if closed:
        liability_days.close_days(today=bankday.today())
    client = sign_in("Finance")

    response = client.get(REPORT, headers={"Accept-Language": language})
    html = response.content.decode()

    assert f"{world.balance('ada'):,}" in html
    assert html.count("<svg") >= 4
    assert "gz-chart__range" in html
    assert ("The same as last month" in html) is (language == "en")
    assert ("与上月相同" in html) is (language == "zh-hans")
    assert "style=" not in html.split("gz-report")[1]


def test_files_tie_to_the_ledger_and_run_nothing(sign_in):
    months_of_points()
    client = sign_in("Finance")

    for form in ("csv", "xlsx"):
        heads, *rows = table(client, "months", form)
        totals = [row for row in rows if row[1] == "All cost centres"]
        parts = [row for row in rows if row not in totals]
        newest = [row for row in parts if row[0] == rows[0][0]]
        assert sum(int(row[-1]) for row in newest) == world.balance("ada")
        assert {row[1] for row in parts} == {"'=cards()", "The programme itself"}
        assert len({row[0] for row in totals}) == len(totals) == len({row[0] for row in parts})
        for month, _centre, *figures in totals:
            columns = zip(*(row[2:] for row in parts if row[0] == month), strict=True)
            assert [int(figure) for figure in figures] == [sum(map(int, one)) for one in columns]
        for row in rows:
            opening, earned, granted, redeemed, refunded, expired, back, less, closing = map(
                int, row[2:]
            )
            assert (
                opening + earned + granted - redeemed + refunded - expired - back - less == closing
            )
        _, *standing = table(client, "outstanding", form)
        assert sum(int(row[-1]) for row in standing) == world.balance("ada")
        assert len(table(client, "forecast", form)) == 1 + 12


def test_filters_choose_cost_centre_months_and_day(sign_in):
    months_of_points()
    liability_days.close_days(today=bankday.today())
    client = sign_in("Finance")
    kept = liability.kept_days()[3]

    rows = table(client, "months", cost_centre="-", since=f"{kept:%Y-%m}", until=f"{kept:%Y-%m}")
    standing = table(client, "outstanding", as_of=str(kept), cost_centre="=cards()")

    assert [row[:2] for row in rows[1:]] == [[f"{kept:%Y-%m}", "The programme itself"]]
    assert {row[0] for row in standing[1:]} == {str(kept)}
    wanted = [row.points for row in liability.standing(kept) if row.cost_centre]
    assert [int(row[-1]) for row in standing[1:]] == wanted
    odd = client.get(REPORT, {"since": "x", "longer": "-4", "prices": "0", "as_of": "2020-01-01"})
    assert odd.status_code == 200


def test_what_is_of_all_cost_centres_says_so_where_one_is_asked_for(sign_in):
    months_of_points()
    client = sign_in("Finance")
    world.earn("ada", 50)

    def said(**asked):
        soup = BeautifulSoup(client.get(REPORT, asked).content, "html.parser")
        tiles = {tile.dt.text: tile.select("dd")[-1].text for tile in soup.select(".gz-tile")}
        charts = [chart.figcaption.span.text for chart in soup.select("figure")]
        return tiles, charts, len(soup.select(".gz-total"))

    every, charts, totals = said()
    assert not any("all cost centres" in text for text in [*list(every.values())[1:], *charts])
    assert totals > 12
    one, charts, totals = said(cost_centre="-")
    assert one.pop("Points outstanding") == "The programme itself"
    assert all("all cost centres" in text for text in one.values())
    assert ["all cost centres" in text for text in charts] == [False, True, True, True]
    assert totals == 0


def test_what_if_points_lived_longer_fewer_expire(sign_in):
    months_of_points()
    client = sign_in("Finance")

    def expiring(**asked):
        return sum(int(row[4]) for row in table(client, "forecast", **asked)[1:])

    assert expiring(longer=6) < expiring()
    assert expiring(prices=200) > expiring()


def test_the_report_takes_few_queries_however_many_months(sign_in, django_assert_max_num_queries):
    months_of_points()
    liability_days.close_days(today=bankday.today())
    client = sign_in("Finance")
    client.get("/admin/")

    with django_assert_max_num_queries(30):
        client.get(REPORT)


@pytest.mark.parametrize("group", ["Support", "Auditors"])
def test_support_reads_a_customers_statement_and_it_is_logged(sign_in, group):
    story()
    client, pk = sign_in(group), Customer.objects.get(ref="ada").pk
    url = reverse("customer_statement", args=[pk, "2026-02"])

    html = client.get(url).content.decode()
    text = b"".join(client.get(url, {"format": "csv"}).streaming_content).decode()
    book = b"".join(client.get(url, {"format": "xlsx"}).streaming_content)

    assert "Points statement" in html
    assert "−120" in html
    assert "style=" not in html
    assert "-120" in text
    assert load_workbook(io.BytesIO(book)).active.max_row > 5
    newest = client.get(reverse("customer_statements", args=[pk]))
    assert newest.url.endswith(f"{bankday.today():%Y-%m}/")
    log = ModelLogEntry.objects.filter(action=VIEWED, object_id=str(pk))
    assert [entry.data["statement"] for entry in log] == ["2026-02"] * 3


@pytest.mark.parametrize("group", ["Finance", "Editors", "Campaign", "Reviewers"])
def test_statements_are_for_support_and_audit(sign_in, group):
    story()
    url = reverse("customer_statement", args=[Customer.objects.get(ref="ada").pk, "2026-02"])

    assert sign_in(group).get(url).status_code == 302


def test_there_is_no_statement_of_what_is_no_month(sign_in):
    story()
    client, pk = sign_in("Support"), Customer.objects.get(ref="ada").pk

    for month in ("2025-12", "2099-01", "2026-2", "x"):
        assert client.get(reverse("customer_statement", args=[pk, month])).status_code == 404
    assert client.get(reverse("customer_statements", args=[0])).status_code == 404
    assert date(2026, 1, 1) in liability_months()


def liability_months():
    """First days of the months that the report tells of."""
    return {row.start for row in liability.months(until=bankday.today())}
