"""From the bank's app into a zone: tickets, what they open, and everything that is refused."""

import re

import pytest
from django.db import connection

from growth import access, sessions
from growth.models import CustomerSession, HandoffTicket
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
