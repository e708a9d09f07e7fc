"""The hash chain over points transfers: each seal covers a transfer and the seal before it.

Whoever changes, removes or re-orders what is sealed, past the triggers and the database role,
breaks the chain there. A seal covers the transfer, the fixed facts of its lot (all but what
remains; its expiry as it was promised at first) and the allocations. Somebody who may write every
table could seal everything anew: against that, keep the head that ``verify`` returns elsewhere.
"""

import hashlib
from collections.abc import Iterator
from itertools import chain, pairwise
from typing import Any, NamedTuple

from django.db import connection, transaction

from growth import books
from growth.bulk import columns, rows_as
from growth.difference import Difference
from growth.models import TransferSeal

START = bytes(32)  # what the first seal covers instead of a seal before it
BATCH = 5000
# What the keys of differences begin with: a fault of the chain, and a transfer that it passed by.
BROKEN, PASSED = "chain, seal", "passed by the chain: transfer"
# Ids before the newest sealed one among which transfers that committed late are looked for every
# minute; what is later still is found once a day.
LATE = 100_000
_FAR = -(2**62)  # before any id
_LOCK = 0x5EA1  # only one process seals at a time

# A lot that was good again after its expiry: until when at first, and until when now. A refund
# says both (``lots``); no other way to move an expiry agrees with what is sealed.
_EXTENSIONS = """
    SELECT DISTINCT ON (e.lot) e.lot::bigint AS lot_id,
           first_value(e.days ->> 0) OVER (PARTITION BY e.lot ORDER BY r.id)::date AS before,
           (e.days ->> 1)::date AS until
    FROM ({refunds}) r, jsonb_each(r.origin -> 'extended') e(lot, days)
    ORDER BY e.lot, r.id DESC
"""
_ALL = _EXTENSIONS.format(
    refunds="""SELECT id, origin FROM growth_pointstransfer
               WHERE kind = 'refund' AND origin ? 'extended'"""
)
# OFFSET 0 keeps the planner from reading whole tables to find a batch's few thousand rows.
_OF_BATCH = _EXTENSIONS.format(
    refunds="""
      SELECT r.id, r.origin
      FROM (SELECT DISTINCT a.transfer_id, b.customer_id
            FROM batch b,
              LATERAL (SELECT id FROM growth_pointslot
                       WHERE transfer_id = b.id AND customer_id = b.customer_id OFFSET 0) l,
              LATERAL (SELECT transfer_id FROM growth_pointsallocation
                       WHERE lot_id = l.id AND customer_id = b.customer_id AND points < 0
                       OFFSET 0) a) u,
        LATERAL (SELECT id, origin FROM growth_pointstransfer
                 WHERE id = u.transfer_id AND customer_id = u.customer_id
                   AND kind = 'refund' AND origin ? 'extended' OFFSET 0) r"""
)

_CONTENT = """
    jsonb_build_array(
      t.id, t.key, t.source_id, t.destination_id, t.customer_id, t.points, t.kind, t.reason,
      t.origin, t.day, to_char(t.posted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
      CASE WHEN l.id IS NULL THEN NULL ELSE jsonb_build_array(
        l.id, l.customer_id, l.points, l.cost_centre,
        CASE WHEN l.expires_on = x.until THEN x.before ELSE l.expires_on END) END,
      (SELECT jsonb_agg(jsonb_build_array(a.id, a.lot_id, a.points) ORDER BY a.id)
       FROM growth_pointsallocation a
       WHERE a.transfer_id = t.id AND a.customer_id = t.customer_id))::text
"""
_UNSEALED = """
    SELECT t.id, t.customer_id FROM growth_pointstransfer t
    LEFT JOIN growth_transferseal s ON s.transfer_id = t.id AND s.transfer_id > %s
    WHERE s.transfer_id IS NULL AND t.id > %s
      AND (t.id > %s OR t.posted_at > now() - interval '1 hour')
    ORDER BY t.id LIMIT %s
"""
_FRESH = f"""
    WITH batch AS (SELECT * FROM {rows_as("n", id="bigint", customer_id="bigint")}),
    extended AS ({_OF_BATCH})
    SELECT t.id, {_CONTENT}
    FROM batch b
    CROSS JOIN LATERAL (SELECT * FROM growth_pointstransfer
                        WHERE id = b.id AND customer_id = b.customer_id OFFSET 0) t
    LEFT JOIN LATERAL (SELECT * FROM growth_pointslot
                       WHERE transfer_id = b.id AND customer_id = b.customer_id OFFSET 0) l ON true
    LEFT JOIN extended x ON x.lot_id = l.id
    ORDER BY t.id
"""  # noqa: S608
_INSERT = f"""
    INSERT INTO growth_transferseal (transfer_id, position, digest)
    SELECT transfer_id, position, decode(digest, 'hex') FROM {
    rows_as("n", transfer_id="bigint", position="bigint", digest="text")
}
"""  # noqa: S608
_CHAIN = f"""
    WITH extended AS ({_ALL})
    SELECT s.position, s.digest, s.transfer_id, t.key, {_CONTENT}
    FROM growth_transferseal s
    LEFT JOIN growth_pointstransfer t ON t.id = s.transfer_id
    LEFT JOIN growth_pointslot l ON l.transfer_id = t.id AND l.customer_id = t.customer_id
    LEFT JOIN extended x ON x.lot_id = l.id
    ORDER BY s.position
"""  # noqa: S608


def digest(before: bytes, content: str) -> bytes:
    """The seal of a transfer's content after the seal ``before``."""
    return hashlib.sha256(before + content.encode()).digest()


