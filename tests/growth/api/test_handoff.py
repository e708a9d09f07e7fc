"""From the bank's app into a zone: tickets, sessions, and everything that is refused."""

import json
import re
import time

import pytest
from django.db import connection

from growth import access, jobs, sessions, webhooks
from growth.models import ApiClient, CustomerSession, HandoffTicket
from tests.signing import Bank, event

FORM = "application/x-www-form-urlencoded"


def use(client, ticket, **headers):
    return client.post("/handoff/", f"ticket={ticket}", content_type=FORM, headers=headers)


def age(table, seconds):
    """Let time pass for what is stored: the database's clock is the only one."""
    columns = {
        "growth_handoffticket": ["expires_at"],
        "growth_customersession": ["started_at", "seen_at", "expires_at"],
    }[table]
    changes = ", ".join(f"{c} = {c} - make_interval(secs => %s)" for c in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {changes}", [seconds] * len(columns))


@pytest.fixture
def customers(bank):
    bank.send(event(subject="ada"), event(subject="bob", type="app.logged_in"))


@pytest.fixture
def ticket(bank, customers):
    return bank.ticket("ada")


def test_the_bank_gets_a_ticket_and_nothing_readable_is_kept(bank, customers):
    facts = {"customer_id": "ada", "channel": "app", "next": "/zones/payroll/"}
    answer = bank.post("/api/v1/handoffs", facts)

    told = answer.json()
    assert (answer.status_code, set(told)) == (201, {"ticket", "url", "expires_at"})
    assert told["url"].endswith(f"/handoff/#{told['ticket']}")
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", told["ticket"])
    assert answer["Cache-Control"] == "no-store"
    kept = HandoffTicket.objects.get(digest=sessions.digest(told["ticket"]))
    assert told["ticket"].encode() not in bytes(kept.digest)


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil",
        "https:evil",
        "https://evil.example/",
        "/%0d%0aSet-Cookie:a=b",
        "/%0D%0A",
        "/%250d%250a",
        "/%2f%2fevil",
        "/%5cevil",
        "javascript:alert(1)",
        "zones/payroll/",
        "/zones/\r\nX: y",
        "/zones/\x00",
        "/a b",
        "",
        "/" + "a" * 600,
    ],
)
def test_next_is_a_path_of_this_site_and_nothing_else(bank, customers, path):
    answer = bank.post("/api/v1/handoffs", {"customer_id": "ada", "channel": "app", "next": path})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert not HandoffTicket.objects.exists()


@pytest.mark.parametrize(
    ("facts", "status", "code"),
    [
        ({"customer_id": "nobody", "channel": "app"}, 404, "not_found"),
        ({"channel": "app"}, 400, "invalid"),
        ({"customer_id": "ada"}, 400, "invalid"),
        ({"customer_id": 5, "channel": "app"}, 400, "invalid"),
        ({"customer_id": "a\u0000", "channel": "app"}, 400, "invalid"),
        ({"customer_id": "ada", "channel": "a b"}, 400, "invalid"),
        ({"customer_id": "ada", "channel": "app", "admin": "1"}, 400, "invalid"),
        ([], 400, "malformed"),
        (b"{", 400, "malformed"),
        (b"[" * 50_000, 400, "malformed"),
        (b"x" * 70_000, 413, "too_large"),
    ],
)
def test_a_bad_request_for_a_ticket_is_refused(bank, customers, facts, status, code):
    answer = bank.post("/api/v1/handoffs", facts)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_ticket_needs_the_scope(bank, customers, client):
    events_only = Bank(client, access.EVENTS)
    answer = events_only.post("/api/v1/handoffs", {"customer_id": "ada", "channel": "app"})
    assert (answer.status_code, answer.json()["code"]) == (403, "scope")


def test_a_ticket_opens_a_session_and_leads_to_its_page(client, ticket):
    answer = use(client, ticket)

    assert (answer.status_code, answer["Location"]) == (303, "/zones/payroll/")
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    cookie = answer.cookies["zone"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert not cookie["domain"]
    assert client.get("/api/v1/me").json()["customer_id"] == "ada"


def test_in_production_the_cookie_is_for_this_host_and_https_only(client, ticket, settings):
    settings.ENVIRONMENT = "production"
    cookie = use(client, ticket).cookies["__Host-zone"]
    assert (cookie["secure"], cookie["httponly"], cookie["path"]) == (True, True, "/")
    assert not cookie["domain"]
    assert client.get("/api/v1/me").status_code == 200


def test_a_ticket_is_good_once(client, ticket):
    use(client, ticket)
    answer = use(client, ticket)
    assert (answer.status_code, answer.json()["code"]) == (401, "ticket_refused")
    assert CustomerSession.objects.count() == 1


@pytest.mark.parametrize(("seconds", "status"), [(57, 303), (61, 401)])
def test_a_ticket_is_good_for_60_seconds(client, ticket, seconds, status):
    age("growth_handoffticket", seconds)
    assert use(client, ticket).status_code == status


@pytest.mark.parametrize("text", ["", "x", "é" * 30, "a" * 3000, "%00", "%ff%fe", "a&ticket=b"])
def test_what_is_no_ticket_is_refused(client, customers, text):
    assert use(client, text).status_code == 401


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_ticket_in_the_address_is_refused_and_not_used(client, ticket, method):
    answer = getattr(client, method)(f"/handoff/?ticket={ticket}")
    assert answer.status_code == 400
    assert ticket not in answer.content.decode()
    assert HandoffTicket.objects.get(digest=sessions.digest(ticket)).used_at is None
    assert use(client, ticket).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "https://[bad"},
    ],
)
def test_a_ticket_posted_by_another_site_is_refused(client, ticket, headers):
    answer = use(client, ticket, **headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
    assert not CustomerSession.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "none", "Origin": "null"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": "null"},
        {"Origin": "http://testserver"},
    ],
)
def test_a_ticket_posted_by_the_app_or_by_our_page_is_good(client, ticket, headers):
    assert use(client, ticket, **headers).status_code == 303


