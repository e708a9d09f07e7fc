"""“Why” tells what the fold did: each event, each condition, each completion."""

from datetime import UTC, datetime
from random import Random
from unittest import mock

import pytest
from django.db import transaction

from growth import bankday, fold, intake, program
from growth.customers import describe, describe_all
from growth.errors import NotFound
from growth.explain import events as explain_events
from growth.explain import explain
from growth.models import BankEvent, Customer, GrowthTask
from growth.progress import read_events
from growth.queries import program_now
from tests.growth.test_backtest import incoming, known_customers
from tests.growth.test_budgets import budget
from tests.growth.world import (
    BANK,
    customer,
    days_ago,
    event,
    load,
    reversal,
    segment,
    settle_all,
    take,
    task,
)
from tests.oracles import plain, worlds
from tests.oracles.test_oracle import RolledBack
from tests.signing import Bank

pytestmark = pytest.mark.django_db


def why(code: str = "t", ref: str = "ada"):
    return explain(customer(ref).pk, code)


def verdicts(code: str = "t", ref: str = "ada") -> list[str]:
    """The code of each event, or “counted”."""
    return [told.code or "counted" for told in why(code, ref).events]


# It agrees with the fold -----------------------------------------------------------------------


def random_bank(random: Random) -> dict:
    document = worlds.program(random, bankday.today())
    program.load(document)
    known_customers()
    for batch in worlds.batches(random, worlds.events(random, datetime.now(UTC))):
        intake.take_in(incoming(batch), settle=True)
    return document


def check(seed: int) -> None:
    """What is told to have counted is what makes the completions, and all of it is needed."""
    with pytest.raises(RolledBack), transaction.atomic():
        document = random_bank(Random(seed))
        for row in document["tasks"]:
            for ref in worlds.SUBJECTS:
                compare(row, ref)
        raise RolledBack


def compare(row: dict, ref: str) -> None:
    who = Customer.objects.filter(ref=ref).values_list("pk", flat=True).first()
    if who is None:
        return
    told = explain(who, row["code"])
    counted = {(e.source, e.event_id) for e in told.events if e.counted}
    assert completions(row["code"], who, counted) == completions(row["code"], who, None)
    if told.kind != "choose":
        standing = [f for f in told.fates if f.status != "reversed" and f.reason != "implausible"]
        assert sum(e.completed for e in told.events) == len(standing)
    for verdict in told.events:
        if verdict.code not in ("reversed", "other_version") and verdict.type == row["event"]:
            check_reason(row, ref, verdict)


def completions(code: str, who: int, heard: set | None) -> list[tuple]:
    """What the task completes where it hears of these events only (None: of all)."""
    rules, _today = program_now()
    task_id = GrowthTask.objects.get(code=code).pk
    states, done = {}, []
    for found in read_events([who], rules).get(who, []):
        deaf = heard is not None and found.position[1:] not in heard

        def judging(kind, release, deaf=deaf):
            rule_s = rules.for_event(kind, release)
            return [r for r in rule_s if r.task_id != task_id or not deaf or not kind]

        states, new = fold.fold(judging, states, [found])
        done += [(d.key, d.event.pk, d.times) for d in new if d.rule.task_id == task_id]
    return done


def check_reason(row: dict, ref: str, verdict) -> None:
    """The reason is the one that the oracle gives, in the order of the conditions."""
    stored = BankEvent.objects.get(source=verdict.source, event_id=verdict.event_id)
    day = stored.time.astimezone(BANK).date()
    late = row.get("ends") and day > row["ends"]
    if verdict.code == "undone":
        assert row["undone_by"]["event"] == verdict.facts["type"]
        return
    if (row.get("starts") and day < row["starts"]) or late:
        assert verdict.code == "outside_window"
    elif row.get("segment") and row["segment"] not in worlds.AUDIENCES[ref]:
        assert verdict.code == "not_in_audience"
    elif verdict.code != "before_prerequisite":
        fits = all(plain._holds(condition, stored.data) for condition in row.get("where", ()))
        assert fits == (verdict.code != "wrong_field")
    if verdict.code == "adds_nothing":
        assert row.get("sum_of") or row["kind"] == "activity"
    if verdict.code == "before_prerequisite":
        assert row["requires"]


def test_what_is_told_to_have_counted_is_what_the_fold_counted(programme):
    for seed in range(20):
        check(seed)


PLANTED = {
    "distinct_by is forgotten": mock.patch.object(
        explain_events, "distinct_mark", lambda rule, event: str(event.position)
    ),
    "conditions are forgotten": mock.patch.object(explain_events, "obstacle", lambda *_: None),
    "progress is forgotten": mock.patch.object(explain_events, "_core", lambda state: {}),
    "what a task requires is forgotten": mock.patch.object(
        explain_events, "fold", lambda rules, _states, events: fold.fold(rules, {}, events)
    ),
}


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_found(programme, bug):
    with PLANTED[bug], pytest.raises(AssertionError):
        for seed in range(40):
            check(seed)


