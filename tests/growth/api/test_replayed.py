"""A signed request is answered once, however often it is sent."""

import json
import time

import pytest

from growth import jobs, webhooks
from growth.models import ApiClient, HandoffTicket
from tests.growth.api.test_handoff import age, use
from tests.signing import Bank, event

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