def test_a_preset_cookie_is_replaced(client, ticket):
    client.cookies["zone"] = "chosen-by-somebody"
    use(client, ticket)
    assert client.cookies["zone"].value != "chosen-by-somebody"
    client.cookies["zone"] = "chosen-by-somebody"
    assert client.get("/api/v1/me").status_code == 401


def test_another_customers_ticket_ends_the_session_before_it(client, bank, ticket):
    use(client, ticket)
    before = client.cookies["zone"].value
    use(client, bank.ticket("bob"))

    assert client.get("/api/v1/me").json()["customer_id"] == "bob"
    client.cookies["zone"] = before
    assert client.get("/api/v1/me").status_code == 401
    assert CustomerSession.objects.count() == 1


def test_a_refused_ticket_leaves_the_session_as_it_is(client, ticket):
    use(client, ticket)
    use(client, ticket)
    assert client.get("/api/v1/me").status_code == 200


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/json", '{"ticket": "x"}', 415),
        (FORM, "ticket=" + "x" * 5000, 413),
        ("multipart/form-data; boundary=b", "--b--", 415),
    ],
)
def test_only_a_small_form_is_read(client, db, kind, body, status):
    assert client.post("/handoff/", body, content_type=kind).status_code == status


def test_the_page_posts_the_fragment_by_a_script_of_our_own(client, db):
    answer = client.get("/handoff/")
    page = answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "growth/handoff.js" in page
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|<style|\sstyle=", page)


def test_people_get_a_page_when_a_ticket_is_refused(client, customers):
    answer = use(client, "x", Accept="text/html,application/xhtml+xml")
    assert answer.status_code == 401
    assert answer["Content-Type"].startswith("text/html")


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


def test_the_demos_sign_in_is_for_a_local_machine_only(client, bank, settings):
    bank.send(event(subject="demo-ada"), event(subject="ada"))
    assert client.get("/handoff/demo/").status_code == 404
    assert client.post("/handoff/demo/", {"customer": "demo-ada"}).status_code == 404
    with pytest.raises(sessions.NotFound):
        sessions.open_demo_session(customer_ref="demo-ada", next_path="/")

    settings.ENVIRONMENT = "local"
    assert "demo-ada" in client.get("/handoff/demo/").content.decode()
    assert client.post("/handoff/demo/", {"customer": "ada"}).status_code == 404
    refused = client.post(
        "/handoff/demo/", {"customer": "demo-ada"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert refused.status_code == 403
    answer = client.post("/handoff/demo/", {"customer": "demo-ada", "next": "//evil"})
    assert (answer.status_code, answer["Location"]) == (303, "/zones/")


HANDOFF = {"customer_id": "ada", "channel": "app"}
REPEATED = [("/api/v1/handoffs", HANDOFF, 201), ("/api/v1/sign-outs", {"customer_id": "ada"}, 204)]


def sent(bank, path, facts, message_id="request-1", **changes):
    body = json.dumps(facts).encode()
    headers = bank.headers(body, message_id=message_id, **changes)
    return bank.http.post(path, body, content_type="application/json", headers=headers)


@pytest.mark.parametrize(("path", "facts", "status"), REPEATED)
def test_a_signed_request_is_answered_once(bank, customers, path, facts, status):
    assert sent(bank, path, facts).status_code == status

    later = str(int(time.time()) + 290)
    for again in (
        sent(bank, path, facts),
        sent(bank, path, facts, timestamp=later),
        sent(bank, "/api/v1/handoffs", HANDOFF | {"customer_id": "bob"}),
    ):
        assert (again.status_code, again.json()["code"]) == (409, "replayed")
    assert HandoffTicket.objects.filter(used_at=None).count() == (status == 201)
    assert sent(bank, path, facts, message_id="request-2").status_code == status


def test_a_repeated_sign_out_leaves_the_session_that_came_after_it(client, bank, ada):
    sent(bank, "/api/v1/sign-outs", {"customer_id": "ada"})
    use(client, bank.ticket("ada"))

    sent(bank, "/api/v1/sign-outs", {"customer_id": "ada"})

    assert client.get("/api/v1/me").json()["customer_id"] == "ada"


def test_another_client_may_use_the_same_request_id(bank, customers, client):
    assert sent(bank, "/api/v1/handoffs", HANDOFF).status_code == 201
    assert sent(Bank(client), "/api/v1/handoffs", HANDOFF).status_code == 201


def test_a_refused_request_may_be_sent_again_once_it_is_right(bank, customers):
    assert (
        sent(bank, "/api/v1/handoffs", {"customer_id": "eve", "channel": "app"}).status_code == 404
    )
    bank.send(event(subject="eve"))
    again = sent(bank, "/api/v1/handoffs", {"customer_id": "eve", "channel": "app"})
    assert again.status_code == 201


def test_a_request_that_was_answered_is_remembered_until_its_signature_is_too_old(bank, customers):
    sent(bank, "/api/v1/handoffs", HANDOFF)
    age("growth_handoffticket", 2 * webhooks.TOLERANCE_SECONDS)
    jobs.forget_sessions()
    assert sent(bank, "/api/v1/handoffs", HANDOFF).status_code == 409


def test_what_remembers_a_request_opens_no_session(client, bank, customers):
    sent(bank, "/api/v1/handoffs", HANDOFF)
    kept = ApiClient.objects.get(client_id=bank.client_id)
    assert use(client, f"{kept.pk} request-1").status_code == 401
