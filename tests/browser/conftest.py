"""One bank for all, one browser for each module."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.db.backends.base.creation import TEST_DATABASE_PREFIX
from django.test import override_settings
from django.test.utils import setup_databases, teardown_databases
from pytest_django.live_server_helper import LiveServer
from pytest_django.plugin import DjangoDbBlocker

from tests.browser import bank
from tests.browser.phone import CHROMEDRIVER, CHROMIUM, Phone


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here needs Chromium."""
    missing = not (CHROMIUM.exists() and CHROMEDRIVER.exists())
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)
            if missing:
                item.add_marker(pytest.mark.skip(reason="needs Chromium and its driver"))


@pytest.fixture(scope="package")
def site(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The bank, served; commits are real, so it is taken away at the end."""
    media = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media"))
    with django_db_blocker.unblock(), _database(), media:
        cache.clear()
        bank.load()
        server = LiveServer("localhost")
        yield server.url
        server.stop()
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            call_command("flush", interactive=False, verbosity=0)
            cursor.execute("SET session_replication_role = DEFAULT")
        cache.clear()


@contextmanager
def _database() -> Iterator[None]:
    """pytest-django makes none where no test asks for one by its own fixtures."""
    if connection.settings_dict["NAME"].startswith(TEST_DATABASE_PREFIX):
        yield
        return
    made = setup_databases(verbosity=0, interactive=False, aliases={"default"})
    yield
    teardown_databases(made, verbosity=0)


@pytest.fixture(scope="module")
def browser(site: str) -> Iterator[Phone]:
    """The module's phone."""
    phone = Phone(site)
    yield phone
    phone.close()


@pytest.fixture
def phone(browser: Phone) -> Iterator[Phone]:
    """The phone as nobody's, light, with nothing noted."""
    browser.leave()
    browser.cdp("Storage.clearDataForOrigin", origin=browser.site, storageTypes="all")
    browser.window(390, 844)
    browser.dark(False)
    browser.forget()
    yield browser


@pytest.fixture(scope="session")
def album() -> Path | None:
    """Where pictures go: the folder that SCREENSHOTS names, if any."""
    named = os.environ.get("SCREENSHOTS", "")
    return Path(named) if named else None
