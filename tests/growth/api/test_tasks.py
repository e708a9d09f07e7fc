"""Tasks of every kind as the customer's API tells them, and make-up check-ins by API."""

import pytest

from growth import access, pauses, sessions, taskboard
from growth.models import Customer, TaskCompletion
from tests.growth import world
from tests.growth.world import days_ago, event, task
from tests.signing import Bank


@pytest.fixture
def ada(client, db):
    """A customer of a program with one task of each newer kind, with 30 points."""
    make_up = {"per_month": 31, "points": 20, "days_back": 7}
    steps = [
        {"target": 2, "reward": {"points": 5}},
        {"target": 4, "reward": {"points": 9, "growth": 3}},
    ]
    named = [
        task("streak", "streak", target=3, make_up=make_up),
        task("steps", "milestones", milestones=steps),
        task("first", "once", "b.done"),
        task("second", "once", "c.done"),
        task("both", "choose", choose={"of": ["first", "second"], "at_least": 2}),
        task("visits", "activity", "zone.visited", measures=[{"growth": 2}], growth_a_day=3),
    ]
    for row, unwanted in zip(named, ["", "reward", "", "", "event", "reward"], strict=True):
        row.pop(unwanted, None)
    world.load(*named)
    world.earn("ada", 30)
    access.forget()
    yield Bank(client).bearer("ada")
    access.forget()


def tasks(client, who) -> dict[str, dict]:
    answer = client.get("/api/v1/me/tasks", headers=who)
    assert answer.status_code == 200, answer.content
    return {row["code"]: row for row in answer.json()}


def post(client, who, day, code="streak"):
    path = f"/api/v1/me/tasks/{code}/make-ups"
    return client.post(path, {"day": day}, content_type="application/json", headers=who)


def check_in(*days: int) -> None:
    world.take(*(event(when=days_ago(day)) for day in days))


def claimed(client, who, excluded: str = "", **facts) -> dict:
    """What a claim of two completions comes to, by a customer who is ``excluded`` by then."""
    world.load(task("twice", "cumulative", "d.done", claim="manual", **facts))
    world.take(event("d.done"), event("d.done"))
    Customer.objects.update(excluded=excluded)
    answer = client.post("/api/v1/me/tasks/twice/claim", {}, "application/json", headers=who)
    assert answer.status_code == 200, answer.content
    told = answer.json()
    return {name: told[name] for name in ("posted", "refused", "reasons", "held", "points")}


@pytest.mark.parametrize(
    ("limit", "posted", "reason"),
    [
        ({"per_customer": 1}, 1, "per_customer"),
        ({"completions": 0}, 0, "used_up"),
        ({"completions_a_day": 1}, 1, "completions_a_day"),
        ({"points": 19}, 1, "used_up"),
    ],
)
def test_a_claim_says_what_was_refused_and_why(client, ada, limit, posted, reason):
    assert claimed(client, ada, limit=limit) == {
        "posted": posted,
        "refused": 2 - posted,
        "reasons": [reason],
        "held": 0,
        "points": 10 * posted,
    }


def test_a_claim_never_tells_what_guards_against_abuse(client, ada):
    told = claimed(client, ada, excluded="works here")
    assert (told["posted"], told["refused"], told["reasons"]) == (0, 2, ["other"])


def test_milestones_say_what_is_next(client, ada):
    check_in(9, 8, 7)
    told = tasks(client, ada)["steps"]
    assert told["progress"] == {"current": 3, "target": 4}
    assert [row["reached"] for row in told["milestones"]] == [True, False]
    assert told["reward"] == {"points": 9, "growth": 3, "benefit": None}
    assert (told["status"], told["completions"]) == ("open", 1)
    check_in(6)
    assert tasks(client, ada)["steps"]["status"] == "completed"


def test_a_choice_counts_the_tasks_that_are_done(client, ada):
    world.take(event("b.done"))
    told = tasks(client, ada)["both"]
    assert told["progress"] == {"current": 1, "target": 2}
    assert told["choices"] == ["first", "second"]
    world.take(event("c.done", when="2025-02-01"))
    assert tasks(client, ada)["both"]["status"] == "completed"


def test_visits_bring_growth_up_to_the_days_cap(client, ada):
    world.take(event("zone.visited", when=days_ago(1)))
    assert tasks(client, ada)["visits"]["progress"] == {"current": 0, "target": 3}
    for _ in range(3):
        world.take(event("zone.visited", when=days_ago(0)))
    told = tasks(client, ada)["visits"]
    assert told["progress"] == {"current": 3, "target": 3}
    assert (told["status"], told["completions"]) == ("completed", 3)


