"""Statements of the hot paths, planned once a connection instead of at every use.

Django binds parameters on the client (its ORM cannot promise statements that prepare), so nothing
it sends is ever prepared. Ours are few and always the same: bound by the server, the driver
prepares them from their fifth use on (``prepare_threshold``; off behind a pooler). Measured on one
event: planning was more than half of the database's time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper
from psycopg.pq import Format


@contextmanager
def pipeline() -> Iterator[None]:
    """Send the statements of the block together and wait once: one round trip for all of them.

    Each still sees what the ones before it did and what others had committed when it ran. A fetch
    sends what is queued; a row count is not known inside.
    """
    wrapper: Any = connections[DEFAULT_DB_ALIAS]
    wrapper.ensure_connection()
    with wrapper.wrap_database_errors, wrapper.connection.pipeline():
        yield


def cursor() -> CursorWrapper:
    """A cursor on Django's connection, in its transaction, that binds on the server.

    One statement an execute; parameters need a cast where their type is not plain.
    """
    wrapper: Any = connections[DEFAULT_DB_ALIAS]
    wrapper.close_if_health_check_failed()
    wrapper.ensure_connection()
    with wrapper.wrap_database_errors:
        bound: Any = ServerBindingCursor(wrapper.connection)  # type: ignore[call-arg]
        bound.format = Format.BINARY  # the driver reads times ten times as fast
        return wrapper._prepare_cursor(bound)
