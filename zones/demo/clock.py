"""A clock for the demo's past: on this connection the database's time is what the load says.

Ninety days are loaded in a minute or two, yet the ledger has to see each day's points, claims and
redemptions on that day and in that order. The verbs ask the database for the time, so for the
length of the load it answers another: for this session only, and every verb stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection

SCHEMA = "demo_clock"
_REAL = "statement_timestamp()"
# Without a time set (any other session) it is the time that it is.
_TIME = """coalesce(nullif(current_setting('demo.now', true), '')::timestamptz,
                    pg_catalog.clock_timestamp())"""
_FUNCTIONS = ("clock_timestamp", "now", "statement_timestamp")
_ROOMS = ("growth", "benefits")


@contextmanager
def wound_back() -> Iterator[Callable[[datetime], None]]:
    """Gives a function that sets the time; the real one is back at the end."""
    _run(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    for name in _FUNCTIONS:
        _run(
            f"CREATE OR REPLACE FUNCTION {SCHEMA}.{name}() RETURNS timestamptz"
            f" LANGUAGE sql STABLE AS $$ SELECT {_TIME} $$"
        )
    _defaults(_REAL, f"{SCHEMA}.now()")
    _run(f'SET search_path = {SCHEMA}, pg_catalog, "$user", public')
    try:
        yield _set
    finally:
        _run("RESET search_path")
        _run("SELECT set_config('demo.now', '', false)")
        _defaults(f"{SCHEMA}.now()", _REAL)
        _run(f"DROP SCHEMA {SCHEMA} CASCADE")


def _set(moment: datetime) -> None:
    _run("SELECT set_config('demo.now', %s, false)", [moment.isoformat()])


def _defaults(before: str, after: str) -> None:
    """Have columns that say when something was recorded take their time from elsewhere."""
    with connection.cursor() as cursor:
        # In a transaction (a test's) checks that wait for its end would be in the way.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            """SELECT c.relname, a.attname FROM pg_attrdef d
               JOIN pg_class c ON c.oid = d.adrelid
               JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.adnum
               WHERE split_part(c.relname, '_', 1) = ANY(%s)
                 AND replace(pg_get_expr(d.adbin, d.adrelid), %s, '') IN (%s, %s)""",
            [list(_ROOMS), "pg_catalog.", before, before.removeprefix(f"{SCHEMA}.")],
        )
        for table, column in cursor.fetchall():
            cursor.execute(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" SET DEFAULT {after}')
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _run(statement: str, values: list[str] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
