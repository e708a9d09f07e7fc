"""Books kept before the ledger was partitioned come through the migration to the row."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from django.db import connection

from config import env

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
NAME = "zones_old_books"
BEFORE = [("growth", "0011_exclusion_rows"), ("benefits", "0003_redemption_names_benefit")]

# The programme's wallet is there. Each of twenty earned 100, of which 30 are spent, and got 50.
OLD = """
INSERT INTO growth_customer (id, ref, attributes, tags, level, personalised, large_text, language,
    enrolled_at, folded_source, folded_event, folded_release)
  SELECT n, 'old-' || n, '{}', '{}', '', true, false, '', now(), '', '', 0
  FROM generate_series(1, 20) n;
INSERT INTO growth_wallet (id, customer_id, balance) SELECT 100 + n, n, 120
  FROM generate_series(1, 20) n;
INSERT INTO growth_pointstransfer
    (id, key, source_id, destination_id, customer_id, points, kind, reason, origin, day)
  SELECT n * 10 + part, 'k' || n || ':' || part,
         CASE WHEN part = 3 THEN 100 + n ELSE p.id END,
         CASE WHEN part = 3 THEN p.id ELSE 100 + n END,
         n, (ARRAY[100, 50, 30])[part], (ARRAY['earn', 'grant', 'redeem'])[part], 'old', '{}',
         '2026-01-05'
  FROM generate_series(1, 20) n, generate_series(1, 3) part,
       (SELECT id FROM growth_wallet WHERE customer_id IS NULL) p;
INSERT INTO growth_pointslot (id, customer_id, transfer_id, points, remaining, cost_centre)
  SELECT n * 10 + part, n, n * 10 + part, (ARRAY[100, 50])[part], (ARRAY[70, 50])[part], 'cards'
  FROM generate_series(1, 20) n, generate_series(1, 2) part;
INSERT INTO growth_pointsallocation (transfer_id, lot_id, points)
  SELECT n * 10 + 3, n * 10 + 1, 30 FROM generate_series(1, 20) n;
INSERT INTO growth_pointswriteoff (key, lot_id, points)
  SELECT 'w' || n, n * 10 + 2, 5 FROM generate_series(1, 20) n;
INSERT INTO growth_pointsdebt (key, customer_id, lot_id, points)
  SELECT 'd' || n, n, n * 10 + 2, 1 FROM generate_series(1, 20) n;
INSERT INTO growth_growthentry (key, customer_id, value, day, reason)
  SELECT 'g' || n, n, 7, '2026-01-05', 'old' FROM generate_series(1, 20) n;
"""
ROWS = {
    "growth_pointstransfer": "id, key, source_id, destination_id, customer_id, points, kind, day",
    "growth_pointslot": "id, customer_id, transfer_id, points, remaining, cost_centre",
    "growth_pointsallocation": "id, transfer_id, lot_id, points",
    "growth_pointswriteoff": "id, key, lot_id, points",
    "growth_pointsdebt": "id, key, customer_id, lot_id, points",
    "growth_growthentry": "id, key, customer_id, value, day",
}


def address(name: str) -> str:
    found = connection.settings_dict
    place = f"{quote(found['HOST'], safe='')}:{found['PORT']}/{name}"
    return f"postgresql://{quote(found['USER'])}:{quote(found['PASSWORD'])}@{place}"


# Without what the command does afterwards, which asks for the tables of today.
MIGRATE = """
import django; django.setup()
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
executor = MigrationExecutor(connection)
executor.migrate({targets})
"""


def migrate(targets: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MIGRATE.format(targets=targets)],
        cwd=env.ROOT,
        env={
            **os.environ,
            "DATABASE_URL": address(NAME),
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]


@contextmanager
def a_database() -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(address("postgres"), autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")  # type: ignore[arg-type]
        server.execute(f"CREATE DATABASE {NAME}")  # type: ignore[arg-type]
        try:
            with psycopg.connect(address(NAME), autocommit=True) as database:
                yield database
        finally:
            server.execute(f"DROP DATABASE {NAME} WITH (FORCE)")  # type: ignore[arg-type]


def test_no_row_is_lost_changed_or_refused_afterwards() -> None:
    with a_database() as database:
        migrate(repr(BEFORE))
        database.execute(OLD)
        ask = {t: f"SELECT {columns} FROM {t} ORDER BY 1" for t, columns in ROWS.items()}
        before = {table: database.execute(sql).fetchall() for table, sql in ask.items()}  # type: ignore[arg-type]

        migrate("executor.loader.graph.leaf_nodes()")

        for table, sql in ask.items():
            assert database.execute(sql).fetchall() == before[table] != []  # type: ignore[arg-type]
        for table in ("growth_pointsallocation", "growth_pointswriteoff"):
            strange = f"""SELECT count(*) FROM {table} o JOIN growth_pointslot l ON l.id = o.lot_id
                          WHERE o.customer_id <> l.customer_id"""
            assert database.execute(strange).fetchone() == (0,)  # type: ignore[arg-type]
        spread = "SELECT count(DISTINCT tableoid) FROM growth_pointstransfer"
        assert database.execute(spread).fetchone()[0] > 4  # type: ignore[index]
        follows = "SELECT nextval(pg_get_serial_sequence('growth_pointstransfer', 'id'))"
        assert database.execute(follows).fetchone() == (204,)
