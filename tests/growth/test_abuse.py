"""What stands against abuse: exclusion, pace, the risk call-out, taking back for good."""

import pytest

from growth import claims, exclusions, pending, registry, risk
from growth.exclusions import ReasonMissing
from growth.models import BankEvent, Customer, RejectedRow, TaskCompletion
from growth.registry import RiskAnswer
from tests.growth import world
from tests.growth.test_budgets import budget, standing
from tests.growth.test_pending import ids, statuses
from tests.growth.world import balance, completions, event, figures, load, reversal, take, task

pytestmark = pytest.mark.usefixtures("programme")


@pytest.fixture
def checks(monkeypatch):
    """The risk checks; none at first."""
    found: list = []
    monkeypatch.setattr(registry, "risk_checks", found)
    return found


def refused() -> dict[str, int]:
    return figures()["refused"]


# Exclusion ------------------------------------------------------------------------------------


@pytest.mark.parametrize("settle", [True, False])
def test_who_is_excluded_completes_and_is_rewarded_for_nothing(settle):
    load(task(kind="daily", limit={"completions": 9}), task("next", requires=["t"]))
    take(event(who="clerk", when="2025-01-01"))
    clerk = world.customer("clerk").pk
    assert exclusions.exclude(customer_id=clerk, reason="staff")
    assert not exclusions.exclude(customer_id=clerk, reason="staff")

    take(event(who="clerk", when="2025-01-02"), event(), settle=settle)
    world.settle_all()
    assert (balance("clerk"), balance(), refused()) == (10, 10, {"excluded": 1})
    assert figures("next")["refused"] == {"excluded": 1}

    assert exclusions.readmit(customer_id=clerk)
    take(event(who="clerk", when="2025-01-03"))
    take(event("b.done", "clerk", "2020-01-01"))  # a refusal stays
    assert (balance("clerk"), refused(), world.differences()) == (20, {"excluded": 1}, [])


def test_an_exclusion_holds_for_claims_and_for_what_was_held_back():
    load(task("claimed", claim="manual"), task("held", hold_days=2, limit={"completions": 1}))
    take(event())
    ada = world.customer().pk
    exclusions.exclude(customer_id=ada, reason="staff")

    assert [row.reason for row in claims.claim_task(customer_id=ada, code="claimed")] == [
        "excluded"
    ]
    assert pending.release(ids(task__code="held")) == {"refused": 1}
    take(event(who="bob"))  # its place was given back
    assert (balance(), statuses("held")["bob"], world.differences()) == (0, "pending", [])
    with world.refused(ReasonMissing):
        exclusions.exclude(customer_id=ada, reason=" ")


def test_a_list_of_staff_is_imported_and_its_bad_rows_are_kept(tmp_path):
    take(event("x", "c1"))
    file = tmp_path / "staff.csv"
    file.write_text(
        "customer_id,reason\nc1,staff\nc2,staff\nc2,staff\n,staff\nc3,\nc4,13800138000\n"
    )
    told = {"accepted": 2, "duplicate": 1, "rejected": 3}
    assert world.tally("import_exclusions", file) == told
    again = {"accepted": 0, "duplicate": 3, "rejected": 3}
    assert world.tally("import_exclusions", file) == again
    assert set(Customer.objects.exclude(excluded="").values_list("ref", "excluded")) == {
        ("c1", "staff"),
        ("c2", "staff"),
    }
    kept = RejectedRow.objects.filter(kind="exclusion")
    assert [row.line for row in kept.order_by("line")] == [5, 6, 7]
    assert world.tally("replay_rejected") == {"accepted": 0, "duplicate": 0, "rejected": 3}


# Pace -----------------------------------------------------------------------------------------


def paced(then: str, **facts) -> dict:
    pace = {"completions": 2, "within_hours": 1, "then": then}
    return task(kind="cumulative", velocity=pace, **facts)


def minutes(*numbers: int, **facts) -> list[dict]:
    return [event(when=f"2025-01-01T{8 + n // 60:02}:{n % 60:02}", **facts) for n in numbers]


