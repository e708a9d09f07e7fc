"""What the tests of the growth engine share."""

import pytest

from growth.models import Wallet


@pytest.fixture
def programme(db: None) -> None:
    """A database with the programme's wallet, whatever ran before."""
    Wallet.objects.get_or_create(customer=None)


@pytest.fixture
def live_programme(real_commits: None) -> None:
    """The same with real commits."""
    Wallet.objects.get_or_create(customer=None)
