"""The bank's systems and customers as the API tests use them."""

import pytest

from growth import access
from tests.journeys import program
from tests.signing import Bank, event


@pytest.fixture(autouse=True)
def fresh_clients():
    """API clients are remembered for a second; a test's database is gone sooner."""
    access.forget()
    yield
    access.forget()


@pytest.fixture
def bank(client, db):
    """A system of the bank that may do everything, and a program."""
    program.load()
    return Bank(client)


@pytest.fixture
def ada(bank):
    """A customer with 100 points, as headers to act as her."""
    bank.send(event(subject="ada"))
    return bank.bearer("ada")


@pytest.fixture
def bob(bank):
    """Another customer, with nothing."""
    bank.send(event(subject="bob", type="app.logged_in"))
    return bank.bearer("bob")


@pytest.fixture
def customers(bank):
    bank.send(event(subject="ada"), event(subject="bob", type="app.logged_in"))


@pytest.fixture
def ticket(bank, customers):
    return bank.ticket("ada")
