"""What is stored is settled, whatever dies in between, and nobody waits for a poisoned customer."""

import json
import logging
from datetime import timedelta
from unittest import mock

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError

from growth import imports, intake, jobs, progress, settling
from growth.models import BankEvent
from tests.growth import world
from tests.growth.world import balance, completions, event, load, reversal, segment, take, task

pytestmark = pytest.mark.usefixtures("programme")


class Poison(Exception):
    """What settling one customer's events runs into."""


@pytest.fixture
def poison(caplog):
    """Settling fails for bad-1, bad-2, … until ``stop`` is called."""
    caplog.set_level(logging.CRITICAL)  # the failures are meant
    settle = progress.settle

    def poisoned(customers, *args):
        bad = set(
            BankEvent.objects.filter(customer__ref__startswith="bad").values_list("customer_id")
        )
        if any((locked.customer_id,) in bad for locked in customers):
            raise Poison("card 4111111111111111 is odd")
        return settle(customers, *args)

    patch = mock.patch.object(progress, "settle", poisoned)
    patch.start()
    yield patch
    mock.patch.stopall()


def waiting() -> int:
    return BankEvent.objects.filter(settled_at__isnull=True).count()


def let_time_pass() -> None:
    """What is put off becomes due."""
    BankEvent.objects.filter(next_attempt_at__isnull=False).update(
        next_attempt_at=intake.bankday.now() - timedelta(hours=1)
    )


def test_what_is_only_stored_is_settled_by_the_job_as_if_at_once():
    load(task(kind="cumulative"))
    assert take(event(), event(), event(who="bob"), settle=False).accepted == 3
    assert (completions(), waiting()) == (0, 3)

    assert jobs.settle_bank_events() == 3
    assert jobs.settle_bank_events() == 0
    assert (completions(), balance("ada"), balance("bob"), waiting()) == (3, 20, 10, 0)
    assert world.differences() == []


def test_an_event_that_waits_is_not_overtaken():
    """A later event that is settled at once does not cost the stored one its place."""
    load(task("first"), task("then", "cumulative", event="b.done", requires=["first"]))
    take(event(when="2025-01-01"), settle=False)
    take(event("b.done", when="2025-01-02"))
    assert completions("then") == 0
    jobs.settle_bank_events()
    assert (completions("first"), completions("then"), waiting()) == (1, 1, 0)


def test_an_event_that_waits_is_not_counted_twice():
    """An older event has all of the customer's judged again, also what is only stored."""
    load(task(kind="cumulative"))
    take(event(when="2025-01-03"))
    take(event(when="2025-01-05"), settle=False)
    take(event(when="2025-01-01"))
    jobs.settle_bank_events()
    assert (completions(), balance(), world.differences()) == (3, 30, [])


@pytest.mark.parametrize("settled", [(True, False), (False, True), (False, False)])
@pytest.mark.parametrize("reversal_first", [True, False])
def test_a_reversal_works_whichever_of_the_two_waits(settled, reversal_first):
    load(task())
    done = event()
    events = [done, reversal(done)][:: -1 if reversal_first else 1]
    for found, at_once in zip(events, settled, strict=True):
        take(found, settle=at_once)
    jobs.settle_bank_events()
    assert (completions(), balance(), waiting(), world.differences()) == (0, 0, 0, [])


def test_customers_enrolled_by_a_stored_batch_are_in_their_segments_like_others():
    load(
        segments=[
            segment("not-staff", {"not": {"tag": "staff"}}),
            segment("not-red", {"not": {"attribute": "colour", "is": "red"}}),
        ]
    )
    take(event(who="at-once"))
    take(event(who="stored"), settle=False)
    jobs.settle_bank_events()
    take(event(who="overtaken"), settle=False)
    take(event(who="overtaken"))
    jobs.settle_bank_events()
    assert world.members("not-staff") == {"at-once", "stored", "overtaken"}
    assert world.members("not-red") == {"at-once", "stored", "overtaken"}


