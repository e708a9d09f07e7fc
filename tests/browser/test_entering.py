"""From the bank's app into a zone."""

import pytest

from tests.browser import bank


def test_the_ticket_opens_the_zone_and_is_gone(phone, album):
    ticket = bank.ticket("demo-payroll", "/zones/payroll/")

    phone.driver.get(f"{phone.site}/handoff/#{ticket}")
    phone.until(lambda: phone.path == "/zones/payroll/", "the zone opens")
    phone.settle()

    assert phone.number("[data-points-chip]") == bank.balance("demo-payroll") > 0
    assert phone.text("[data-level-name]") not in ("", "–")
    assert len(phone.all("[data-tasks] .task")) >= 3
    assert ticket not in phone.driver.current_url
    phone.picture("zone", album)
    phone.driver.back()
    assert ticket not in phone.driver.current_url
    assert not [r["url"] for r in phone.requests() if ticket in r["url"]]


def test_a_second_use_is_refused_kindly(phone, album):
    ticket = bank.ticket("demo-senior", "/zones/senior/")
    for _ in range(2):
        phone.driver.get("about:blank")
        phone.driver.get(f"{phone.site}/handoff/#{ticket}")
        phone.until(lambda: phone.path != "/handoff/" or phone.shown(".message h1"), "an answer")
        phone.until(lambda: "One moment" not in phone.text("h1"), "the form is posted")

    assert phone.text("h1") == "Please open it again"
    assert ticket not in phone.driver.page_source
    phone.picture("second-use", album)


def test_a_form_of_the_app_opens_the_zone_too(phone):
    phone.open("/handoff/", settled=False)
    phone.js(
        """const form = document.querySelector("[data-handoff]");
           form.elements.ticket.value = arguments[0]; form.submit()""",
        bank.ticket("demo-city", "/zones/city/"),
    )

    phone.until(lambda: phone.path == "/zones/city/", "the zone opens")


@pytest.mark.parametrize("address", ["/handoff/", "/my/"])
def test_without_a_session_the_page_says_where_to_go(phone, address):
    phone.open(address, settled=False)

    assert phone.text("h1:not([hidden] *)")
    assert "bank's app" in phone.text("main")
