"""The customer's own things: what is told, to whom, and in how many queries."""

from datetime import datetime, time, timedelta

import pytest
from django.db import connection

from growth import bankday, holds, ledger
from growth.models import Customer, Level, PointsTransfer
from tests.growth import world
from tests.signing import event

READS = ["me", "me/points", "me/points/entries", "me/tasks", "me/level"]


def get(client, path, who):
    answer = client.get(f"/api/v1/{path}", headers=who)
    assert answer.status_code == 200, answer.content
    return answer.json()


def send(client, method, path, body, who):
    call = getattr(client, method)
    return call(f"/api/v1/{path}", body, content_type="application/json", headers=who)


@pytest.mark.parametrize("path", READS)
def test_nobody_reads_without_a_session(client, db, path):
    answer = client.get(f"/api/v1/{path}")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", READS)
def test_nothing_personal_is_kept_on_the_way(client, ada, path):
    answer = client.get(f"/api/v1/{path}", headers=ada)
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("path", "most"),
    [("me", 4), ("me/points", 2), ("me/points/entries", 3), ("me/tasks", 5), ("me/level", 4)],
)
def test_reading_takes_few_queries(client, ada, path, most, django_assert_max_num_queries):
    get(client, path, ada)
    with django_assert_max_num_queries(most):
        get(client, path, ada)


def test_me_at_a_glance(client, ada):
    told = get(client, "me", ada)
    assert told["customer_id"] == "ada"
    assert told["level"] == {"code": "bronze", "name": "Bronze"}
    assert told["points"] == 100
    assert isinstance(told["zones"], list)
    assert told["settings"] == {"personalised": True, "large_text": False, "language": ""}


def test_a_customer_sees_nothing_of_another(client, ada, bob):
    assert get(client, "me", bob)["points"] == 0
    assert get(client, "me/points/entries", bob)["results"] == []
    assert get(client, "me/level", bob)["growth_value"] == 0
    done = {row["code"]: row["completions"] for row in get(client, "me/tasks", bob)}
    assert done["bind-card"] == 0


def test_the_cursor_of_another_shows_nothing_of_theirs(client, bank, ada, bob):
    for _ in range(4):
        bank.send(event(subject="ada", type="app.logged_in"))
    bank.send(*(event(subject="ada", type="payment.completed") for _ in range(6)))
    send(client, "post", "me/tasks/pay-twice/claim", {}, ada)
    page = get(client, "me/points/entries?page_size=1", ada)
    assert page["next"]
    cursor = page["next"].split("?", 1)[1]
    assert get(client, f"me/points/entries?{cursor}", ada)["results"]
    assert get(client, f"me/points/entries?{cursor}", bob)["results"] == []