@transaction.atomic
def seal_batch(*, everything: bool = False) -> int:
    """Seal up to ``BATCH`` transfers that are not sealed yet, in the order of their ids.

    What commits late gets a later position. Returns how many; 0 also while another process is
    at it. What says that it is old and was passed by is sealed with ``everything`` only, however
    far back it is: whoever asks for that has looked for it before (``overdue``).
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(
            """SELECT coalesce(max(position), 0), coalesce(max(transfer_id), 0)
               FROM growth_transferseal"""
        )
        position, newest = cursor.fetchone()
        after, passed = (_FAR, _FAR) if everything else (newest - LATE, newest)
        cursor.execute(_UNSEALED, [after, after, passed, BATCH])
        fresh = cursor.fetchall()
        if not fresh:
            return 0
        cursor.execute(_FRESH, columns(fresh))
        last, rows = _seal_at(position), []
        for place, (pk, content) in enumerate(cursor.fetchall(), start=position + 1):
            last = digest(last, content)
            rows.append((pk, place, last.hex()))
        cursor.execute(_INSERT, columns(rows))
    return len(rows)


def seal_all(*, everything: bool = False) -> int:
    """Seal what is not sealed yet, a batch in each transaction; returns how many."""
    total = 0
    while done := seal_batch(everything=everything):
        total += done
    return total


# Transfers after the newest sealed one; where there are very many, the exact number tells no more.
UNSEALED = """
    (SELECT count(*) FROM (
       SELECT FROM growth_pointstransfer
       WHERE id > (SELECT coalesce(max(transfer_id), 0) FROM growth_transferseal)
       LIMIT 100000) AS n)
"""


def unsealed() -> int:
    """How many transfers wait to be sealed, up to 100,000."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {UNSEALED}")
        return int(cursor.fetchone()[0])


class Verdict(NamedTuple):
    """What ``verify`` found: how many seals hold up to the first fault, and the last of them; that
    fault, and how many further ones the chain has: 0 says that all behind the first is sound."""

    sealed: int
    head: bytes
    fault: Difference | None
    further: int = 0


@transaction.atomic
def verify(*, anchor: tuple[int, bytes] | None = None) -> Verdict:
    """Recompute the chain, flat in memory; then that nothing old is unsealed, and the books.

    ``anchor`` is a position with its digest that was kept elsewhere.
    """
    first, found, further = None, Verdict(0, START, None), 0
    for found in _walk():
        if anchor and not found.fault and found.sealed == anchor[0] and found.head != anchor[1]:
            found = found._replace(
                fault=_fault(anchor[0], f"seal {anchor[0]} is not the one that was kept")
            )
        if found.fault:
            further += first is not None
            first = first or found
    if first:
        return first._replace(further=further)
    if anchor and found.sealed < anchor[0]:
        missing = _fault(anchor[0], f"seal {anchor[0]}, which was kept, is missing")
        return found._replace(fault=missing)
    return found._replace(fault=next(chain(overdue(), books.differences()), None))


def _walk() -> Iterator[Verdict]:
    """The chain, seal by seal; behind a fault it goes on from the seal that stands there."""
    before, count = START, 0
    with connection.chunked_cursor() as cursor:
        cursor.execute(_CHAIN)
        rows = iter(lambda: cursor.fetchmany(BATCH), [])
        for row, following in pairwise(chain(chain.from_iterable(rows), [None])):
            position, stored, transfer, key, content = row
            after, fault = bytes(stored), None
            if position != count + 1:
                fault = f"seal {count + 1} is missing"
            elif key is None:
                fault = f"transfer {transfer} (seal {position}) is missing"
            elif after != (recomputed := digest(before, content)):
                fault, after = _blame(position, transfer, key, recomputed, after, following)
            if fault:
                yield Verdict(count, before, _fault(position, fault))
            before, count = after, position
            if not fault:
                yield Verdict(count, before, None)


def _blame(
    position: int,
    transfer: int,
    key: str,
    recomputed: bytes,
    stored: bytes,
    following: tuple[Any, ...] | None,
) -> tuple[str, bytes]:
    """Whether a transfer or its seal was changed: the next seal covers what stood before.

    With it, what that next seal is to be recomputed from.
    """
    if following and following[4] and digest(recomputed, following[4]) == bytes(following[1]):
        return f"seal {position} (of transfer {transfer}, {key}) was changed", recomputed
    return (
        f"transfer {transfer} ({key}), its lot or its allocations are not what seal"
        f" {position} covers"
    ), stored


def _fault(position: int, text: str) -> Difference:
    return Difference(f"{BROKEN} {position}", text)


def overdue() -> Iterator[Difference]:
    """Transfers that should have been sealed long ago; each that the chain passed by has a key."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT t.id, t.key,
                      t.id < (SELECT coalesce(max(transfer_id), 0) FROM growth_transferseal)
               FROM growth_pointstransfer t
               LEFT JOIN growth_transferseal s ON s.transfer_id = t.id
               WHERE s.transfer_id IS NULL AND t.posted_at < now() - interval '1 hour'
               ORDER BY t.id LIMIT 1000"""
        )
        for pk, key, passed in cursor.fetchall():
            about = f"{PASSED} {pk}" if passed else "sealing"
            yield Difference(about, f"transfer {pk} ({key}) was never sealed")


def _seal_at(position: int) -> bytes:
    if position == 0:
        return START
    return bytes(TransferSeal.objects.get(position=position).digest)
