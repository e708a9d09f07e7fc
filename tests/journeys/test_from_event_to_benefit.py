"""The whole loop over HTTP: a signed event, points, a level, a benefit, and the statement."""

from functools import partial

import pytest

from tests.journeys import program
from tests.signing import Bank, event

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank(client):
    program.load()
    return Bank(client)


def test_an_event_becomes_points_and_points_become_coffee(bank, client):
    answer = bank.send(event(subject="c-1"))
    assert answer.status_code == 202
    assert answer.json() == {"accepted": 1, "duplicate": 0, "rejected": []}
    me = bank.bearer("c-1")

    points = client.get("/api/v1/me/points", headers=me).json()
    assert points["available"] == 100
    assert points["earned_total"] == 100
    assert [row["points"] for row in points["expiring"]] == [100]

    bought = client.post(
        "/api/v1/benefits/coffee/redemptions",
        {},
        content_type="application/json",
        headers=me | {"Idempotency-Key": "k1"},
    )
    assert bought.status_code == 201, bought.content
    assert bought.json()["code"]

    points = client.get("/api/v1/me/points", headers=me).json()
    assert (points["available"], points["spent_total"]) == (20, 80)
    rows = client.get("/api/v1/me/points/entries", headers=me).json()["results"]
    assert [row["points"] for row in rows] == [-80, 100]
    assert rows[0]["title"] == "Coffee voucher"
    assert [(row["source"]["type"], row["source"]["code"]) for row in rows] == [
        ("benefit", "coffee"),
        ("task", "bind-card"),
    ]
    assert (rows[1]["title"], rows[1]["source"]["day"]) == ("Bind a card", "2026-01-05")


def test_a_manual_task_is_claimed_once_and_lifts_the_level(bank, client):
    bank.send(
        event(subject="c-1"),
        event(subject="c-1", type="payment.completed"),
        event(subject="c-1", type="payment.completed"),
    )
    me = bank.bearer("c-1")
    before = client.get("/api/v1/me/level", headers=me).json()
    assert (before["code"], before["growth_value"], before["next"]["needs"]) == ("bronze", 60, 40)

    claim = partial(
        client.post,
        "/api/v1/me/tasks/pay-twice/claim",
        {},
        content_type="application/json",
        headers=me,
    )
    claimed, again = claim(), claim()

    assert claimed.status_code == 200, claimed.content
    assert claimed.json()["points"] == 50
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_claim")
    level = client.get("/api/v1/me/level", headers=me).json()
    assert (level["code"], level["growth_value"], level["next"]) == ("silver", 110, None)
    assert client.get("/api/v1/me", headers=me).json()["level"] == {
        "code": "silver",
        "name": "Silver",
    }


def test_a_reversed_event_takes_its_points_back(bank, client):
    first = event(subject="c-1")
    bank.send(first)
    reversal = event(
        subject="c-1",
        type="event.reversed",
        data={"source": first["source"], "id": first["id"]},
    )

    assert bank.send(reversal).json()["accepted"] == 1

    me = bank.bearer("c-1")
    points = client.get("/api/v1/me/points", headers=me).json()
    assert (points["available"], points["earned_total"]) == (0, 0)
    rows = client.get("/api/v1/me/points/entries", headers=me).json()["results"]
    assert [(row["kind"], row["points"]) for row in rows] == [("reverse", -100), ("earn", 100)]


def test_a_large_batch_is_stored_at_once_and_settled_by_the_job(bank, client):
    answer = bank.send(*(event(subject=f"c-{number % 7}") for number in range(60)))

    assert answer.json()["accepted"] == 60
    points = client.get("/api/v1/me/points", headers=bank.bearer("c-0")).json()
    assert points["available"] == 100


def test_a_customer_sees_their_language(bank, client):
    bank.send(event(subject="c-1"))
    me = bank.bearer("c-1")
    client.patch(
        "/api/v1/me/settings", {"language": "zh-hans"}, content_type="application/json", headers=me
    )

    names = {row["code"]: row["name"] for row in client.get("/api/v1/me/tasks", headers=me).json()}

    assert names["bind-card"] == "绑定银行卡"
    assert client.get("/api/v1/me/level", headers=me).json()["name"] == "青铜"
