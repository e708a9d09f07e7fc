"""The handoff as a webview does it: the address with a fragment, and what is left of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from growth.models import CustomerSession
from tests.journeys import program
from tests.signing import Bank, event

CHROMIUM = Path("/usr/bin/chromium")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium"),
]


@pytest.fixture
def browser() -> Iterator[webdriver.Chrome]:
    """A phone's browser."""
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.binary_location = str(CHROMIUM)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService("/usr/bin/chromedriver")
    driver = webdriver.Chrome(options=options, service=service)
    yield driver
    driver.quit()


@pytest.fixture
def bank(transactional_db: None) -> Iterator[Bank]:
    """A system of the bank, and a program; commits are real."""
    program.load()
    yield Bank(Client())
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")


def wait_for(browser: webdriver.Chrome, path: str) -> None:
    WebDriverWait(browser, 20).until(lambda driver: path in driver.current_url)


def test_the_fragment_is_posted_and_leaves_no_trace(live_server, bank, browser):
    bank.send(event(subject="ada"))
    ticket = bank.ticket("ada", "/api/v1/me")

    browser.get(f"{live_server.url}/handoff/#{ticket}")
    wait_for(browser, "/api/v1/me")

    assert '"customer_id":"ada"' in browser.page_source
    assert ticket not in browser.current_url
    browser.back()
    assert ticket not in browser.current_url
    assert CustomerSession.objects.count() == 1


def test_without_a_ticket_the_page_says_where_to_go(live_server, bank, browser):
    browser.get(f"{live_server.url}/handoff/")

    assert browser.find_element(By.TAG_NAME, "h1").is_displayed() is False
    assert browser.find_element(By.CSS_SELECTOR, "[data-handoff-missing] h1").is_displayed()
    severe = [row for row in browser.get_log("browser") if row["level"] == "SEVERE"]
    assert not severe