@pytest.mark.parametrize(
    "cursor",
    ["x", "cD0x", "cD1hYmM=", "cD05OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "cD0lMDA=", "bz0tMQ==", "é"],
)
def test_a_made_up_cursor_is_no_fault_of_ours(client, ada, cursor):
    answer = client.get(f"/api/v1/me/points/entries?cursor={cursor}", headers=ada)
    assert answer.status_code in (200, 404)


def test_entries_come_newest_first_and_page_by_page(client, bank, ada):
    bank.send(*(event(subject="ada", type="payment.completed") for _ in range(6)))
    send(client, "post", "me/tasks/pay-twice/claim", {}, ada)

    first = get(client, "me/points/entries?page_size=3", ada)
    rest = get(client, first["next"].split("/api/v1/")[1], ada)

    rows = first["results"] + rest["results"]
    assert [row["points"] for row in rows] == [50, 50, 50, 100]
    assert set(rows[0]) >= {"id", "points", "kind", "reason", "at", "source"}
    assert rest["next"] is None


def test_an_entry_says_on_which_bank_day_it_was_earned(client, bank, bob):
    days = [bankday.today() - timedelta(days=ago) for ago in (3, 2)]
    for day in days:  # just after midnight at the bank, still the day before in Greenwich
        moment = datetime.combine(day, time(0, 30), tzinfo=bankday.zone())
        for _ in range(2):
            bank.send(event(subject="bob", type="payment.completed", time=moment.isoformat()))
    send(client, "post", "me/tasks/pay-twice/claim", {}, bob)

    rows = get(client, "me/points/entries", bob)["results"]

    assert {row["source"]["day"] for row in rows} == {day.isoformat() for day in days}


def test_a_page_is_never_larger_than_a_hundred(client, ada):
    assert len(get(client, "me/points/entries?page_size=100000", ada)["results"]) == 1


def test_points_that_expire_are_told_soonest_first_and_then_gone(client, ada):
    on = bankday.today() + timedelta(days=30)
    assert get(client, "me/points", ada) == {
        "available": 100,
        "pending": 0,
        "expiring": [{"points": 100, "on": on.isoformat()}],
        "earned_total": 100,
        "spent_total": 0,
    }
    with connection.cursor() as cursor:
        cursor.execute("UPDATE growth_pointslot SET expires_on = %s", [bankday.today()])
    told = get(client, "me/points", ada)
    assert (told["available"], told["expiring"]) == (0, [])


def test_points_that_wait_to_be_claimed_are_pending(client, bank, ada, bob):
    bank.send(*(event(subject="ada", type="payment.completed") for _ in range(5)))
    told = get(client, "me/points", ada)
    assert (told["available"], told["pending"], told["earned_total"]) == (100, 100, 100)
    assert get(client, "me/points", bob)["pending"] == 0

    send(client, "post", "me/tasks/pay-twice/claim", {}, ada)

    told = get(client, "me/points", ada)
    assert (told["available"], told["pending"], told["earned_total"]) == (200, 0, 200)


def test_tasks_say_how_far_they_are(client, bank, ada):
    bank.send(event(subject="ada", type="payment.completed"))
    tasks = {row["code"]: row for row in get(client, "me/tasks", ada)}

    assert set(tasks) == {"bind-card", "pay-twice", "after-card", "log-in"}
    assert tasks["bind-card"]["status"] == "completed"
    assert tasks["bind-card"]["completions"] == 1
    assert tasks["bind-card"]["reward"] == {"points": 100, "growth": 60, "benefit": None}
    assert tasks["after-card"]["status"] == "open"
    assert tasks["pay-twice"]["progress"] == {"current": 1, "target": 2}

    bank.send(event(subject="ada", type="payment.completed"))
    tasks = {row["code"]: row for row in get(client, "me/tasks", ada)}
    assert (tasks["pay-twice"]["status"], tasks["pay-twice"]["completions"]) == ("claimable", 1)


def test_a_task_is_locked_until_what_it_requires_is_done(client, bob):
    tasks = {row["code"]: row["status"] for row in get(client, "me/tasks", bob)}
    assert tasks["after-card"] == "locked"


def test_a_run_of_days_that_has_ended_counts_no_more(client, bank, bob):
    def log_in(days_ago):
        moment = world.at(world.days_ago(days_ago))
        bank.send(event(subject="bob", type="app.logged_in", time=moment))

    def current():
        tasks = {row["code"]: row for row in get(client, "me/tasks", bob)}
        return tasks["log-in"]["status"], tasks["log-in"]["progress"]["current"]

    log_in(3)
    assert current() == ("open", 0)
    log_in(1)
    assert current() == ("open", 1)
    log_in(0)
    assert current() == ("open", 2)
    log_in(2)
    assert current()[1] in (1, 3)  # 4 days in a row: one whole streak of three, and one more


def test_a_level_tells_in_the_readers_language_what_it_and_the_next_one_bring(client, ada):
    for code, lines in (("bronze", "Free messages\n\n Free cash "), ("silver", "An adviser")):
        both = {"en": lines, "zh-hans": f"{code} 的权益"}
        Level.objects.filter(code=code).update(privileges=both)

    told = get(client, "me/level", ada)
    assert told["privileges"] == ["Free messages", "Free cash"]
    assert told["next"]["privileges"] == ["An adviser"]

    chinese = get(client, "me/level", ada | {"Accept-Language": "zh-Hans"})
    assert chinese["privileges"] == ["bronze 的权益"]
    assert chinese["next"]["privileges"] == ["silver 的权益"]


def test_claiming_is_for_tasks_that_there_are(client, ada):
    for code, status, fault in (
        ("nothing", 404, "not_found"),
        ("bind-card", 409, "nothing_to_claim"),
        ("staff-only", 409, "nothing_to_claim"),
    ):
        answer = send(client, "post", f"me/tasks/{code}/claim", {}, ada)
        assert (answer.status_code, answer.json()["code"]) == (status, fault)


def test_settings_are_changed_one_by_one(client, ada):
    answer = send(client, "patch", "me/settings", {"large_text": True}, ada)
    assert answer.json() == {"personalised": True, "large_text": True, "language": ""}
    assert get(client, "me", ada)["settings"]["large_text"] is True


@pytest.mark.parametrize(
    "body",
    [
        {"large_text": "true"},
        {"large_text": 1},
        {"large_text": None},
        {"language": "fr"},
        {"language": 5},
        {"language": {"$gt": ""}},
        {"personalised": [True]},
        {"level": "gold"},
        {"customer_id": "bob", "points": 5},
        [],
        '"text"',
        5,
    ],
)
def test_other_settings_are_refused(client, ada, body):
    answer = send(client, "patch", "me/settings", body, ada)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    expected = {"personalised": True, "large_text": False, "language": ""}
    assert get(client, "me", ada)["settings"] == expected


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}]
)
def test_another_site_cannot_write_with_the_customers_cookie(client, bank, headers):
    bank.send(event(subject="ada"))
    form = "application/x-www-form-urlencoded"
    client.post("/handoff/", f"ticket={bank.ticket('ada')}", content_type=form)

    answer = send(client, "patch", "me/settings", {"large_text": True}, headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
    assert get(client, "me", headers)["settings"]["large_text"] is False


def test_calls_of_one_customer_are_limited_and_others_go_on(client, ada, bob, settings):
    settings.RATE_LIMITS = {"reads": "2/minute"}
    answers = [client.get("/api/v1/me/points", headers=ada) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["code"] == "rate_limited"
    assert int(answers[2]["Retry-After"]) >= 1
    assert client.get("/api/v1/me/points", headers=bob).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("post", "me", 405, "method_not_allowed"),
        ("delete", "me/points", 405, "method_not_allowed"),
        ("put", "me/settings", 405, "method_not_allowed"),
    ],
)
def test_faults_of_the_framework_are_problems_too(client, ada, method, path, status, code):
    answer = send(client, method, path, {}, ada)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/", "/api/v1/me/tasks/%00/claim"])
