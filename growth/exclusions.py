"""Customers who are rewarded for nothing, such as the bank's own staff.

They complete tasks like anybody else, but their awards are refused, for good. What they were
given before stays theirs; taking awards back does it (``pending.revoke``).
"""

import json
from collections.abc import Sequence
from itertools import islice
from typing import BinaryIO

from django.db import connection, transaction

from growth import feeds, ledger, registry
from growth.customers import Description, describe
from growth.errors import GrowthError, NotFound
from growth.feeds import CsvRow, Tally
from growth.imports import BATCH, Progress
from growth.intake import enrol
from growth.models import Customer

MAX_REASON = 100
KIND = "exclusion"


class ReasonMissing(GrowthError):
    """A reason is needed, of at most 100 characters."""

    code = "reason_missing"
    status = 422


@transaction.atomic
def exclude(*, customer_id: int, reason: str) -> bool:
    """Refuse all awards of a customer from now on. False where it was so, for that reason.

    Raises:
        NotFound: there is no such customer.
        ReasonMissing: the reason is empty or too long.
    """
    if not reason.strip() or len(reason) > MAX_REASON:
        raise ReasonMissing
    return _set(customer_id, reason.strip())


@transaction.atomic
def readmit(*, customer_id: int) -> bool:
    """Reward a customer again, for what is completed from now on. False where that was so.

    Raises:
        NotFound: there is no such customer.
    """
    return _set(customer_id, "")


def _set(customer_id: int, reason: str) -> bool:
    ledger.lock_customers([customer_id])
    customers = Customer.objects.filter(pk=customer_id)
    if not customers.exists():
        raise NotFound("There is no such customer.")
    return bool(customers.exclude(excluded=reason).update(excluded=reason))


@transaction.atomic
def exclude_all(reasons: dict[str, str]) -> int:
    """Exclude customers by the bank's id, enrolling who is new; returns how many changed."""
    refs = sorted(reasons)
    enrol(refs)
    ledger.lock_customers(Customer.objects.filter(ref__in=refs).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE growth_customer c SET excluded = n.reason
               FROM unnest(%s::text[], %s::text[]) AS n(ref, reason)
               WHERE c.ref = n.ref AND c.excluded <> n.reason""",
            [refs, [reasons[ref] for ref in refs]],
        )
        return int(cursor.rowcount)


def import_exclusions(file: BinaryIO, path: str, on_batch: Progress) -> Tally:
    """Exclude the customers of a CSV file with the columns customer_id and reason."""
    tally = Tally()
    rows = feeds.csv_rows(file, path, required="customer_id")
    while batch := list(islice(rows, BATCH)):
        _take_in(batch, path, tally)
        on_batch(len(batch))
    return tally


def _take_in(batch: Sequence[CsvRow], feed: str, tally: Tally) -> None:
    rejected: list[tuple[int, str, str, str]] = []
    reasons: dict[str, str] = {}
    for row in batch:
        found = row.fault or _read(row.cells)
        if isinstance(found, dict):
            reasons |= found
        else:
            text = json.dumps(row.cells, ensure_ascii=False) if row.cells else row.text
            rejected.append((row.line, text, *found))
    changed = exclude_all(reasons)
    if rejected:
        feeds.keep_rejected(feed, KIND, rejected)
    tally.accepted += changed
    tally.duplicate += len(batch) - len(rejected) - changed
    tally.rejected += len(rejected)


def _read(cells: dict[str, str]) -> dict[str, str] | tuple[str, str]:
    """Who is excluded and why; or (code, detail) where the row cannot be read."""
    reason = cells.get("reason", "").strip()
    described = describe({"customer_id": cells["customer_id"], "reason": reason})
    if not isinstance(described, Description):
        return described
    if not reason or len(reason) > MAX_REASON:
        return "invalid", f"reason: must be 1 to {MAX_REASON} characters"
    return {cells["customer_id"].strip(): reason}


def register() -> None:
    """Let rejected rows of exclusions be replayed."""
    registry.replayers[KIND] = replay_row


def replay_row(text: str, feed: str) -> tuple[str, str] | None:
    """Take in one rejected row again; returns (code, detail) where it is refused again."""
    try:
        found = _read(json.loads(text))
    except (ValueError, KeyError, AttributeError, TypeError):
        return "columns", "cells that do not fit the header"
    if isinstance(found, tuple):
        return found
    exclude_all(found)
    return None
