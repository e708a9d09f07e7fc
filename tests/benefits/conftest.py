"""Tests with real commits: the tables that refuse TRUNCATE are emptied all the same."""

from collections.abc import Iterator

import pytest
from django.db import connection


@pytest.fixture
def real_commits(transactional_db: None) -> Iterator[None]:
    """A database whose commits are real; its triggers rest while it is emptied afterwards."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
