"""The application's database role can do its work, and cannot change what was posted (R14)."""

import re
from pathlib import Path

import pytest
from django.db import ProgrammingError, connection, transaction

from benefits import redemption
from benefits.models import Benefit
from config import celery
from growth import adjustments, bankday, changes, holds, jobs, ledger, open_items, seals
from growth.ledger import ALLOW_NEGATIVE
from tests.benefits import world as shop
from tests.growth import world
from tests.growth.test_changes import person
from tests.growth.world import days_ago, event, levels, reversal, task

pytestmark = pytest.mark.usefixtures("programme")

HOWTO = Path("docs/howto/database-role.md")
POSTED = (
    "growth_pointstransfer", "growth_pointsallocation", "growth_pointswriteoff",
    "growth_pointsdebt", "growth_transferseal", "growth_growthentry", "growth_levelchange",
    "growth_changeapproval", "benefits_redemptionevent",
)  # fmt: skip
FIXED = {
    "growth_pointslot": "points = points + 1",
    "growth_wallet": "customer_id = customer_id",
    "growth_pointshold": "points = 1",
    "growth_bankevent": "data = '{}'",
}


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def rows(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


@pytest.fixture
def as_application():
    """What follows runs with the role's rights only; its making is the page's, word for word."""
    world.load(
        task("bind", reward={"points": 100, "growth": 150}),
        task("pay", "cumulative", event="b.done", reward={"points": 30}),
        levels=levels(),
    )
    shop.benefit(price=60)
    for _ in range(2):  # it may be run again
        for statement in re.findall(r"```sql\n(.*?)```", HOWTO.read_text(), re.DOTALL):
            execute(statement)
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute("SET LOCAL ROLE zones_app")
    yield
    execute("RESET ROLE")


def adjusted() -> None:
    """Points by hand, asked for by one and approved by another."""
    kim, lee = (person(name, is_superuser=True) for name in ("kim", "lee"))
    change = changes.propose(
        kind=adjustments.ADJUSTMENT, subject="ada", reason="", maker=kim,
        payload={"customer": "ada", "points": 9, "cost_centre": "HR", "points_expire": {}},
    )  # fmt: skip
    assert changes.approve(change_id=change.pk, checker=lee).state == "applied"


def live() -> None:
    """The whole loop: event, points, redeem, cancel, hold, expire, reverse, seal, reconcile."""
    done = event()
    world.take_one_by_one(done, event("b.done"))
    ada = world.customer().pk
    bought = [
        redemption.redeem(customer_id=ada, benefit_code="coffee", key=f"k{n}").redemption
        for n in range(2)
    ]
    redemption.cancel(customer_id=ada, redemption_id=bought[0].pk)
    holds.place_hold(customer_id=ada, points=5, key="h", reason="review")
    holds.release_hold(key="h")
    world.take(reversal(done))
    own = world.earn("ada", 50, expires=days_ago(-1))
    world.earn("ada", 7, expires=bankday.today())
    facts = {"reason": "test", "origin": {}, "key": "fix"}
    ledger.deduct(customer_id=ada, points=500, cap=True, **facts)
    world.earn("ada", 20, key="late")
    world.spend("ada", 20)
    ledger.take_back(
        earning_key="late", points=20, key="late:reversed:0", reason="reversed",
        today=bankday.today(), policy=ALLOW_NEGATIVE,
    )  # fmt: skip
    jobs.expire_points()
    adjusted()
    assert own
    seals.seal_all()
    open_items.keep(["a difference"])
    assert seals.verify().fault is None
    assert world.differences() == []


def denied(sql: str) -> bool:
    try:
        with transaction.atomic():
            execute(sql)
    except ProgrammingError as refusal:
        return "permission denied" in str(refusal) or "must be owner" in str(refusal)
    return False


def test_the_role_does_the_whole_loop_and_changes_nothing_that_was_posted(as_application):
    live()
    for table in POSTED:
        assert rows(f"SELECT count(*) FROM {table}") > [(0,)], table
        column = rows(
            f"SELECT attname FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum = 2"
        )[0][0]
        assert denied(f"UPDATE {table} SET {column} = {column}"), table
        assert denied(f"DELETE FROM {table}"), table
        assert denied(f"TRUNCATE {table} CASCADE"), table
        assert denied(f"ALTER TABLE {table} DISABLE TRIGGER USER"), table
    for table, change in FIXED.items():
        assert denied(f"UPDATE {table} SET {change}"), table
        assert denied(f"DELETE FROM {table}"), table
        assert denied(f"TRUNCATE {table} CASCADE"), table
    assert denied("SET session_replication_role = replica")
    assert Benefit.objects.filter(code="coffee").update(price=61) == 1


def refused_jobs() -> dict[str, str]:
    """Jobs of the schedule that the role may not do, and why."""
    refused = {}
    for entry in celery.schedules().values():
        try:
            with transaction.atomic():
                celery.app.tasks[entry["task"]]()
        except ProgrammingError as refusal:
            refused[entry["task"]] = str(refusal)
    return refused


def test_the_role_does_every_job_of_the_schedule(as_application):
    live()
    month = "growth_eventbody_" + f"{bankday.today():%Y_%m}"
    execute("RESET ROLE")
    execute(f"SET CONSTRAINTS ALL IMMEDIATE; DROP TABLE {month}")
    execute("SET LOCAL ROLE zones_app")

    assert refused_jobs() == {}
    assert rows(f"SELECT to_regclass('{month}') IS NOT NULL") == [(True,)]
    assert denied(f"DROP TABLE {month}") and denied("CREATE TABLE mine (id int)")


def test_without_the_owners_function_a_job_would_be_refused(as_application):
    """The planted bug: the page does not say who may call it."""
    execute("RESET ROLE")
    execute("REVOKE ALL ON FUNCTION growth_keep_event_bodies FROM zones_app")
    execute("SET LOCAL ROLE zones_app")
    assert list(refused_jobs()) == ["growth.keep_event_bodies"]


def test_every_table_that_refuses_changes_is_kept_from_the_role(as_application):
    """Whoever makes a table append-only has to name it on that page."""
    refusing = rows(
        "SELECT DISTINCT t.tgrelid::regclass::text FROM pg_trigger t"
        " JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
        " WHERE p.proname = 'growth_refuse_change' AND NOT c.relispartition"
    )
    assert len(refusing) >= len(POSTED) - 1
    partitions = rows(
        "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relispartition AND c.relkind = 'r'"
    )
    for (table,) in refusing + partitions:
        for right in ("DELETE", "TRUNCATE"):
            held = rows(f"SELECT has_table_privilege('zones_app', '{table}', '{right}')")
            assert held == [(False,)], (table, right)


def test_an_ordinary_role_would_not_be_refused(as_application):
    """The planted bug: the page forgets to take the rights away; the triggers still stand."""
    execute("RESET ROLE")
    execute("GRANT UPDATE, DELETE ON growth_pointstransfer TO zones_app")
    execute("SET LOCAL ROLE zones_app")
    world.earn("ada", 1)
    assert not denied("UPDATE growth_pointstransfer SET points = points WHERE false")