@pytest.mark.parametrize("at_once", [True, False])
def test_more_than_the_pace_is_denied_by_the_time_of_events(at_once):
    """At any time at most two an hour; what came too fast does not count towards the pace."""
    load(paced("deny"))
    events = minutes(0, 10, 20, 59, 60, 69, 70)
    for batch in [events] if at_once else [[one] for one in events]:
        take(*batch)
    rows = TaskCompletion.objects.filter(status="posted").values_list("event__time__minute")
    assert sorted(minute for (minute,) in rows) == [0, 0, 10, 10]
    assert (completions(), refused(), balance()) == (4, {"velocity": 3}, 40)
    take(*minutes(0, 1, 2, who="bob"))
    assert balance("bob") == 20  # everybody has a pace of their own
    assert world.differences() == []


def test_events_that_come_late_keep_the_pace_too():
    load(paced("deny"))
    take(*minutes(30))
    take(*minutes(20))
    take(*minutes(10))
    assert (balance(), refused()) == (20, {"velocity": 1})


def test_more_than_the_pace_waits_for_a_person_with_its_place_reserved():
    load(paced("hold", budget="b", limit={"completions": 3}), budgets=[budget(points=100)])
    take(*minutes(0, 1, 2, 3))
    assert sorted(row.reason for row in TaskCompletion.objects.all()) == [
        "", "", "completions", "velocity",
    ]  # fmt: skip
    assert (balance(), standing().used, pending.release_due()) == (20, 30, 0)
    first = BankEvent.objects.get(time__minute=0)
    cause = {"source": first.source, "id": first.event_id, "subject": "ada"}
    assert pending.release(ids(reason="velocity")) == {"posted": 1}
    assert balance() == 30
    take(reversal(cause))
    assert world.differences() == []


def test_what_was_held_for_its_pace_is_no_refusal_when_its_cause_comes_back():
    load(paced("hold"))
    events = minutes(0, 1, 2)
    take(*events)
    undone = reversal(events[2])
    take(undone)
    take(reversal(undone))
    assert [row.reason for row in TaskCompletion.objects.filter(status="pending")] == ["velocity"]


# The risk call-out ------------------------------------------------------------------------------


def test_the_risk_check_allows_holds_or_denies_outside_of_any_transaction(checks):
    load(task(risk=True, limit={"completions": 3}, reward={"points": 10, "growth": 1}))
    take(*(event(who=who) for who in ("good", "odd", "bad")))
    assert set(statuses().values()) == {"pending risk"}
    asked = []

    def check(question):
        asked.append(question)
        known = {"good": RiskAnswer("allow"), "bad": RiskAnswer("deny", "stolen_device")}
        return known.get(question.customer, RiskAnswer("hold"))

    checks += [lambda question: RiskAnswer("allow"), check]
    assert (risk.ask_all(), risk.ask_all()) == (3, 0)

    assert statuses() == {
        "good": "posted",
        "odd": "pending risk_held",
        "bad": "refused stolen_device",
    }
    assert {(q.customer, q.task, q.points, len(q.events)) for q in asked} == {
        (who, "t", 10, 1) for who in ("good", "odd", "bad")
    }
    take(event(who="next"))
    assert (balance("good"), statuses()["next"]) == (10, "pending risk")
    assert pending.release(ids(reason="risk_held")) == {"posted": 1}
    assert world.differences() == []