# Each reason -----------------------------------------------------------------------------------


def test_each_event_is_told_why_it_did_not_count(programme):
    load(task("first", event="id.verified"), segments=[segment("red", {"tag": "red"})])
    take(event(when="2025-01-05"))  # before the task was there
    load(
        task(
            kind="monthly",
            where=[{"field": "amount", "min": 100}],
            distinct_by="bill",
            requires=["first"],
            starts="2025-01-10",
            ends="2025-12-31",
        ),
    )
    gone = event(when="2025-02-05", data={"amount": 200, "bill": "x"})
    take(
        event(when="2025-01-06"),
        event(when="2025-01-11", data={"amount": 200, "bill": "a"}),
        event("id.verified", when="2025-01-12"),
        event(when="2025-01-13", data={"amount": "99.5", "bill": "a"}),
        event(when="2025-01-14", data={"amount": 200}),
        event(when="2025-01-15", data={"amount": 200, "bill": "a"}),
        event(when="2025-01-16", data={"amount": 200, "bill": "a"}),
        event(when="2025-01-17", data={"amount": 200, "bill": "b"}),
        gone,
        reversal(gone),
    )

    told = why().events

    assert [e.code or "counted" for e in told] == [
        "other_version",
        "outside_window",
        "before_prerequisite",
        "wrong_field",
        "field_missing",
        "counted",
        "counted_already",
        "period_done",
        "reversed",
    ]
    wrong = told[3].facts
    assert (wrong["field"], wrong["operator"], wrong["expected"]) == ("amount", "min", 100)
    assert wrong["found"] == "99.5"
    assert told[6].facts["by"] == {"source": told[5].source, "id": told[5].event_id}
    assert told[5].completed == 1
    assert told[8].facts["by"]["id"].startswith("e")


def test_kinds_tell_why_an_event_adds_nothing(programme):
    load(
        task("once"),
        task("streak", "streak"),
        task("sum", "cumulative", sum_of="amount", target=100),
    )
    take(event(when="2025-01-05", data={"amount": "5"}), event(when="2025-01-05", data={"x": 1}))
    assert verdicts("once") == ["counted", "completed_already"]
    assert verdicts("streak") == ["counted", "day_done"]
    assert verdicts("sum") == ["counted", "adds_nothing"]


def test_the_audience_is_that_of_the_event(programme):
    load(
        task(kind="daily", segment="red"),
        segments=[segment("red", {"tag": "red"})],
    )
    take(event(when="2025-01-05"))
    describe_all([describe({"customer_id": "ada", "tags": "red"})])
    take(event(when="2025-01-06"))

    assert verdicts() == ["not_in_audience", "counted"]
    assert why().events[0].facts == {"segment": "red", "segments": []}
    audience = next(c for c in why().conditions if c.code == "audience")
    assert audience.met and audience.facts == {"segment": "red"}


def test_what_waits_to_be_settled_is_told(programme):
    load(task())
    take(event(), settle=False)
    assert verdicts() == ["waiting"]
    settle_all()
    assert verdicts() == ["counted"]


def test_conditions_tell_the_value_that_decides(programme):
    load(
        task("first", event="id.verified"),
        task(requires=["first"], kind="daily", limit={"completions": 1}, ends=str(days_ago(-3))),
    )
    take(event("id.verified", when="2025-01-05"), event(when="2025-01-06"))
    take(event("id.verified", who="bob", when="2025-01-05"), event(who="bob", when="2025-01-06"))

    told = why(ref="bob")
    facts = {c.code: (c.met, dict(c.facts)) for c in told.conditions}

    assert facts["prerequisite"][0] and facts["prerequisite"][1]["task"] == "first"
    assert [e.became for e in told.events] == [(("refused", "completions"),)]
    assert facts["limit"] == (False, {"limit": "completions", "most": 1, "used": 1})
    assert facts["ends"] == (True, {"day": days_ago(-3)})
    assert [(f.status, f.reason) for f in told.fates] == [("refused", "completions")]
    assert why("t").status == "open" and why("first").status == "completed"


def test_an_event_says_what_became_of_what_it_completed(programme):
    load(task(kind="cumulative", limit={"completions": 1}))
    first, second, third = (
        event(when="2025-01-05"),
        event(when="2025-01-06"),
        event(when="2025-01-07"),
    )
    take(first, second, third)
    take(reversal(third))

    told = {e.event_id: e.became for e in why().events}

    assert told[first["id"]] == (("posted", ""),)
    assert told[second["id"]] == (("refused", "completions"),)
    assert told[third["id"]] == (("reversed", "completions"),)


def test_a_row_of_days_that_broke_says_so(programme, client):
    load(task(kind="streak", target=3, grace_days=1))
    days = ("2025-01-05", "2025-01-06", "2025-01-08", "2025-01-12", "2025-01-13")
    take(*(event(when=day) for day in days))

    assert [dict(e.facts) for e in why().events] == [{}, {}, {}, {"missed_days": 3}, {}]
    load(task(kind="streak", target=3))
    take(*(event(when=day) for day in (days_ago(3), days_ago(0))))
    lines = client.get(
        "/api/v1/me/tasks/t/why", headers=Bank(client).bearer("ada") | {"Accept-Language": "en"}
    ).json()["lines"]
    assert lines[0] == "So far: 1 of 3."
    assert lines[1].endswith("the row of days began anew, because 2 days were missed before.")


