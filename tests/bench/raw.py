"""The limit for events by file: plain psycopg that writes the rows which the product wrote.

One transaction for each batch of 1,000 events, a statement per table, columns as binary arrays (as
text, the driver takes four times as long over them) that unnest turns into rows. Who is new
in a batch is written once, as the batch leaves them; the others are updated.
"""

import time
from collections.abc import Iterable
from typing import Any, NamedTuple

import psycopg

from growth import bankday
from tests.bench.rows import Batch


class Statement(NamedTuple):
    """A statement and the kind of a batch's rows that it writes."""

    rows: str
    sql: str


STATEMENTS = [
    Statement(
        "customers",
        """INSERT INTO growth_customer (id, ref, attributes, tags, level, personalised, large_text,
             language, enrolled_at, folded_time, folded_source, folded_event, folded_release)
           SELECT id, ref, '{}', '{}', level, true, false, '', now(), time, source, event, release
           FROM unnest(%b::bigint[], %b::text[], %b::text[], %b::timestamptz[], %b::text[],
             %b::text[], %b::int[]) AS n(id, ref, level, time, source, event, release)""",
    ),
    Statement(
        "wallets",
        """INSERT INTO growth_wallet (id, customer_id, balance)
           SELECT * FROM unnest(%b::bigint[], %b::bigint[], %b::bigint[])""",
    ),
    Statement(
        "events",
        """INSERT INTO growth_bankevent (id, source, event_id, type, customer_id, time, data,
             digest, segments, release, counts, attempts, last_error, settled_at)
           SELECT id, source, event_id, type, customer_id, time, data, digest, segments::int[],
             release, true, 0, '', now()
           FROM unnest(%b::bigint[], %b::text[], %b::text[], %b::text[], %b::bigint[],
             %b::timestamptz[], %b::jsonb[], %b::bytea[], %b::text[], %b::int[])
             AS n(id, source, event_id, type, customer_id, time, data, digest, segments,
                  release)""",
    ),
    Statement(
        "completions",
        """INSERT INTO growth_taskcompletion (id, customer_id, task_id, key, version_id, event_id,
             day, points, growth, benefit, times, status, reason, postings, pinned, posted_on)
           SELECT *, 1, false, current_date FROM unnest(%b::bigint[], %b::bigint[], %b::bigint[],
             %b::bigint[], %b::bigint[], %b::bigint[], %b::date[], %b::int[], %b::int[],
             %b::text[], %b::bigint[], %b::text[], %b::text[])""",
    ),
    Statement(
        "transfers",
        """INSERT INTO growth_pointstransfer (id, key, source_id, destination_id, customer_id,
             points, kind, reason, origin, day)
           SELECT *, current_date FROM unnest(%b::bigint[], %b::text[], %b::bigint[],
             %b::bigint[], %b::bigint[], %b::bigint[], %b::text[], %b::text[], %b::jsonb[])""",
    ),
    Statement(
        "lots",
        """INSERT INTO growth_pointslot (id, customer_id, transfer_id, points, remaining,
             expires_on)
           SELECT * FROM unnest(%b::bigint[], %b::bigint[], %b::bigint[], %b::bigint[],
             %b::bigint[], %b::date[])""",
    ),
    Statement(
        "growth",
        """INSERT INTO growth_growthentry (id, key, customer_id, value, day, reason)
           SELECT * FROM unnest(%b::bigint[], %b::text[], %b::bigint[], %b::int[], %b::date[],
             %b::text[])""",
    ),
    Statement(
        "level_changes",
        """INSERT INTO growth_levelchange (id, customer_id, before, after, growth_value, scheme_id,
             cause)
           SELECT * FROM unnest(%b::bigint[], %b::bigint[], %b::text[], %b::text[], %b::bigint[],
             %b::bigint[], %b::text[])""",
    ),
    Statement(
        "memberships",
        """INSERT INTO growth_segmentmembership (customer_id, segment_id)
           SELECT * FROM unnest(%b::bigint[], %b::bigint[])""",
    ),
    Statement(
        "progress",
        """INSERT INTO growth_taskprogress (customer_id, task_id, state)
           SELECT * FROM unnest(%b::bigint[], %b::bigint[], %b::jsonb[])
           ON CONFLICT (customer_id, task_id) DO UPDATE SET state = excluded.state""",
    ),
    Statement(
        "positions",
        """UPDATE growth_customer c SET level = n.level, folded_time = n.time,
             folded_source = n.source, folded_event = n.event, folded_release = n.release
           FROM unnest(%b::bigint[], %b::text[], %b::timestamptz[], %b::text[], %b::text[],
             %b::int[]) AS n(id, level, time, source, event, release) WHERE c.id = n.id""",
    ),
    Statement(
        "balances",
        """UPDATE growth_wallet w SET balance = w.balance + n.points
           FROM unnest(%b::bigint[], %b::bigint[]) AS n(customer_id, points)
           WHERE w.customer_id = n.customer_id""",
    ),
]


def write(address: str, batches: Iterable[Batch]) -> float:
    """Write the batches on one connection; returns the seconds that it took."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = on")
        # The product books on the bank's day, so current_date has to be that.
        connection.execute("SELECT set_config('TimeZone', %s, false)", [str(bankday.zone())])
        cursor = connection.cursor()
        start = time.perf_counter()
        for batch in batches:
            with connection.transaction():
                for statement in STATEMENTS:
                    columns: list[list[Any]] | None = batch.columns.get(statement.rows)
                    if columns:
                        cursor.execute(statement.sql.encode(), columns, prepare=True)
        return time.perf_counter() - start
