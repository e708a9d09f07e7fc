"""What every test may use. The servers start by themselves, below a DATA_DIR of the tests' own."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connection, connections

from config import translations
from growth import registry

USES_STORES = {"db", "transactional_db", "live_server", "client", "api_client"}


def pytest_configure(config: pytest.Config) -> None:
    """Tests see the same translations as a running site."""
    translations.compile_all()
    # Points that a test posts by itself have it for a cause.
    registry.points_causes["test"] = (
        "SELECT id, customer_id FROM growth_pointstransfer WHERE reason = 'test'"
    )


@pytest.fixture(autouse=True)
def clean_cache(request: pytest.FixtureRequest) -> Iterator[None]:
    """No test finds what another one cached; pure tests touch no server."""
    if USES_STORES & set(request.fixturenames):
        cache.clear()
    yield


@pytest.fixture
def real_commits(transactional_db: None) -> Iterator[None]:
    """A database whose commits are real; its triggers rest while it is emptied afterwards."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """The thread that settles leaves the database before that is dropped."""
    from growth import group_commit

    yield
    group_commit._settler.submit(connections.close_all).result()
