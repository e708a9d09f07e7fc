"""The customer's statements under /my/: their own only, and kept by nobody."""

import pytest

from growth import bankday
from tests.growth import world as points
from tests.growth.test_liability import story
from tests.zones import world

pytestmark = pytest.mark.usefixtures("programme")


@pytest.fixture
def programme(db):
    from growth.models import Wallet

    Wallet.objects.get_or_create(customer=None)


def signed_in(ref, **facts):
    customer = points.customer(ref)
    for name, value in facts.items():
        setattr(customer, name, value)
    customer.save()
    return world.browser(customer)


def test_months_are_listed_and_read_in_the_customers_language():
    story()
    ada = signed_in("ada", language="zh-hans", large_text=True)

    listed = ada.get("/my/statements/").content.decode()
    february = ada.get("/my/statements/2026-02/")
    html = february.content.decode()

    assert "/my/statements/2026-02/" in listed
    assert f"/my/statements/{bankday.today():%Y-%m}/" in listed
    assert february["Cache-Control"] == "private, no-store"
    assert "积分对账单" in html
    assert "data-large" in html
    assert "−120" in html
    assert "style=" not in html
    assert "<script>" not in html


def test_everybody_reads_their_own():
    story()

    ada = signed_in("ada").get("/my/statements/2026-02/").content.decode()
    bob = signed_in("bob").get("/my/statements/2026-02/").content.decode()

    assert "−120" in ada
    assert "−120" not in bob
    assert "+80" in bob
    assert signed_in("bob").get("/my/statements/2026-01/").status_code == 404  # ada's only


@pytest.mark.parametrize("month", ["2020-01", "2099-12", "2026-1", "x"])
def test_what_is_no_month_of_theirs_is_not_here(month):
    story()

    assert signed_in("ada").get(f"/my/statements/{month}/").status_code == 404


def test_files_are_the_customers_too():
    story()
    answer = signed_in("ada").get("/my/statements/2026-02/", {"format": "csv"})

    assert answer["Cache-Control"] == "private, no-store"
    assert "-120" in b"".join(answer.streaming_content).decode()
    assert 'filename="points-ada-2026-02.csv"' in answer["Content-Disposition"]


@pytest.mark.parametrize("path", ["/my/statements/", "/my/statements/2026-02/"])
def test_without_a_session_the_page_says_where_to_open_it(path):
    story()

    answer = world.browser().get(path)

    assert answer.status_code == 403
    assert "−120" not in answer.content.decode()


def test_the_customers_page_leads_there():
    story()

    assert 'href="/my/statements/"' in signed_in("ada").get("/my/").content.decode()


def test_what_the_growth_value_is_made_of_is_told_line_by_line():
    gains = [
        points.task(f"g{n}", event=f"g{n}", reward={"growth": n}, name={"en": f"Gain {n}"})
        for n in (30, 100, 500)
    ]
    points.load(*gains, levels=points.levels("to_earned", window=10))
    days = {"g30": 1, "g100": 9, "g500": 10}
    points.take(*[points.event(kind, when=points.days_ago(ago)) for kind, ago in days.items()])
    points.take(points.event("g30", "bob", when=points.days_ago(0)))

    page = signed_in("ada").get("/my/growth/")
    html = page.content.decode()

    assert page["Cache-Control"] == "private, no-store"
    assert "Your growth value: 130" in html
    assert [text in html for text in ("+30", "+100", "+500")] == [True, True, False]
    assert html.count("counts until") == 2
    assert "Your growth value: 30" in signed_in("bob").get("/my/growth/").content.decode()
    chinese = signed_in("ada", language="zh-hans").get("/my/growth/").content.decode()
    assert "您的成长值" in chinese


def test_who_is_not_signed_in_reads_nobodys_growth_value(client, db):
    assert client.get("/my/growth/").status_code == 403