def test_a_poisoned_customer_stops_nobody_and_is_a_dead_letter_after_five_tries(poison):
    load(task(kind="cumulative"))
    good = [event(who=f"good-{n % 7}") for n in range(30)]
    bad = [event(who=f"bad-{n % 2}") for n in range(4)]

    outcome = take(*good, *bad)

    assert (outcome.accepted, outcome.rejected) == (34, [])  # what is accepted is stored
    for attempt in range(1, 6):
        jobs.settle_bank_events()
        assert completions() == 30
        rows = BankEvent.objects.filter(settled_at__isnull=True)
        assert set(rows.values_list("attempts", "customer__ref")) == {
            (attempt, "bad-0"),
            (attempt, "bad-1"),
        }
        let_time_pass()
    assert jobs.settle_bank_events() == 0
    assert set(rows.values_list("next_attempt_at", "attempts")) == {(None, 5)}
    assert all("Poison" in error for error in rows.values_list("last_error", flat=True))
    take(*(event(who=f"good-{n}") for n in range(7)))
    assert completions() == 37


def test_the_tries_are_spaced_out(poison):
    load(task())
    take(event(who="bad"))
    for _ in range(3):  # three sweeps in a row are one try
        jobs.settle_bank_events()
    row = BankEvent.objects.get()
    assert row.attempts == 1
    assert row.next_attempt_at > row.received_at + timedelta(seconds=5)


def test_after_the_fix_a_dead_letter_is_replayed_once(poison):
    load(task(kind="cumulative"))
    take(event(who="bad"), event(who="bad"), event())
    for _ in range(6):
        jobs.settle_bank_events()
        let_time_pass()
    poison.stop()
    assert (jobs.settle_bank_events(), completions()) == (0, 1)

    for _ in range(2):
        world.command("replay_rejected")
        assert (completions(), balance("bad"), waiting()) == (3, 20, 0)
    assert world.differences() == []


def test_only_what_came_since_then_is_replayed(poison):
    load(task(kind="cumulative"))
    take(event(who="bad-1"), settle=False)
    take(event(who="bad-2"), settle=False)
    BankEvent.objects.update(attempts=5, next_attempt_at=None)
    old = BankEvent.objects.filter(customer__ref="bad-1")
    old.update(received_at=intake.bankday.now() - timedelta(days=9))
    poison.stop()
    world.command("replay_rejected", since=world.days_ago(3).isoformat())
    assert (balance("bad-1"), balance("bad-2")) == (0, 10)
    world.command("replay_rejected")
    assert balance("bad-1") == 10


def test_an_importer_settles_all_but_the_poisoned(poison, tmp_path):
    load(task(kind="cumulative"))
    events = [event(who=f"good-{n}") for n in range(5)] + [event(who="bad")]
    told = world.tally("import_events", world.feed(tmp_path / "feed.jsonl", *events))
    assert told == {"accepted": 6, "duplicate": 0, "rejected": 0}
    assert (completions(), waiting()) == (5, 1)


def test_a_database_that_is_down_poisons_nobody():
    load(task())
    take(event(), settle=False)
    with (
        mock.patch.object(progress, "settle", side_effect=OperationalError("gone")),
        pytest.raises(OperationalError),
    ):
        settling.settle_stored()
    assert BankEvent.objects.get().attempts == 0
    assert (jobs.settle_bank_events(), completions()) == (1, 1)


def test_a_job_whose_time_is_over_poisons_nobody():
    load(task())
    take(event(), event(who="bob"), settle=False)
    over = mock.patch.object(progress, "settle", side_effect=SoftTimeLimitExceeded)
    with over, pytest.raises(SoftTimeLimitExceeded):
        jobs.settle_bank_events()
    with over, pytest.raises(SoftTimeLimitExceeded):
        take(event(who="eve"))
    assert not BankEvent.objects.filter(attempts__gt=0).exists()
    assert (jobs.settle_bank_events(), completions()) == (2, 2)


