"""A customer's session: how it is carried, how long it lasts, and what ends it."""

import pytest
from django.db import connection

from tests.growth.api.test_handoff import age, use


def test_a_token_is_an_alternative_to_the_cookie(client, bank, ticket):
    answer = client.post("/api/v1/sessions", {"ticket": ticket}, content_type="application/json")

    told = answer.json()
    assert answer.status_code == 201
    assert set(told) >= {"access_token", "expires_at"}
    assert not answer.cookies
    bearer = {"Authorization": f"Bearer {told['access_token']}"}
    assert client.get("/api/v1/me", headers=bearer).json()["customer_id"] == "ada"
    again = client.post("/api/v1/sessions", {"ticket": ticket}, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (401, "ticket_refused")


def test_a_new_token_ends_the_session_before_it(client, bank, ada):
    renewed = client.post(
        "/api/v1/sessions",
        {"ticket": bank.ticket("ada")},
        content_type="application/json",
        headers=ada,
    )
    assert renewed.status_code == 201
    assert client.get("/api/v1/me", headers=ada).status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{}", 400),
        ('{"ticket": 5}', 401),
        ('{"ticket": null}', 400),
        ('{"ticket": "a", "ticket": "b"}', 400),
        ('{"ticket": "a", "x": 1}', 400),
        ('{"ticket": "\\u0000"}', 400),
        ('{"ticket": "' + "a" * 500 + '"}', 400),
        ("[" * 50_000, 400),
        ("[]", 400),
        ("5", 400),
        ("x" * 70_000, 413),
        ("{", 400),
    ],
)
def test_a_bad_exchange_is_refused(client, db, body, status):
    answer = client.post("/api/v1/sessions", body, content_type="application/json")
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer x", "bearer  ", "Basic YTpi", "x", "Bearer " + "a" * 9000, "Bearer \xe9"],
)
def test_a_bad_authorization_is_refused_even_beside_a_good_cookie(client, ticket, header):
    use(client, ticket)
    answer = client.get("/api/v1/me", headers={"Authorization": header})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_session_ends_after_15_idle_minutes(client, ticket):
    use(client, ticket)
    age("growth_customersession", 14 * 60)
    assert client.get("/api/v1/me").status_code == 200
    age("growth_customersession", 14 * 60)
    assert client.get("/api/v1/me").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE growth_customersession SET seen_at = now() - interval '15 minutes 1 second'"
        )
    assert client.get("/api/v1/me").status_code == 401


def test_a_session_ends_after_30_minutes_however_busy(client, ticket):
    use(client, ticket)
    for _ in range(2):
        age("growth_customersession", 14 * 60)
        assert client.get("/api/v1/me").status_code == 200
    age("growth_customersession", 2 * 60 + 1)
    assert client.get("/api/v1/me").status_code == 401


def test_signing_out_ends_the_session(client, ticket):
    use(client, ticket)
    token = client.cookies["zone"].value
    assert client.delete("/api/v1/sessions/current").status_code == 204
    client.cookies["zone"] = token
    assert client.get("/api/v1/me").status_code == 401


def test_the_bank_can_sign_a_customer_out_everywhere(client, bank, ada):
    waiting = bank.ticket("ada")
    assert client.get("/api/v1/me", headers=ada).status_code == 200

    assert bank.post("/api/v1/sign-outs", {"customer_id": "ada"}).status_code == 204

    assert client.get("/api/v1/me", headers=ada).status_code == 401
    assert use(client, waiting).status_code == 401
    assert bank.post("/api/v1/sign-outs", {"customer_id": "nobody"}).status_code == 404


def test_a_customers_cookie_is_worth_nothing_in_the_admin(client, ticket):
    use(client, ticket)
    answer = client.get("/admin/")
    assert answer.status_code == 302
    assert "/admin/login/" in answer["Location"]