def test_an_address_that_is_not_there_is_a_problem(client, db, method, path):
    answer = getattr(client, method)(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer["Content-Type"] == "application/problem+json"


def test_a_body_of_another_type_is_a_problem(client, ada):
    answer = client.patch("/api/v1/me/settings", "a=b", content_type="text/plain", headers=ada)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_points_that_are_held_or_owed_are_told_and_cannot_be_spent(client, ada):
    who = Customer.objects.get(ref="ada").pk
    holds.place_hold(customer_id=who, points=30, key="h", reason="review")
    told = get(client, "me/points", ada)
    assert (told["available"], told["held"], "owed" in told) == (70, 30, False)

    ledger.spend(customer_id=who, points=60, key="k", reason="", origin={})
    earning = PointsTransfer.objects.get(customer=who, kind="earn").key
    ledger.take_back(
        earning_key=earning, points=100, key="r", reason="reversed", today=bankday.today(),
        policy=ledger.ALLOW_NEGATIVE,
    )  # fmt: skip
    told = get(client, "me/points", ada)
    assert (told["available"], told["owed"]) == (0, 60)
    assert get(client, "me", ada)["points"] == 0

    grant = ledger.Earning(who, 90, "g", "gift", {}, None)
    ledger.grant_many(earnings=[grant])
    repaid, gift = get(client, "me/points/entries", ada)["results"][:2]
    assert (repaid["points"], repaid["kind"], repaid["reason"]) == (-60, "reverse", "repaid")
    assert (repaid["title"], gift["points"]) == ("owed points repaid", 90)
    month = f"{bankday.today():%Y-%m}"
    titles = [
        entry["title"] for entry in get(client, f"me/points/statements/{month}", ada)["entries"]
    ]
    assert titles[-1] == "owed points repaid"
