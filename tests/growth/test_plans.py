"""Hot queries go by an index: none reads a table that grows with customers or events whole."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from growth import jobs, ledger, queries, scale, seals, sessions, settling
from growth.levels import standing
from growth.models import ApiClient
from tests.growth import world
from tests.growth.world import event, levels, load, reversal, task

CUSTOMERS = 1200
GROWING = {
    "growth_bankevent", "growth_customer", "growth_growthentry", "growth_levelchange",
    "growth_pointsallocation", "growth_pointslot", "growth_pointstransfer",
    "growth_taskcompletion", "growth_taskprogress", "growth_wallet",
}  # fmt: skip

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank(db: None) -> None:
    """A bank with some history in every table."""
    load(
        task(kind="cumulative", points_expire={"after_days": 365}),
        task("once", requires=["t"], limit={"per_customer": 1}),
        task("by-hand", kind="cumulative", event="b.done", claim="manual"),
        levels=levels(),
    )
    scale.seed(customers=CUSTOMERS, entries=20, events=5, on_piece=lambda number: None)
    for start in range(1, CUSTOMERS, 100):
        world.take(*[event(who=f"scale-{n}") for n in range(start, start + 100)])
    world.take(event(who="scale-1", when="2025-01-16"))
    with connection.cursor() as cursor:
        # A limit's first award reads what was given before; the following days' do not.
        cursor.execute("DELETE FROM growth_taskcounter WHERE day IS NOT NULL")
        for table in sorted(GROWING):
            cursor.execute(f"ANALYZE {table}")


# Indexes that hold only the rows that wait for something, or were reversed.
OF_FEW = {
    "wallet_one_programme", "lot_expiring", "completion_pending", "completion_lapsing",
    "event_unsettled", "event_waiting", "event_reversals",
}  # fmt: skip


def scanned(plan: dict[str, Any]) -> Iterator[str]:
    """Tables that a plan reads whole: as they lie, or along an index without looking for a key."""
    if plan["Node Type"] == "Seq Scan" or _goes_along(plan):
        yield re.sub(r"_\d$", "", plan["Relation Name"])  # a part counts as its table
    for part in plan.get("Plans", ()):
        yield from scanned(part)


def _goes_along(plan: dict[str, Any]) -> bool:
    """A condition on a later column than the first is looked for in every row of the index."""
    if plan["Node Type"] not in ("Index Scan", "Index Only Scan"):
        return False
    name, first = index_of(plan["Index Name"])
    asked = re.search(rf"\b{re.escape(first)}\b", plan.get("Index Cond", ""))
    return not asked and name not in OF_FEW


def index_of(name: str) -> tuple[str, str]:
    """The index of the whole table (a part's is named by PostgreSQL) and its first column."""
    with connection.cursor() as cursor:
        cursor.cursor.execute(
            """SELECT coalesce(i.inhparent::regclass::text, c.relname),
                      pg_get_indexdef(c.oid, 1, false)
               FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
               WHERE c.oid = to_regclass(%s)""",
            [name],
        )
        return cursor.cursor.fetchone()


@contextmanager
def plans() -> Iterator[dict[str, set[str]]]:
    """What each statement of the block reads whole; asked of the planner before it runs."""
    found: dict[str, set[str]] = {}

    def explain(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if re.match(r"\s*(SELECT|WITH|INSERT|UPDATE|DELETE)\b", sql) and not many:
            with connection.cursor() as cursor:
                asked = execute_plain(cursor, f"EXPLAIN (FORMAT JSON) {sql}", params)
                found[" ".join(sql.split())] = set(scanned(asked[0]["Plan"])) & GROWING
        return execute(sql, params, many, context)

    with connection.cursor() as cursor:
        # A small table is read whole because that is cheap: asked is whether it would have to be.
        cursor.execute("SET LOCAL enable_seqscan = off")
    with connection.execute_wrapper(explain):
        yield found


def execute_plain(cursor: Any, sql: str, params: Any) -> Any:
    """Past the wrapper, which would ask for the plan of the question."""
    cursor.cursor.execute(sql, params)
    told = cursor.cursor.fetchone()[0]
    return json.loads(told) if isinstance(told, str) else told


def whole(found: dict[str, set[str]]) -> dict[str, set[str]]:
    return {sql[:300]: tables for sql, tables in found.items() if tables}


def test_taking_in_and_settling(bank: None) -> None:
    with plans() as found:
        first = event(who="scale-7")
        world.take(first)
        world.take(*[event(who=f"scale-{n}") for n in range(1, 5)])
        world.take(event("b.done", who="scale-9"), event(who="new-1"))
        world.take(reversal(first))
        world.take(event(who="scale-8", when="2024-01-01"))
        world.take(event(who="scale-3"), settle=False)
        settling.settle_stored()
    assert len(found) > 20
    assert whole(found) == {}


def test_spending_refunding_and_expiring(bank: None) -> None:
    customer = world.customer("scale-11")
    today = world.days_ago(0)
    with plans() as found:
        spent = ledger.spend(
            customer_id=customer.pk, points=30, key="k", reason="r", origin={}, today=today
        )
        ledger.refund(transfer=spent, key="k2", reason="r", origin={}, today=today)
        ledger.customers_with_due_lots(today, 100)
        jobs.expire_points()
    assert whole(found) == {}


def test_sealing(bank: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "LATE", 100)  # of 24,000, as 100,000 are of millions
    seals.seal_all()
    world.take(event(who="scale-7"))
    spent = world.spend("scale-11", 30)
    world.refund(spent)
    with plans() as found:
        assert seals.seal_batch() == 4
    assert whole(found) == {}


def test_what_a_customer_asks(bank: None, client: Client) -> None:
    caller = ApiClient.objects.create(client_id="c", name="c", scopes=["handoffs:write"])
    ticket = sessions.issue_ticket(
        customer_ref="scale-12", channel="app", next_path="/my/", client_id=caller.pk
    )
    token = sessions.open_session(ticket=ticket.ticket).token
    with plans() as found:
        for path in ("me", "me/points", "me/points/entries", "me/tasks", "me/level"):
            answer = client.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == 200
    assert whole(found) == {}


def test_what_support_reads_of_a_customer(bank: None) -> None:
    customer = world.customer("scale-12")
    with plans() as found:
        list(queries.open_lots(customer.pk)[:20])
        list(standing.entries(customer.pk)[:20])
        list(queries.open_holds(customer.pk))
    assert len(found) == 3
    assert whole(found) == {}


def test_a_missing_index_is_noticed(bank: None) -> None:
    """The planted fault: without its index the entries' query reads every transfer."""
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX transfer_by_customer")
    customer = world.customer("scale-12")
    with plans() as found:
        list(customer.transfers.order_by("-pk")[:20])
    assert set.union(*whole(found).values()) == {"growth_pointstransfer"}
