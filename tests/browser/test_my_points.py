"""The customer's own page says why there is less to spend, and when points go."""

from datetime import timedelta

import pytest

from growth import bankday, holds, ledger
from growth.ledger import ALLOW_NEGATIVE, Earning
from tests.browser import bank

MY = "/my/"


@pytest.fixture
def customer(request) -> str:
    """A student of the test's own, without any points."""
    name = request.node.name.removeprefix("test_").replace("_", "-")[:60]
    return bank.neighbour(name, like="demo-student")


def give(ref, points, key, expires=None):
    earning = Earning(bank.stored(ref).pk, points, key, "grant", {}, expires)
    ledger.grant_many(earnings=[earning])


def test_what_is_held_is_said_beside_what_can_be_spent(phone, customer):
    who = bank.stored(customer).pk
    give(customer, 300, f"{customer}:g")
    holds.place_hold(customer_id=who, points=120, key=f"{customer}:h", reason="review")

    phone.enter(customer, MY)

    assert phone.number("[data-points]") == 180
    assert "120 points are held" in phone.text("[data-withheld]")
    assert "owe" not in phone.text("[data-withheld]")
    assert phone.complaints() == []


def test_who_owes_reads_why_there_is_nothing_to_spend(phone, customer):
    who, key = bank.stored(customer).pk, f"{customer}:e"
    ledger.post_earnings([Earning(who, 500, key, "t", {}, None)], today=bankday.today())
    ledger.spend(
        customer_id=who, points=bank.balance(customer), key=f"{key}:s", reason="t", origin={}
    )
    ledger.take_back(
        earning_key=key, points=500, key=f"{key}:reversed:0", reason="reversed",
        today=bankday.today(), policy=ALLOW_NEGATIVE,
    )  # fmt: skip
    give(customer, 60, f"{customer}:g")

    phone.enter(customer, MY)

    assert phone.number("[data-points]") == 0
    told = phone.text("[data-withheld]")
    assert "You owe 440 points" in told
    assert "taken back after you had spent them" in told
    entries = phone.text("[data-entries]")
    assert "Owed points repaid" in entries
    assert "Taken back" not in entries


def test_all_coming_expiries_are_listed_by_month_the_first_few_at_once(phone, customer, album):
    first = (bankday.today() + timedelta(days=40)).replace(day=1)
    months = [(first + timedelta(days=31 * n)).replace(day=1) for n in range(5)]
    for number, month in enumerate(months):
        for day in (3, 9):
            key = f"{customer}:{number}:{day}"
            give(customer, 10**number, key, month.replace(day=day))

    phone.enter(customer, MY)

    rows = "[data-expiries] .entry__points"
    shown = [row.text for row in phone.all(rows) if row.is_displayed()]
    assert shown == ["2", "20", "200"]
    assert "3" in phone.text("[data-expiries] .entry")
    assert "9" in phone.text("[data-expiries] .entry")
    phone.picture("expiries", album)
    phone.tap("[data-expiries] summary")
    shown = [row.text for row in phone.all(rows) if row.is_displayed()]
    assert shown == ["2", "20", "200", "2,000", "20,000"]


def test_one_expiry_is_told_once(phone, customer):
    give(customer, 10, f"{customer}:1", bankday.today() + timedelta(days=50))

    phone.enter(customer, MY)

    assert "10 points expire" in phone.text("[data-expiring]")
    assert not phone.shown("[data-expiries]")
