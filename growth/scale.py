"""Many customers with long histories, made fast: to see how the product behaves at a bank's size.

Everything that is made hangs together (wallets, lots, allocations, growth value), so that
``reconcile`` finds nothing and every verb works on it. Rows travel by COPY, some thousand
customers a piece.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Any

from django.db import connection, transaction

from growth import bankday, registry

# Of ten entries nine are earnings; the tenth spends the first two of them.
CYCLE = 10
# Entries lie within so many days, and expire a year after the day on which they were earned.
DAYS = 300
PIECE = 5000  # customers
TYPE = "scale.seeded"  # of the events; no task listens to it
CITIES = ("Shanghai", "Hangzhou", "Suzhou", "Nanjing", "Ningbo")

_COPIES = {
    "customers": """COPY growth_customer (id, ref, attributes, tags, level, personalised,
        large_text, language, enrolled_at, folded_source, folded_event, folded_release)
        FROM STDIN""",
    "wallets": "COPY growth_wallet (id, customer_id, balance) FROM STDIN",
    "events": """COPY growth_bankevent (id, source, event_id, type, customer_id, time, data, digest,
        segments, release, counts, attempts, last_error, settled_at) FROM STDIN""",
    "transfers": """COPY growth_pointstransfer (id, key, source_id, destination_id, customer_id,
        points, kind, reason, origin, day, posted_at) FROM STDIN""",
    "lots": """COPY growth_pointslot (id, customer_id, transfer_id, points, remaining, expires_on)
        FROM STDIN""",
    "allocations": """COPY growth_pointsallocation (customer_id, transfer_id, lot_id, points)
        FROM STDIN""",
    "growth": "COPY growth_growthentry (key, customer_id, value, day, reason) FROM STDIN",
}
_TABLES = ("growth_customer", "growth_wallet", "growth_bankevent", "growth_pointstransfer",
           "growth_pointslot")  # fmt: skip

# What was made here has its customer for a cause, and no other.
_MADE = """
    SELECT t.id, t.customer_id FROM growth_customer c JOIN {} t ON t.customer_id = c.id
    WHERE c.ref LIKE 'scale-%' AND t.reason = 'scale'
      AND starts_with(t.key || ':', 'scale:' || substr(c.ref, 7) || ':')
"""


def register() -> None:
    """Called once, when the apps are ready."""
    registry.points_causes["scale"] = _MADE.format("growth_pointstransfer")
    registry.growth_causes["scale"] = _MADE.format("growth_growthentry")


Progress = Callable[[int], Any]


def seed(*, customers: int, entries: int, events: int, on_piece: Progress) -> None:
    """Add so many customers with ``entries`` points entries (a multiple of ten) and events each.

    A piece of customers is one transaction. References are ``scale-<number>``, numbered on from
    what is there, so a second run adds as many again.
    """
    first, last_ids = _start()
    for start in range(first, first + customers, PIECE):
        number = min(PIECE, first + customers - start)
        with transaction.atomic():
            _trust_the_rows()
            piece = _Piece(range(start, start + number), entries, events, last_ids)
            for name, statement in _COPIES.items():
                _copy(statement, getattr(piece, name)())
            _advance_ids(last_ids)
        on_piece(number)


def analyze() -> None:
    """Tell the planner of it."""
    with connection.cursor() as cursor:
        for table in (*_TABLES, "growth_pointsallocation", "growth_growthentry"):
            cursor.execute(f"ANALYZE {table}")


def _trust_the_rows() -> None:
    """Foreign keys hold by construction; who may leaves their checks out, and is done sooner."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone()[0]:
            cursor.execute("SET LOCAL session_replication_role = replica")


def _start() -> tuple[int, dict[str, int]]:
    """The first free number, and the last id of each table that others refer to."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT coalesce(max(substr(ref, 7)::bigint), 0) FROM growth_customer
               WHERE ref LIKE 'scale-%%' AND ref ~ '^scale-[0-9]+$'"""
        )
        first = cursor.fetchone()[0] + 1
        last_ids = {}
        for table in _TABLES:
            cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table])
            last_ids[table] = cursor.fetchone()[0]
    return first, last_ids


def _advance_ids(last_ids: dict[str, int]) -> None:
    with connection.cursor() as cursor:
        for table, last in last_ids.items():
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, last])


def _copy(statement: str, lines: Iterator[str]) -> None:
    with connection.cursor() as cursor, cursor.cursor.copy(statement) as copy:
        while part := "".join(islice(lines, 1000)):
            copy.write(part)