@pytest.mark.parametrize("points", [10, 14, 15])
def test_every_budget_that_pays_is_a_condition(programme, points):
    own, all_of_it = budget("own", points), budget("all", 25, programme=True)
    load(task(kind="cumulative", budget="own"), budgets=[own, all_of_it, budget("other", 0)])
    take(event(who="bob"))
    take(event())

    told = [(c.met, dict(c.facts)) for c in why().conditions if c.code == "budget"]

    assert told == [
        (False, {"budget": "own", "points": points, "used": 10}),
        (True, {"budget": "all", "points": 25, "used": 10}),
    ]


def test_a_task_that_gives_no_points_needs_no_budget(programme):
    load(task(reward={"growth": 1}), budgets=[budget("all", 0, programme=True)])
    take(event())
    assert why().conditions == ()


def test_a_task_that_is_locked_or_unknown(programme):
    load(task("first", event="id.verified"), task(requires=["first"]))
    take(event())
    assert why().status == "locked"
    assert verdicts() == ["before_prerequisite"]
    with pytest.raises(NotFound):
        why("nothing")


# Who is told what ------------------------------------------------------------------------------


def test_support_asks_with_a_signed_request_and_reads_everything(programme, client):
    bank = Bank(client, "support:read")
    load(task(where=[{"field": "amount", "min": 100}]))
    take(event(when="2025-01-05", data={"amount": 5}))
    path = "/api/v1/customers/ada/tasks/t/why"

    answer = client.get(path, headers=bank.headers(path.encode()))

    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert (told["customer_id"], told["status"], told["progress"]["current"]) == ("ada", "open", 0)
    (judged,) = told["events"]
    assert (judged["counted"], judged["code"]) == (False, "wrong_field")
    assert judged["facts"] == {"field": "amount", "operator": "min", "expected": 100, "found": 5}


def test_support_is_told_codes_and_never_our_own_ids(programme, client):
    bank = Bank(client, "support:read")
    load(
        task("first", event="id.verified"),
        task("t", "daily", requires=["first"]),
        task("red", "daily", segment="red"),
        segments=[segment("red", {"tag": "red"}), segment("blue", {"tag": "blue"})],
    )
    describe_all([describe({"customer_id": "ada", "tags": "blue"})])
    take(event(when="2025-01-05"))

    def facts(code):
        path = f"/api/v1/customers/ada/tasks/{code}/why"
        told = client.get(path, headers=bank.headers(path.encode())).json()
        return [judged["facts"] for judged in told["events"]]

    assert facts("t") == [{"task": "first", "at": None}]
    assert facts("red") == [{"segment": "red", "segments": ["blue"]}]


def test_a_signature_is_good_for_its_path_and_its_scope_only(programme, client):
    load(task())
    take(event(), event(who="bob"))
    path = "/api/v1/customers/ada/tasks/t/why"
    bank, other = Bank(client, "support:read"), Bank(client, "events:write")

    assert client.get(path).status_code == 401
    elsewhere = bank.headers(b"/api/v1/customers/bob/tasks/t/why")
    assert client.get(path, headers=elsewhere).status_code == 401
    assert client.get(path, headers=bank.headers(b"")).status_code == 401
    assert client.get(path, headers=other.headers(path.encode())).status_code == 403
    assert client.post(path, headers=bank.headers(path.encode())).status_code == 405
    gone = "/api/v1/customers/nobody/tasks/t/why"
    assert client.get(gone, headers=bank.headers(gone.encode())).status_code == 404


def test_the_customer_is_told_in_plain_words_and_nothing_of_guards(programme, client):
    load(
        task("verify", event="id.verified") | {"name": {"en": "Verify your identity"}},
        task("t", "cumulative", requires=["verify"], velocity=VELOCITY),
    )
    take(event(when="2025-01-05"))
    take(event("id.verified", when="2025-01-06"))
    take(event(when="2025-01-07"), event(when="2025-01-07T01:00"))
    bearer = Bank(client).bearer("ada")

    answer = client.get("/api/v1/me/tasks/t/why", headers=bearer | {"Accept-Language": "en"})

    assert answer.status_code == 200
    assert answer.json()["lines"] == [
        "January 7, 2025: there was no reward for this. Our service line can tell you more.",
        "January 7, 2025: completed, 10 points given.",
        "January 5, 2025: did not count: it was before you completed “Verify your identity”.",
    ]
    assert client.get("/api/v1/me/tasks/x/why", headers=bearer).status_code == 404
    assert client.get("/api/v1/me/tasks/t/why").status_code == 401


VELOCITY = {"completions": 1, "within_hours": 2, "then": "deny"}
