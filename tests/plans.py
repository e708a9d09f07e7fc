"""Which tables a statement reads whole, and what of the product must read none that grows."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import connection
from django.test import Client

from growth import bankday, claims, explain, ledger, pending, queries, sessions, settling
from growth.levels import standing
from growth.models import ApiClient, Customer
from tests.growth import world
from tests.growth.world import event, levels, reversal, segment, task

GROWING = {
    "growth_bankevent", "growth_customer", "growth_growthentry", "growth_levelchange",
    "growth_pointsallocation", "growth_pointslot", "growth_pointstransfer",
    "growth_segmentmembership", "growth_taskcompletion", "growth_taskprogress", "growth_wallet",
    "benefits_redemption", "benefits_redemptionevent", "growth_customersession",
}  # fmt: skip

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
def plans(*, as_if_large: bool = True) -> Iterator[dict[str, set[str]]]:
    """What each statement of the block reads whole; asked of the planner before it runs.

    ``as_if_large``: a small table is read whole because that is cheap; asked is whether it would
    have to be. At a large bank's size the planner is asked as it is.
    """
    found: dict[str, set[str]] = {}

    def explain(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if re.match(r"\s*(SELECT|WITH|INSERT|UPDATE|DELETE)\b", sql) and not many:
            with connection.cursor() as cursor:
                asked = execute_plain(cursor, f"EXPLAIN (FORMAT JSON) {sql}", params)
                found[" ".join(sql.split())] = set(scanned(asked[0]["Plan"])) & GROWING
        return execute(sql, params, many, context)

    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('enable_seqscan', %s, true)", [str(not as_if_large)])
    with connection.execute_wrapper(explain):
        yield found


def execute_plain(cursor: Any, sql: str, params: Any) -> Any:
    """Past the wrapper, which would ask for the plan of the question."""
    cursor.cursor.execute(sql, params)
    told = cursor.cursor.fetchone()[0]
    return json.loads(told) if isinstance(told, str) else told


def whole(found: dict[str, set[str]]) -> dict[str, set[str]]:
    return {sql[:300]: tables for sql, tables in found.items() if tables}


# What customers and the bank's systems do all day, with customers called scale-<number>. -------


def load_program() -> None:
    """Tasks, segments and a benefit for what follows."""
    paid = {"event": "b.done", "times": {"min": 2}, "within_days": 30}
    world.load(
        task(kind="cumulative", points_expire={"after_days": 365}),
        task("once", requires=["t"], limit={"per_customer": 1}),
        task("by-hand", kind="cumulative", event="b.done", claim="manual"),
        task("waits", event="c.done", hold_days=1),
        segments=[
            segment("payers", {"any": [paid, {"level": {"min": "silver"}}]}),
            segment("in-town", {"not": {"attribute": "city", "is": "Suzhou"}}),
        ],
        levels=levels(green=0, silver=100, gold=200),
        benefits=[
            {"code": "cup", "name": {"en": "Cup"}, "kind": "voucher", "price": 5, "stock": 9}
        ],
    )


def settle_events() -> None:
    """One event and some, new customers, late ones, reversals; at once and from the inbox."""
    first = event(who="scale-7")
    world.take(first)
    world.take(*[event(who=f"scale-{n}") for n in range(1, 5)])
    world.take(event("b.done", who="scale-9"), event(who="new-1"))
    world.take(reversal(first))
    world.take(event(who="scale-8", when="2024-01-01"))
    world.take(event(who="scale-3"), settle=False)
    settling.settle_stored()


def reward() -> None:
    """A reward is claimed, and one that was held back is paid."""
    world.take(event("b.done", who="scale-9"), event("c.done", who="scale-9"))
    claims.claim_task(customer_id=world.customer("scale-9").pk, code="by-hand")
    pending.release_due()


def spend_and_expire() -> None:
    """Points are spent, come back, and expire."""
    customer, today = world.customer("scale-11").pk, bankday.today()
    spent = ledger.spend(
        customer_id=customer, points=30, key="k", reason="r", origin={}, today=today
    )
    ledger.refund(transfer=spent, key="k2", reason="r", origin={}, today=today)
    ledger.customers_with_due_lots(today, 100)
    ledger.expire_many(customer_ids=[customer], today=date(today.year + 2, 1, 1))


def ask() -> None:
    """All that a page of the customer asks for, and a redemption."""
    client, caller = Client(), {"Authorization": f"Bearer {_token('scale-12')}"}
    month = f"{bankday.today():%Y-%m}"
    for path in (
        "me", "me/points", "me/points/entries", f"me/points/statements/{month}", "me/tasks",
        "me/tasks/t/why", "me/level", "me/badges", "me/notices", "me/redemptions", "benefits",
    ):  # fmt: skip
        answer = client.get(f"/api/v1/{path}", headers=caller)
        assert answer.status_code == 200, (path, answer.content)
    answer = client.post(
        "/api/v1/benefits/cup/redemptions",
        {},
        content_type="application/json",
        headers=caller | {"Idempotency-Key": "k"},
    )
    assert answer.status_code == 201, answer.content


def support() -> None:
    """Support looks at a customer, and asks why they stand where they stand."""
    customer = Customer.objects.get(ref="scale-13").pk
    explain.explain(customer, "once")
    list(queries.open_lots(customer)[:20])
    list(standing.entries(customer)[:20])
    list(queries.open_holds(customer))


def _token(ref: str) -> str:
    caller, _ = ApiClient.objects.get_or_create(
        client_id="plans", defaults={"name": "plans", "scopes": ["handoffs:write"]}
    )
    ticket = sessions.issue_ticket(
        customer_ref=ref, channel="app", next_path="/my/", client_id=caller.pk
    )
    return sessions.open_session(ticket=ticket.ticket).token


HOT: tuple[Callable[[], None], ...] = (settle_events, reward, spend_and_expire, ask, support)