def test_a_missed_day_is_offered_made_up_for_and_offered_no_more(client, ada):
    check_in(3, 1)
    offered = tasks(client, ada)["streak"]["make_up"]
    assert offered == {"points": 20, "days": [str(days_ago(2))]}

    answer = post(client, ada, offered["days"][0])
    assert (answer.status_code, answer.json()) == (
        200,
        {"code": "streak", "day": str(days_ago(2)), "points": 20},
    )
    assert post(client, ada, offered["days"][0]).json() == answer.json()
    told = tasks(client, ada)["streak"]
    assert (told["make_up"], told["completions"]) == (None, 1)
    assert world.balance() == 30 - 20 + 10 + 5


@pytest.mark.parametrize(
    ("day", "code", "status", "fault"),
    [
        ("tomorrow", "streak", 400, "invalid"),
        (None, "streak", 400, "invalid"),
        ("1999-01-01", "streak", 409, "day_too_old"),
        ("9999-12-31", "streak", 409, "day_not_missed"),
        ("0001-01-01", "streak", 409, "day_too_old"),
        ("2025-01-01", "first", 409, "no_make_ups"),
        ("2025-01-01", "nothing", 404, "not_found"),
    ],
)
def test_what_cannot_be_made_up_for_is_a_problem(client, ada, day, code, status, fault):
    check_in(3, 1)
    answer = post(client, ada, day, code)
    assert (answer.status_code, answer.json()["code"]) == (status, fault)
    assert world.balance() == 35


def test_without_enough_points_it_is_refused(client, ada):
    check_in(3, 1)
    world.spend("ada", 20)
    answer = post(client, ada, str(days_ago(2)))
    assert (answer.status_code, answer.json()["code"]) == (409, "insufficient_points")


def test_nobody_makes_up_for_another(client, db):
    answer = post(client, {}, "2025-01-01")
    assert answer.status_code == 401


EVERYBODY = task("shared", "daily", "d.done")
BUDGET = {"code": "b", "name": {"en": "b"}, "points": 15}


def shared(client, who, *, budget: dict | None = None, **facts) -> dict:
    """A task that somebody else was given first, as ada sees it."""
    if budget and not budget.get("programme"):
        facts["budget"] = budget["code"]
    world.load(EVERYBODY | facts, **({"budgets": [budget]} if budget else {}))
    world.take(event("d.done", "bob", days_ago(0)))
    return tasks(client, who)["shared"]


@pytest.mark.parametrize(
    ("facts", "used_up"),
    [
        ({"limit": {"completions_a_day": 1}}, "today"),
        ({"limit": {"completions_a_day": 2, "completions": 2, "points": 20}}, None),
        ({"limit": {"completions_a_day": 1, "completions": 1}}, "all"),
        ({"limit": {"points": 19}}, "all"),
        ({"limit": {"per_customer": 1}}, None),
        ({"budget": BUDGET}, "all"),
        ({"budget": BUDGET | {"points": 20}}, None),
        ({"budget": BUDGET | {"programme": True, "code": "all"}}, "all"),
        ({"budget": BUDGET | {"points": 99, "ends": "2024-12-31"}}, "all"),
    ],
)
def test_a_task_without_rewards_left_says_so_before_anybody_tries(client, ada, facts, used_up):
    told = shared(client, ada, **facts)
    assert (told["status"], told["used_up"], told["paused"]) == ("open", used_up, False)
    world.take(event("d.done", when=days_ago(0)))
    refused = TaskCompletion.objects.filter(customer__ref="ada", status="refused")
    assert refused.exists() == bool(used_up)


def test_what_others_used_up_costs_one_query_for_all_tasks(client, ada, django_assert_num_queries):
    visitor = sessions.Visitor(world.customer().pk, "ada", frozenset(), "", 0, "", False, True)
    taskboard.tasks(visitor)
    with django_assert_num_queries(4):
        taskboard.tasks(visitor)
    limits = [task(f"t{n}", event="d.done", limit={"completions": 9}) for n in range(3)]
    world.load(*limits, task("paid", event="d.done", budget="b"), budgets=[BUDGET])
    taskboard.tasks(visitor)
    with django_assert_num_queries(5):
        taskboard.tasks(visitor)


def test_a_task_under_way_does_not_vanish_when_it_is_paused(client, ada):
    check_in(1)
    world.load(task("three", "cumulative", "d.done", target=3), task("other", event="e.done"))
    world.take(event("d.done"))
    for code in ("three", "other", "streak"):
        pauses.pause_task(code=code, reason="a fault")

    told = tasks(client, ada)

    assert "other" not in told
    assert (told["three"]["status"], told["three"]["paused"]) == ("open", True)
    assert told["three"]["progress"] == {"current": 1, "target": 3}
    assert (told["streak"]["paused"], told["streak"]["make_up"]) == (True, None)
