"""The rows that the product wrote, read back batch by batch; none of it is in anybody's time."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import psycopg

BATCH = 1000  # events in one transaction, as the product imports them
# Set by each database's own clock.
_TIMES = {
    "received_at", "settled_at", "posted_at", "recorded_at", "since", "changed_at", "enrolled_at",
}  # fmt: skip
TABLES = (
    "growth_bankevent",
    "growth_customer",
    "growth_wallet",
    "growth_taskcompletion",
    "growth_taskprogress",
    "growth_pointstransfer",
    "growth_pointslot",
    "growth_growthentry",
    "growth_levelchange",
    "growth_segmentmembership",
)


@dataclass
class Batch:
    """Rows that one transaction wrote, by kind, and turned into columns."""

    rows: dict[str, list[tuple]] = field(default_factory=lambda: defaultdict(list))
    columns: dict[str, list[list[Any]]] = field(default_factory=dict)

    def turn(self) -> None:
        """Rows to columns, as unnest wants them."""
        for kind, rows in self.rows.items():
            self.columns[kind] = [list(column) for column in zip(*rows, strict=True)]
        self.rows.clear()


def read(address: str) -> list[Batch]:
    """Everything that an import into an empty database wrote."""
    with psycopg.connect(address) as connection:
        reader = _Reader(connection)
        reader.read_events()
        reader.read_rewards()
        reader.read_customers()
    for batch in reader.batches:
        batch.turn()
    return reader.batches


class _Reader:
    def __init__(self, connection: psycopg.Connection) -> None:
        self.fetch = lambda sql: connection.execute(sql.encode()).fetchall()
        # A batch is what one transaction wrote; two of them may run at once.
        found = self.fetch("SELECT xmin::text FROM growth_bankevent GROUP BY 1 ORDER BY min(id)")
        self.number_of = {xid: number for number, (xid,) in enumerate(found)}
        self.batches = [Batch() for _ in found]
        self.last: dict[tuple[int, int], tuple] = {}  # position by batch and customer
        self.first: dict[int, int] = {}  # batch in which a customer was enrolled
        self.release = 0

    def read_events(self) -> None:
        """Events, and how far each batch folded each of its customers."""
        rows = self.fetch(
            """SELECT xmin::text, id, source, event_id, type, customer_id, time, data::text,
                 digest, segments::text, release FROM growth_bankevent ORDER BY id"""
        )
        for xid, *row in rows:
            number = self.number_of[xid]
            self.batches[number].rows["events"].append(tuple(row))
            _, source, event_id, _, customer_id, time, *_, self.release = row
            self.first.setdefault(customer_id, number)
            place = number, customer_id
            self.last[place] = max(self.last.get(place, ()), (time, source, event_id))

    def read_rewards(self) -> None:
        """What was earned: completions, points and growth value."""
        self._sort(
            "completions",
            """SELECT xmin::text, id, customer_id, task_id, key, version_id, event_id, day,
                 points, growth, benefit, times, status, reason FROM growth_taskcompletion""",
        )
        self._sort(
            "transfers",
            """SELECT xmin::text, id, key, source_id, destination_id, customer_id, points, kind,
                 reason, origin::text FROM growth_pointstransfer""",
        )
        self._sort(
            "lots",
            """SELECT t.xmin::text, l.id, l.customer_id, l.transfer_id, l.points, l.remaining,
                 l.expires_on
               FROM growth_pointslot l JOIN growth_pointstransfer t ON t.id = l.transfer_id""",
        )
        self._sort(
            "growth",
            "SELECT xmin::text, id, key, customer_id, value, day, reason FROM growth_growthentry",
        )
        self._sort(
            "level_changes",
            """SELECT xmin::text, id, customer_id, before, after, growth_value, scheme_id,
                 cause FROM growth_levelchange""",
        )
        self._sort(
            "memberships",
            "SELECT xmin::text, customer_id, segment_id FROM growth_segmentmembership",
        )

    def read_customers(self) -> None:
        """Customers and wallets, as each batch left them."""
        refs = dict(self.fetch("SELECT id, ref FROM growth_customer"))
        wallets = dict(
            self.fetch("SELECT customer_id, id FROM growth_wallet WHERE customer_id IS NOT NULL")
        )
        levels: dict[int, str] = {}
        earned: dict[tuple[int, int], int] = defaultdict(int)
        for number, batch in enumerate(self.batches):
            for row in batch.rows.get("transfers", ()):
                earned[number, row[4]] += row[5]
        for number, customer_id in sorted(self.last):
            batch, position = self.batches[number], self.last[number, customer_id]
            for change in batch.rows.get("level_changes", ()):
                if change[1] == customer_id:
                    levels[customer_id] = change[3]
            state = levels.get(customer_id, ""), *position, self.release
            points = earned.get((number, customer_id), 0)
            if self.first[customer_id] == number:
                batch.rows["customers"].append((customer_id, refs[customer_id], *state))
                batch.rows["wallets"].append((wallets[customer_id], customer_id, points))
            else:
                batch.rows["positions"].append((customer_id, *state))
                if points:
                    batch.rows["balances"].append((customer_id, points))

    def _sort(self, kind: str, sql: str) -> None:
        for xid, *row in sorted(self.fetch(sql), key=lambda row: row[1:3]):
            self.batches[self.number_of[xid]].rows[kind].append(tuple(row))


def add_progress(batches: Iterable[Batch]) -> None:
    """The states that each batch wrote: the tables keep the last one only, so fold once more."""
    from growth import progress
    from growth.fold import fold
    from growth.rules import rules_of

    states: dict[int, dict] = {}
    for batch in batches:
        events: dict[int, list] = defaultdict(list)
        for row in zip(*batch.columns["events"], strict=True):
            pk, source, event_id, kind, customer_id, time, data, _, segments, release = row
            audience = [int(each) for each in segments.strip("{}").split(",") if each]
            events[customer_id].append(
                progress.fold_event(pk, source, event_id, kind, time, data, audience, release)
            )
        rules = rules_of(release)
        written = []
        for customer_id, mine in events.items():
            before = states.get(customer_id, {})
            mine.sort(key=lambda event: event.position)
            after, _ = fold(rules.for_event, before, mine)
            changed = [task for task in after if after[task] is not before.get(task)]
            written += [(customer_id, task, json.dumps(after[task])) for task in changed]
            states[customer_id] = after
        if written:
            batch.columns["progress"] = [list(column) for column in zip(*written, strict=True)]


def counts(address: str) -> dict[str, int]:
    """How many rows each table has."""
    with psycopg.connect(address) as connection:
        return {
            table: connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()[0]  # type: ignore[index]
            for table in TABLES
        }


def digests(address: str) -> dict[str, str]:
    """A hash of each table's rows, without the moments at which they were written."""
    found = {}
    with psycopg.connect(address) as connection:
        for table in TABLES:
            names = connection.execute(
                """SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass
                   AND attnum > 0 AND NOT attisdropped ORDER BY attnum""",
                [table],
            ).fetchall()
            row = ", ".join(name for (name,) in names if name not in _TIMES)
            hashes = f"SELECT md5(ROW({row})::text) AS h FROM {table}"
            sql = f"SELECT md5(string_agg(h, '' ORDER BY h)) FROM ({hashes}) AS r"
            found[table] = connection.execute(sql.encode()).fetchone()[0]  # type: ignore[index]
    return found
