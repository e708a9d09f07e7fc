"""The chain over points transfers: whoever changes a row past all guards is found, and the row."""

import hashlib
import json
from collections.abc import Callable
from random import Random
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, connections, transaction

from growth import ledger, seals
from growth.ledger import ALLOW_NEGATIVE, Earning
from growth.models import PointsTransfer, TransferSeal
from tests.growth import world
from tests.growth.world import days_ago, earn, refund, spend

TAMPERS = 400


def ahead(days: int):
    return days_ago(-days)


@pytest.fixture
def chain(programme) -> int:
    """Two customers with a transfer of every kind, sealed; returns how many."""
    for who in ("ada", "bob"):
        own = [earn(who, 50 + n, expires=ahead(5 + n)) for n in range(4)]
        seals.seal_all()  # their lots go on living after they are sealed
        earn(who, 300)
        grant = Earning(world.enrolled(who), 40, f"{who}-gift", "gift", {"by": "ann"}, None, "HR")
        ledger.grant(earning=grant)
        first, _ = spend(who, 170), spend(who, 120)
        for key in own[:2]:
            ledger.take_back(
                earning_key=key, points=50, key=f"{key}:reversed:0", reason="reversed",
                today=ahead(0), policy=ALLOW_NEGATIVE,
            )  # fmt: skip
        facts = {"key": f"{who}-fix", "reason": "fix", "origin": {}}
        ledger.deduct(customer_id=world.customer(who).pk, points=5, **facts)
        refund(first, today=ahead(20))  # into lots that have expired meanwhile
        ledger.expire_lots(customer_id=world.customer(who).pk, today=ahead(90))
    seals.seal_all()
    kinds = set(PointsTransfer.objects.values_list("kind", flat=True))
    assert kinds == set(PointsTransfer.Kind.values)
    assert seals.verify().fault is None
    return TransferSeal.objects.count()


def execute(sql: str, *params: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.rowcount


def pick(random: Random, sql: str) -> tuple[Any, ...]:
    """One of the rows, the same for the same seed."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{sql} ORDER BY 1, 2" if ", " in sql.split(" FROM ")[0] else f"{sql} ORDER BY 1"
        )
        return random.choice(cursor.fetchall())


TRANSFER_FIELDS = {
    "key": "key || '!'",
    "source_id": "source_id + 1000",
    "customer_id": "(SELECT max(c.id) + min(c.id) FROM growth_customer c) - customer_id",
    "points": "points + 1",
    "kind": "CASE kind WHEN 'earn' THEN 'grant' WHEN 'grant' THEN 'earn' ELSE 'refund' END",
    "reason": "reason || ' '",
    "origin": 'origin || \'{"task": "other"}\'',
    "day": "day + 1",
    "posted_at": "posted_at + interval '1 microsecond'",
    "id": "id + 1000",
}
LOT_FIELDS = {
    "customer_id": "customer_id + 1",
    "points": "points + 1",
    "expires_on": "coalesce(expires_on, '2030-01-01') + 1",
    "cost_centre": "'MARKETING'",
    "id": "id + 1000",
}
ALLOCATION_FIELDS = {"points": "points + 1", "lot_id": "lot_id + 1000", "id": "id + 1000"}


def field(table: str, fields: dict[str, str], owner: str) -> Callable[[Random], list[str]]:
    """A tamper: one field of one row. It names the transfer that ``owner`` (a column) gives."""

    def tamper(random: Random) -> list[str]:
        column = random.choice(list(fields))
        row, transfer = pick(random, f"SELECT id, {owner} FROM {table}")
        if column == "kind":
            row, transfer = pick(random, "SELECT id, id FROM growth_pointstransfer "
                                         "WHERE kind IN ('earn', 'grant', 'redeem')")  # fmt: skip
        assert execute(f"UPDATE {table} SET {column} = {fields[column]} WHERE id = %s", row) == 1
        return [f"transfer {transfer} "]

    return tamper


def change_seal(random: Random) -> list[str]:
    (position,) = pick(random, "SELECT position FROM growth_transferseal")
    execute("UPDATE growth_transferseal SET digest = sha256(digest) WHERE position = %s", position)
    return [f"seal {position} "]


def change_remaining(random: Random) -> list[str]:
    (lot,) = pick(random, "SELECT id FROM growth_pointslot WHERE remaining < points")
    execute("UPDATE growth_pointslot SET remaining = remaining + 1 WHERE id = %s", lot)
    return ["lots ", f"lot {lot}"]


def change_balance(random: Random) -> list[str]:
    (who,) = pick(random, "SELECT customer_id FROM growth_wallet WHERE customer_id IS NOT NULL")
    execute("UPDATE growth_wallet SET balance = balance + 1 WHERE customer_id = %s", who)
    return [f"customer {who}"]


def swap_seals(random: Random) -> list[str]:
    (first,) = pick(random, "SELECT position FROM growth_transferseal")
    (last,) = pick(random, f"SELECT position FROM growth_transferseal WHERE position <> {first}")
    for before, after in ((first, -1), (last, first), (-1, last)):
        execute("UPDATE growth_transferseal SET position = %s WHERE position = %s", after, before)
    return [f"seal {min(first, last)} "]


def swap_transfers(random: Random) -> list[str]:
    (one,) = pick(random, "SELECT id FROM growth_pointstransfer")
    (two,) = pick(random, f"SELECT id FROM growth_pointstransfer WHERE id <> {one}")
    for before, after in ((one, -1), (two, one), (-1, two)):
        execute("UPDATE growth_pointstransfer SET id = %s WHERE id = %s", after, before)
    return [f"transfer {one} ", f"transfer {two} "]


def remove(table: str, column: str, said: str) -> Callable[[Random], list[str]]:
    def tamper(random: Random) -> list[str]:
        row, named = pick(random, f"SELECT {column}, {said.split()[1]} FROM {table}")
        unexplained = lots_that_it_extended(row) if table == "growth_pointstransfer" else []
        assert execute(f"DELETE FROM {table} WHERE {column} = %s", row) == 1
        # The last seal leaves no gap: then its transfer was never sealed.
        return [f"{said.split()[0]} {named} ", "was never sealed", *unexplained]

    return tamper


def lots_that_it_extended(refund: int) -> list[str]:
    """Without the refund nothing says why these lots are good for longer than they promised."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.transfer_id FROM growth_pointstransfer r, growth_pointslot l"
            " WHERE r.id = %s AND r.origin -> 'extended' ? l.id::text",
            [refund],
        )
        return [f"transfer {pk} " for (pk,) in cursor.fetchall()]


