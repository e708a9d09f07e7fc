"""The database itself keeps the books: what was earned cannot be changed, and drift is found."""

import pytest
from django.db import Error, IntegrityError, connection, transaction

from tests.growth import world
from tests.growth.world import event, levels, reversal, task

pytestmark = pytest.mark.usefixtures("programme")


@pytest.fixture
def life():
    """A customer with some of everything."""
    world.load(
        task("once", reward={"points": 100, "growth": 150}),
        task("streak", "streak", event="b.done", target=2, reward={"points": 5, "growth": 1}),
        task("limited", event="b.done", limit={"completions": 5}),
        levels=levels(),
        segments=[world.segment("s", {"tag": "x"})],
    )
    done = event()
    world.take_one_by_one(done, *(event("b.done", when=f"2025-01-0{n}") for n in (1, 2, 3, 4)))
    bought = world.spend("ada", 70)
    world.refund(world.spend("ada", 7))
    world.take(reversal(done))
    world.earn("ada", 20)
    assert (bought.points, world.balance(), world.differences()) == (70, 40, [])
    execute("SET CONSTRAINTS ALL IMMEDIATE")


def execute(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.rowcount


KEPT = {
    "growth_bankevent": "data = '{}'",
    "growth_pointstransfer": "points = points + 1",
    "growth_pointsallocation": "points = points + 1",
    "growth_pointswriteoff": "points = points + 1",
    "growth_growthentry": "value = value + 1",
    "growth_levelchange": "after = 'high'",
}


@pytest.mark.parametrize("table", KEPT)
def test_what_was_earned_is_never_changed_deleted_or_emptied(life, table):
    assert execute(f"SELECT FROM {table}") > 0
    for sql in (
        f"UPDATE {table} SET {KEPT[table]}",
        f"DELETE FROM {table}",
        f"TRUNCATE {table} CASCADE",
    ):
        with pytest.raises(Error, match="never changed or deleted"), transaction.atomic():
            execute(sql)


@pytest.mark.parametrize("column", ["source", "event_id", "type", "time", "digest", "segments"])
def test_the_content_of_an_event_is_what_came(life, column):
    with world.refused(IntegrityError):
        execute(f"UPDATE growth_bankevent SET {column} = {column}")


def test_customers_with_a_history_cannot_be_dropped(life):
    with pytest.raises(Error), transaction.atomic():
        execute("DELETE FROM growth_customer")
        execute("SET CONSTRAINTS ALL IMMEDIATE")


CUSTOMERS = "(SELECT id FROM growth_customer LIMIT 1)"
# Somebody else than ada, in whichever part of the tables.
OTHER = "(SELECT id FROM growth_customer WHERE ref = 'bob')"
USE = "INSERT INTO growth_pointsallocation (customer_id, transfer_id, lot_id, points)"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE growth_wallet SET balance = -1 WHERE customer_id IS NOT NULL",
        "UPDATE growth_wallet SET balance = NULL WHERE customer_id IS NOT NULL",
        "UPDATE growth_wallet SET balance = 0 WHERE customer_id IS NULL",
        "INSERT INTO growth_wallet (customer_id, balance) VALUES (NULL, NULL)",
        f"INSERT INTO growth_wallet (customer_id, balance) VALUES ({CUSTOMERS}, 0)",
        "UPDATE growth_pointslot SET remaining = -1",
        "UPDATE growth_pointslot SET remaining = points + 1",
        "UPDATE growth_pointslot SET transfer_id = -1",
        "UPDATE growth_pointslot SET transfer_id = (SELECT min(transfer_id) FROM growth_pointslot)",
        f"UPDATE growth_pointslot SET customer_id = {OTHER}",
        f"{USE} SELECT customer_id, -1, id, 1 FROM growth_pointslot",
        f"{USE} SELECT customer_id, transfer_id, -1, 1 FROM growth_pointslot",
        f"{USE} SELECT {OTHER}, transfer_id, id, 1 FROM growth_pointslot",
        "INSERT INTO growth_bankevent SELECT (e).* FROM (SELECT e FROM growth_bankevent e) x",
        "UPDATE growth_taskcompletion SET key = 1, task_id = (SELECT min(task_id) FROM"
        " growth_taskcompletion)",
        "UPDATE growth_taskcompletion SET points = -1",
        "UPDATE growth_taskcompletion SET status = 'refused', reason = ''",
        "UPDATE growth_taskcounter SET completions = -1",
        "UPDATE growth_taskcounter SET day = NULL",
        "UPDATE growth_taskversion SET task_id = (SELECT min(id) FROM growth_growthtask)",
        "UPDATE growth_level SET threshold = 0",
        "UPDATE growth_level SET code = 'low'",
        "UPDATE growth_levelscheme SET window_days = -1",
        "INSERT INTO growth_customer SELECT (c).* FROM (SELECT c FROM growth_customer c) x",
    ],
)
def test_the_impossible_is_refused_by_the_database(life, sql):
    world.enrolled("bob")
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    with world.refused(IntegrityError):
        execute(sql)