def test_a_batch_ends_where_its_customers_have_too_many_events(monkeypatch):
    load(task(kind="cumulative"))
    take(*(event(who=f"c{n}") for n in range(6) for _ in range(4)), settle=False)
    monkeypatch.setattr(settling, "MAX_EVENTS", 10)
    assert [settling.settle_stored() for _ in range(3)] == [12, 12, 0]
    take(*(event(who="c0") for _ in range(30)), settle=False)
    assert settling.settle_stored() == 30  # one customer always goes
    assert completions() == 54


def test_the_job_makes_room_for_others_after_a_minute(monkeypatch):
    load(task(kind="cumulative"))
    take(*(event(who=f"c{n}") for n in range(6)), settle=False)
    monkeypatch.setattr(jobs, "SETTLING_SECONDS", 0)
    monkeypatch.setattr(settling, "MAX_EVENTS", 1)
    assert (jobs.settle_bank_events(), completions()) == (1, 1)


def test_what_beat_sends_outlives_a_clock_that_is_an_hour_wrong_and_ends_all_the_same():
    often = [entry for entry in jobs.SCHEDULE.values() if isinstance(entry["schedule"], float)]
    assert len(often) > 5
    assert all(3600 < entry["options"]["expires"] <= 7200 for entry in often)


def test_an_importer_does_not_use_up_the_tries_of_who_failed_before(poison, tmp_path):
    load(task(kind="cumulative"))
    take(event(who="bad"), event())
    for _ in range(6):
        path = world.feed(tmp_path / "feed.jsonl", event())
        assert world.tally("import_events", path)["accepted"] == 1
    assert BankEvent.objects.get(settled_at=None).attempts == 1


def test_a_try_is_counted_once_by_workers_with_the_same_list(poison):
    load(task())
    take(event(who="bad"), settle=False)
    due = settling._due_customers(10)
    with mock.patch.object(settling, "_due_customers", return_value=due):
        settling.settle_stored()
        settling.settle_stored()
    settling._postpone(due[0][0], Poison())  # it failed, while the other one counted it
    assert BankEvent.objects.get().attempts == 1


def test_what_cannot_even_be_stored_is_not_accepted():
    with (
        mock.patch.object(intake, "_insert", side_effect=OperationalError("disk full")),
        pytest.raises(OperationalError),
    ):
        take(event())
    assert not BankEvent.objects.exists()


@pytest.mark.usefixtures("live_programme")
class TestKilled:
    """Real commits: whoever dies, the sweeper finishes."""

    def test_between_storing_and_settling(self):
        load(task(kind="cumulative"))

        class Killed(BaseException):
            pass

        events = [event(who=f"c{n % 3}") for n in range(9)]
        with mock.patch.object(progress, "settle", side_effect=Killed), pytest.raises(Killed):
            take(*events)
        assert not BankEvent.objects.exists()  # nothing was promised, nothing is half done
        take(*events, settle=False)
        with mock.patch.object(progress, "_refresh_segments", side_effect=Killed):
            with pytest.raises(Killed):
                settling.settle_stored()
            assert (completions(), waiting()) == (0, 9)

        assert jobs.settle_bank_events() == 9
        assert (completions(), balance("c0"), world.differences()) == (9, 30, [])

    def test_while_a_feed_comes_in(self, tmp_path):
        load(task(kind="cumulative"))
        path = world.feed(tmp_path / "feed.jsonl", *(event(who=f"c{n}") for n in range(2500)))
        take_in, calls = intake.take_in, []

        def dies(*args, **options):
            calls.append(1)
            if len(calls) == 2:
                raise KeyboardInterrupt
            return take_in(*args, **options)

        with mock.patch.object(intake, "take_in", dies), pytest.raises(KeyboardInterrupt):
            world.command("import_events", path)
        done = completions()
        of_first = sum(hash(f"c{n}") % imports.LANES == 0 for n in range(2000))
        assert done in (of_first, 2000 - of_first)  # one lane's part is in, whole; no other is

        told = json.loads(world.command("import_events", path)[-1])
        assert (told["accepted"], told["duplicate"]) == (2500 - done, done)
        assert (completions(), world.outcome()["points"]["outstanding"]) == (2500, 25_000)