def remove_with_its_seal(random: Random) -> list[str]:
    """The chain has a gap then, or (at its end) the customer's balance is not explained."""
    position, transfer, who = pick(
        random,
        "SELECT position, s.transfer_id, t.customer_id FROM growth_transferseal s"
        " JOIN growth_pointstransfer t ON t.id = s.transfer_id",
    )
    unexplained = lots_that_it_extended(transfer)
    execute("DELETE FROM growth_transferseal WHERE transfer_id = %s", transfer)
    execute("DELETE FROM growth_pointstransfer WHERE id = %s", transfer)
    return [f"seal {position} is missing", f"customer {who}", *unexplained]


def add_allocation(random: Random) -> list[str]:
    transfer, lot, customer = pick(
        random,
        "SELECT t.id, l.id, l.customer_id FROM growth_pointstransfer t"
        " JOIN growth_pointslot l USING (customer_id) WHERE t.kind = 'earn'",
    )
    execute(
        "INSERT INTO growth_pointsallocation (transfer_id, lot_id, customer_id, points)"
        " VALUES (%s, %s, %s, -1)",
        transfer,
        lot,
        customer,
    )
    return [f"transfer {transfer} "]


def add_transfer(random: Random) -> list[str]:
    """Among the old ones, with all that the ledger would have written."""
    pk = random.choice([-5, 999_999])
    execute(
        "INSERT INTO growth_pointstransfer (id, key, source_id, destination_id, customer_id,"
        " points, kind, reason, origin, day, posted_at) SELECT %s, 'x', source_id, destination_id,"
        " customer_id, 7, 'earn', reason, origin, day, posted_at - interval '1 day'"
        " FROM growth_pointstransfer WHERE kind = 'earn' LIMIT 1",
        pk,
    )
    return [f"transfer {pk} "]


def add_seal(random: Random) -> list[str]:
    execute(
        "INSERT INTO growth_transferseal (transfer_id, position, digest)"
        " SELECT 0, max(position) + 1, sha256('x') FROM growth_transferseal"
    )
    return ["transfer 0 "]


TAMPERINGS: list[Callable[[Random], list[str]]] = [
    field("growth_pointstransfer", TRANSFER_FIELDS, "id"),
    field("growth_pointstransfer", TRANSFER_FIELDS, "id"),
    field("growth_pointslot", LOT_FIELDS, "transfer_id"),
    field("growth_pointsallocation", ALLOCATION_FIELDS, "transfer_id"),
    change_seal, change_remaining, change_balance, swap_seals, swap_transfers,
    remove("growth_pointstransfer", "id", "transfer id"),
    remove("growth_pointslot", "id", "transfer transfer_id"),
    remove("growth_pointsallocation", "id", "transfer transfer_id"),
    remove("growth_transferseal", "transfer_id", "seal position"),
    remove_with_its_seal, add_allocation, add_transfer, add_seal,
]  # fmt: skip


def found_after(tamper: Callable[[Random], list[str]], seed: int) -> tuple[list[str], str | None]:
    """What a tamper should make ``verify`` name, and what it says; then it is undone."""
    with transaction.atomic():
        execute("SET LOCAL session_replication_role = replica")
        expected = tamper(Random(seed))
        told = seals.verify().fault
        transaction.set_rollback(True)
    return expected, told