def test_the_risk_check_is_told_what_a_risk_engine_goes_by_and_no_more(checks, settings):
    settings.RISK_FIELDS = ["channel", "device_id", "os"]
    load(
        task(risk=True, kind="cumulative", reward={"points": 10, "growth": 1}),
        task("u", kind="cumulative", event="b.done"),
    )
    others = [event("b.done", when=day) for day in ("2025-01-01", "2025-02-01", "2025-02-01")]
    gone = event("b.done", when="2025-02-01")
    take(*others, event("b.done", when="2025-01-31"), gone, event("b.done", "bob", "2025-02-01"))
    take(reversal(gone))
    facts = {"channel": "app", "device_id": "d-1", "branch": "Pudong", "os": {"name": "x"}}
    first, second = (event(when=f"2025-02-01T0{n}:00", data=facts) for n in (1, 2))
    take(first, second)
    asked = []

    def check(question):
        asked.append(question)
        return RiskAnswer("hold")

    checks.append(check)
    risk.ask_all()

    told = asked[0]
    assert [question.completion for question in asked] == ids(reason="risk_held")
    assert told[:6] == ("ada", "t", 10, 1, "", (("/bank", first["id"]),))
    assert told.at.isoformat() == "2025-01-31T17:00:00+00:00"
    assert {name: told.facts[name] for name in ("channel", "device_id")} == {
        "channel": "app",
        "device_id": "d-1",
    }
    assert set(told.facts) == {"channel", "device_id", "os"}
    assert str(told.facts["os"]).startswith("sha256:")  # nested: nothing of it is told
    # Two of the other task that day and one the day before; not the first of January, not what
    # was reversed, not bob's, not itself; of its own task the other one.
    assert [(question.recent, question.recent_today) for question in asked] == [(4, 3), (4, 3)]


def test_a_check_that_fails_is_asked_again_and_stops_nobody_else(checks):
    load(task(risk=True, hold_days=2))
    take(event(who="a"), event(who="b"))

    def check(question):
        if question.customer == "a":
            raise TimeoutError
        return RiskAnswer("allow")

    checks.append(check)
    assert risk.ask_all() == 1
    assert statuses() == {"a": "pending risk", "b": "pending"}
    checks[:] = [lambda question: RiskAnswer("allow")]
    risk.ask_all()
    assert (statuses()["a"], balance("a")) == ("pending", 0)  # and then for its days


def test_without_a_check_a_person_decides(checks):
    load(task(risk=True))
    take(event())
    risk.ask_all()
    assert statuses() == {"ada": "pending risk_held"}


def test_the_sandbox_goes_by_tags(checks):
    load(task(risk=True))
    take(event(who="a"), event(who="b"), event(who="c"))
    Customer.objects.filter(ref="b").update(tags=["risk-hold"])
    Customer.objects.filter(ref="c").update(tags=["risk-deny"])
    checks.append(risk.sandbox)
    risk.ask_all()
    assert statuses() == {"a": "posted", "b": "pending risk_held", "c": "refused risk_sandbox"}


# Taking back for good -----------------------------------------------------------------------------


def test_what_is_revoked_is_taken_back_and_does_not_come_back_when_all_is_folded_again():
    load(
        task(kind="daily", reward={"points": 10, "growth": 100}, limit={"completions": 3}),
        task("claimed", claim="manual"),
        levels=world.levels(),
    )
    first = event(when="2025-01-01")
    take(first, event(when="2025-01-02"))
    world.spend("ada", 5)
    assert (balance(), world.level()) == (15, "high")

    rows = ids(task__code="t", day="2025-01-01") + ids(task__code="claimed")
    assert (pending.revoke(rows), pending.revoke(rows)) == (2, 0)
    told = balance(), world.level(), completions(), refused()
    assert told == (10, "mid", 1, {"revoked": 1})

    take(event("b.done", when="2020-01-01"))  # folded again
    undone = reversal(first)
    take(undone)
    take(reversal(undone))
    load(task("other"), task(kind="daily", reward={"points": 20}), history=True)
    told = balance(), completions(), refused()
    assert told == (10 + 10, 1, {"revoked": 1})
    assert statuses("claimed") == {"ada": "refused revoked"}
    assert world.differences() == []


def test_without_the_kept_reason_it_would_come_back():
    """The planted bug: what is taken back is only reversed."""
    load(task(kind="daily"))
    take(event())
    pending.revoke(ids())
    TaskCompletion.objects.update(status="reversed", reason="")
    take(event("b.done", when="2020-01-01"))
    assert balance() == 10
