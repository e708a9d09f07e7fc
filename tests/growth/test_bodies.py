"""Whole event data is kept for some months; what rules read is kept for ever."""

from datetime import date

import pytest
from django.db import connection

from growth import bodies, report
from growth.models import BankEvent
from tests.growth import world
from tests.growth.test_backtest import tried
from tests.growth.world import completions, event, load, reversal, task

pytestmark = pytest.mark.django_db

NESTED = {"amount": "12.50", "items": [{"sku": "a", "n": 2}], "note": "x" * 600}


def parts() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
               WHERE i.inhparent = 'growth_eventbody'::regclass ORDER BY 1"""
        )
        return [name for (name,) in cursor.fetchall()]


def test_what_is_nested_or_long_is_kept_beside_the_event() -> None:
    plain, nested = event(data={"amount": "1"}), event(data=NESTED)
    world.take(plain, nested)
    assert bodies.whole("/bank", plain["id"]) is None
    assert '"sku": "a"' in str(bodies.whole("/bank", nested["id"]))
    kept = BankEvent.objects.get(event_id=nested["id"]).data
    assert kept["amount"] == "12.50"
    assert kept["items"].startswith("sha256:") and kept["note"].startswith("sha256:")


def test_the_whole_content_decides_what_is_a_duplicate() -> None:
    first = event(data=NESTED)
    assert world.take(first).accepted == 1
    assert world.take(first).duplicate == 1
    other = first | {"data": NESTED | {"items": []}}
    assert world.take(other).rejected[0][1] == "conflict"


def test_folding_again_needs_nothing_that_was_forgotten(settings) -> None:
    """Also a rule that counts equal nested values once: their hashes stand for them."""
    load(task(kind="cumulative", distinct_by="items", where=[{"field": "items", "exists": True}]))
    again = event(when="2025-01-16", data=NESTED)
    world.take(event(data=NESTED), again, event(data=NESTED | {"items": [1]}))
    assert completions() == 2
    settings.EVENT_BODY_MONTHS = 1
    dropped = bodies.keep(date(2031, 5, 6))
    assert dropped and bodies.whole("/bank", again["id"]) is None
    late = event(when="2025-01-01", data=NESTED)
    world.take(late)
    assert completions() == 2
    world.take(reversal(late))
    assert completions() == 2
    assert list(report.differences()) == []


def test_a_month_is_made_in_time_and_forgotten_whole(settings) -> None:
    settings.EVENT_BODY_MONTHS = 2
    bodies.keep(date(2031, 5, 6))
    bodies.keep(date(2031, 5, 6))
    made = [name for name in parts() if "_2031_" in name]
    assert made == [f"growth_eventbody_2031_{month:02}" for month in (5, 6, 7)]
    assert bodies.keep(date(2031, 8, 1)) == ["growth_eventbody_2031_05"]
    assert "growth_eventbody_2031_06" in parts()


def test_a_new_rule_reads_the_fields_of_events_whose_bodies_are_gone(settings) -> None:
    """Over history and in a back-test alike; also whether something nested is there at all."""
    world.take(*(event(who=f"c{n}", data=NESTED) for n in range(3)), event(who="c9"))
    settings.EVENT_BODY_MONTHS = 1
    assert bodies.keep(date(2031, 5, 6))
    conditions = [{"field": "amount", "min": 12}, {"field": "items", "exists": True}]
    rule = task("late", kind="cumulative", sum_of="amount", target=12, where=conditions)
    assert tried(rule)["tasks"]["late"]["completions"] == 3
    load(rule, history=True)
    assert completions("late") == 3
    assert list(report.differences()) == []


def drop_parts() -> None:
    with connection.cursor() as cursor:
        for name in parts():
            if name != "growth_eventbody_default":
                cursor.execute(f"DROP TABLE {name}")


def test_what_was_never_put_into_a_part_is_forgotten_with_its_month(settings) -> None:
    settings.EVENT_BODY_MONTHS = 2
    drop_parts()
    nested = event(data=NESTED)
    world.take(nested)
    months = {"2031-02-28 23:59:59Z": False, "2031-03-01 00:00:00Z": True}
    for received, kept in months.items():
        with connection.cursor() as cursor:
            cursor.execute("UPDATE growth_eventbody SET received_at = %s", [received])
        bodies.keep(date(2031, 5, 6))
        assert bool(bodies.whole("/bank", nested["id"])) is kept
        drop_parts()
        nested = event(data=NESTED)
        world.take(nested)


def test_a_part_that_was_not_made_in_time_loses_nothing() -> None:
    today = world.days_ago(0)
    drop_parts()
    nested = event(data=NESTED)
    world.take(nested)
    bodies.keep(today)
    assert bodies.whole("/bank", nested["id"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM growth_eventbody_default")
        assert cursor.fetchone() == (0,)