def test_every_tamper_is_found_and_named(chain):
    """A superuser changes, adds, removes or re-orders one row, past triggers and constraints."""
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    missed = []
    for seed in range(TAMPERS):
        tamper = TAMPERINGS[seed % len(TAMPERINGS)]
        expected, told = found_after(tamper, seed)
        if not told or not any(words in told for words in expected):
            missed.append((seed, tamper.__name__, expected, told))
    assert missed == []
    assert seals.verify().fault is None  # all of it was undone


@pytest.mark.parametrize(
    "tamper",
    [
        "UPDATE growth_pointstransfer SET reason = 'forged' WHERE id = {second}",
        "DELETE FROM growth_pointstransfer WHERE id = {second}",
        "UPDATE growth_transferseal SET digest = sha256(digest) WHERE position = 2",
        "DELETE FROM growth_transferseal WHERE position = 2",
    ],
)
def test_behind_the_first_fault_the_chain_is_walked_on(chain, tamper):
    """The first is named, and whether there are more: a known one does not hide the next."""
    second, later = (TransferSeal.objects.get(position=n).transfer_id for n in (2, chain - 1))
    execute("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL session_replication_role = replica")
    execute(tamper.format(second=second))
    first = seals.verify()
    assert first.fault and (first.sealed, first.further) == (1, 0)

    execute("UPDATE growth_pointstransfer SET reason = 'forged' WHERE id = %s", later)
    assert seals.verify() == first._replace(further=1)
    with pytest.raises(SystemExit):
        world.command("verify_ledger")


def test_without_links_a_changed_order_would_not_be_found(chain, monkeypatch):
    """The planted bug: each seal covers its transfer alone."""
    monkeypatch.setattr(seals, "digest", lambda _, text: hashlib.sha256(text.encode()).digest())
    execute("SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE growth_transferseal DISABLE TRIGGER USER")
    execute("DELETE FROM growth_transferseal")
    seals.seal_all(everything=True)

    assert found_after(swap_seals, 1)[1] is None


def test_sealing_again_adds_nothing_and_new_transfers_follow(chain):
    head = seals.verify().head
    assert (seals.seal_all(), seals.seal_all(everything=True), seals.verify().head) == (0, 0, head)
    earn("ada", 5)
    assert seals.unsealed() == 1
    assert (seals.seal_all(), seals.unsealed()) == (1, 0)
    assert seals.verify().sealed == chain + 1


def test_a_transfer_that_commits_late_gets_a_later_position(programme, monkeypatch):
    monkeypatch.setattr(seals, "LATE", 3)
    keys = [earn("ada", 1) for _ in range(10)]
    rows = list(PointsTransfer.objects.filter(key__in=keys).order_by("pk"))
    late, much_later = rows[-2], rows[1]
    execute("SET CONSTRAINTS ALL IMMEDIATE; SET session_replication_role = replica")
    for row in (late, much_later):  # as if their transactions had not committed yet
        execute("UPDATE growth_pointstransfer SET id = -id WHERE id = %s", row.pk)
    assert seals.seal_all() == 8
    for row in (late, much_later):
        execute("UPDATE growth_pointstransfer SET id = -id WHERE id = %s", -row.pk)

    assert seals.seal_all() == 1
    assert TransferSeal.objects.get(position=9).transfer_id == late.pk
    assert seals.seal_all(everything=True) == 1
    assert TransferSeal.objects.get(position=10).transfer_id == much_later.pk
    assert seals.verify().fault is None


def test_the_command_names_the_fault_and_exits_1(chain):
    head = json.loads(world.command("verify_ledger")[-1])["head"]
    assert head.startswith(f"{chain}:")
    earn("ada", 1)
    seals.seal_all()
    assert json.loads(world.command("verify_ledger", "--anchor", head)[-1])["sealed"] == chain + 1

    # Who can write everything seals everything anew; only the head that was kept tells.
    execute("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL session_replication_role = replica")
    execute("UPDATE growth_pointstransfer SET reason = 'forged' WHERE kind = 'deduct'")
    execute("DELETE FROM growth_transferseal")
    seals.seal_all(everything=True)
    assert json.loads(world.command("verify_ledger")[-1])["sealed"] == chain + 1
    with pytest.raises(SystemExit) as stop:
        world.command("verify_ledger", "--anchor", head)
    assert stop.value.code == 1
    assert (
        seals.verify(anchor=(chain, bytes(32))).fault
        == f"seal {chain} is not the one that was kept"
    )


def test_many_sealers_at_once_make_one_chain(live_programme):
    for n in range(60):
        earn("ada", n + 1)
    start = Barrier(9)

    def run(work: Callable[[], Any]) -> None:
        start.wait()
        try:
            work()
        finally:
            connections.close_all()

    def earning() -> None:
        for n in range(30):
            earn("bob", 1, key=f"at-once-{n}")

    world.enrolled("bob")
    threads = [Thread(target=run, args=(work,)) for work in [seals.seal_all] * 8 + [earning]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seals.seal_all()

    assert (seals.verify().sealed, seals.verify().fault) == (90, None)