class _Piece:
    """The rows of some customers, as lines for COPY; takes ids and moves ``last_ids`` on."""

    def __init__(self, numbers: range, entries: int, events: int, last_ids: dict[str, int]) -> None:
        self.numbers, self.entries, self.each = numbers, entries, events
        self.today: date = bankday.today()
        self.days = [
            self.today - timedelta(days=(entries - 1 - place) * DAYS // max(entries, 1))
            for place in range(entries)
        ]
        self.earned = [place for place in range(entries) if place % CYCLE != CYCLE - 1]
        self.programme, self.release = _programme()
        many = len(numbers)
        sizes = (many, many, many * events, many * entries, many * len(self.earned))
        self.before = dict(last_ids)
        for table, size in zip(_TABLES, sizes, strict=True):
            last_ids[table] += size

    def customers(self) -> Iterator[str]:
        first = self.before["growth_customer"] + 1 - self.numbers.start
        for n in self.numbers:
            born = f"{1940 + n % 65}-{1 + n % 12:02}-{1 + n % 28:02}"
            city = CITIES[n % len(CITIES)]
            yield (
                f'{first + n}\tscale-{n}\t{{"birth_date": "{born}", "city": "{city}"}}\t{{}}\t\t'
                f"true\tfalse\t\tnow\t\t\t{self.release}\n"
            )

    def wallets(self) -> Iterator[str]:
        for place, n in enumerate(self.numbers, 1):
            wallet = self.before["growth_wallet"] + place
            balance = (len(self.earned) - 2 * (self.entries // CYCLE)) * _points(n)
            yield f"{wallet}\t{self.before['growth_customer'] + place}\t{balance}\n"

    def transfers(self) -> Iterator[str]:
        kinds = ["redeem" if p % CYCLE == CYCLE - 1 else "earn" for p in range(self.entries)]
        pk = self.before["growth_pointstransfer"]
        for place, n in enumerate(self.numbers, 1):
            mine, ours = self.before["growth_wallet"] + place, self.programme
            customer, points = self.before["growth_customer"] + place, _points(n)
            for number, (kind, day) in enumerate(zip(kinds, self.days, strict=True)):
                pk += 1
                sides = f"{mine}\t{ours}" if kind == "redeem" else f"{ours}\t{mine}"
                moved = 2 * points if kind == "redeem" else points
                yield (
                    f"{pk}\tscale:{n}:{number}\t{sides}\t{customer}\t{moved}\t{kind}\tscale\t"
                    f"{{}}\t{day}\t{day} 12:00+00\n"
                )

    def lots(self) -> Iterator[str]:
        pk = self.before["growth_pointslot"]
        ends = [day + timedelta(days=365) for day in self.days]
        for place, n in enumerate(self.numbers):
            transfer = self.before["growth_pointstransfer"] + 1 + place * self.entries
            customer, points = self.before["growth_customer"] + 1 + place, _points(n)
            for number in self.earned:
                pk += 1
                left = 0 if self._is_spent(number) else points
                yield f"{pk}\t{customer}\t{transfer + number}\t{points}\t{left}\t{ends[number]}\n"

    def allocations(self) -> Iterator[str]:
        each = len(self.earned)
        for place, n in enumerate(self.numbers):
            transfer = self.before["growth_pointstransfer"] + 1 + place * self.entries
            lot = self.before["growth_pointslot"] + 1 + place * each
            customer = self.before["growth_customer"] + 1 + place
            for cycle in range(self.entries // CYCLE):
                spend = transfer + cycle * CYCLE + CYCLE - 1
                for used in (0, 1):
                    of = lot + cycle * (CYCLE - 1) + used
                    yield f"{customer}\t{spend}\t{of}\t{_points(n)}\n"

    def events(self) -> Iterator[str]:
        pk = self.before["growth_bankevent"]
        for place, n in enumerate(self.numbers, 1):
            customer = self.before["growth_customer"] + place
            for number in range(self.each):
                pk += 1
                day = self.today - timedelta(days=1 + number % DAYS)
                yield (
                    f"{pk}\t/scale\t{n}-{number}\t{TYPE}\t{customer}\t{day} 04:00+00\t{{}}\t"
                    f"\\\\x{n:016x}{number:016x}\t{{}}\t{self.release}\ttrue\t0\t\tnow\n"
                )

    def growth(self) -> Iterator[str]:
        for place, n in enumerate(self.numbers, 1):
            customer = self.before["growth_customer"] + place
            yield f"scale:{n}\t{customer}\t{10 + n % 90}\t{self.today}\tscale\n"

    def _is_spent(self, number: int) -> bool:
        return number % CYCLE < 2 and number // CYCLE < self.entries // CYCLE


def _points(number: int) -> int:
    return 10 * (1 + number % 5)


def _programme() -> tuple[int, int]:
    """The programme's wallet, and the release now live."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT (SELECT id FROM growth_wallet WHERE customer_id IS NULL),
                      (SELECT coalesce(max(id), 0) FROM growth_programrelease)"""
        )
        wallet, release = cursor.fetchone()
        return wallet, release