@pytest.mark.parametrize(
    "table",
    ["growth_bankevent", "growth_pointstransfer", "growth_pointsallocation", "growth_growthentry"],
)
def test_a_part_of_what_was_earned_is_not_emptied_either(life, table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass",
            [table],
        )
        parts = [part for (part,) in cursor.fetchall()]
    assert len(parts) == 8
    for part in parts:
        with pytest.raises(Error, match="never changed or deleted"), transaction.atomic():
            execute(f"TRUNCATE {part} CASCADE")


@pytest.mark.parametrize(
    ("column", "value"), [("points", 0), ("points", -5), ("destination_id", "source_id")]
)
def test_a_transfer_moves_points_from_one_wallet_to_another(life, column, value):
    columns = {
        "key": "'planted'",
        "source_id": "source_id",
        "destination_id": "destination_id",
        "customer_id": "customer_id",
        "points": "5",
        "kind": "'earn'",
        "reason": "''",
        "origin": "'{}'",
        "day": "day",
    } | {column: value}
    with world.refused(IntegrityError):
        execute(
            f"INSERT INTO growth_pointstransfer ({', '.join(columns)})"
            f" SELECT {', '.join(map(str, columns.values()))} FROM growth_pointstransfer LIMIT 1"
        )


PLANTED = {
    "a balance": "UPDATE growth_wallet SET balance = balance + 1 WHERE customer_id IS NOT NULL",
    "a lot": "UPDATE growth_pointslot SET remaining = remaining - 1 WHERE remaining > 0",
    "a lot that is gone": "DELETE FROM growth_pointslot WHERE remaining > 0",
    "a transfer": "UPDATE growth_pointstransfer SET points = points + 1 WHERE kind = 'redeem'",
    "a transfer that is gone": "DELETE FROM growth_pointstransfer WHERE kind = 'reverse'",
    "an allocation": "UPDATE growth_pointsallocation SET points = points - 1 WHERE points > 1",
    "a level": "UPDATE growth_customer SET level = 'high'",
    "growth value": "UPDATE growth_growthentry SET value = value + 500",
    "a streak": """UPDATE growth_taskprogress SET state = jsonb_set(state, '{run}', '9')
                   WHERE state ? 'run'""",
    "progress that is gone": "DELETE FROM growth_taskprogress WHERE state ? 'run'",
    "a completion": "UPDATE growth_taskcompletion SET status = 'reversed'",
    "a completion that is gone": "DELETE FROM growth_taskcompletion WHERE status = 'posted'",
    "an event that counts": "UPDATE growth_bankevent SET counts = NOT counts WHERE type = 'a.done'",
    "an event that is gone": """DELETE FROM growth_bankevent WHERE type = 'b.done'
                                AND time = (SELECT max(time) FROM growth_bankevent
                                            WHERE type = 'b.done')""",
}


@pytest.mark.parametrize("what", PLANTED)
def test_reconcile_finds(life, what):
    assert world.command("reconcile") == ["no differences"]
    execute("SET session_replication_role = replica")  # the triggers rest
    assert execute(PLANTED[what]) > 0
    execute("SET session_replication_role = DEFAULT")

    with pytest.raises(SystemExit) as stopped:
        world.command("reconcile")

    assert stopped.value.code == 1
