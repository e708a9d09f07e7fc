"""Who may send: the refusals of signed requests."""

import json
import time
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from growth import access
from growth.models import ApiClient, BankEvent
from tests.signing import Bank, event, signature, signed

PATH = "/api/v1/events"
KIND = "application/cloudevents+json"


def post(bank, body, headers, content_type=KIND):
    return bank.http.post(PATH, body, content_type=content_type, headers=headers)


def refused(answer):
    assert answer.status_code == 401, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "signature"
    assert not BankEvent.objects.exists()


@pytest.mark.parametrize(
    "token",
    [
        "v1",
        "v1,a,b",
        "v1,",
        "v1,not base64!",
        "v1,é",
        "v1," + "A" * 44,
        "v1," + "A" * 42 + "=",
        "v1a," + "A" * 43 + "=",
        "v2," + "A" * 43 + "=",
        "",
        " ",
        "v1," + "A" * 43 + "=",
        " ".join(["v1," + "A" * 43 + "="] * 5),
        "v1," + "A" * 43 + "=\n",
    ],
)
def test_a_malformed_or_wrong_signature_is_refused(bank, token):
    body = json.dumps(event()).encode()
    refused(post(bank, body, bank.headers(body) | {"webhook-signature": token}))


@pytest.mark.parametrize("stamp", ["1234.7", " 1234567890 ", "123_456_78", "", "12345678901", "x"])
def test_an_odd_timestamp_is_refused(bank, stamp):
    body = json.dumps(event()).encode()
    headers = bank.headers(body)
    headers["webhook-timestamp"] = stamp
    headers["webhook-signature"] = signature(
        bank.secret, f"{headers['webhook-id']}.{stamp}.".encode() + body
    )
    refused(post(bank, body, headers))


@pytest.mark.parametrize(("off", "status"), [(-302, 401), (-299, 202), (299, 202), (302, 401)])
def test_an_attempt_is_good_for_300_seconds_either_way(bank, off, status):
    body = json.dumps(event()).encode()
    headers = bank.headers(body, timestamp=str(int(time.time()) + off))
    assert post(bank, body, headers).status_code == status


@pytest.mark.parametrize("message_id", ["", "a.b", "a b", "é", "x" * 65, "a\t"])
def test_an_odd_message_id_is_refused(bank, message_id):
    body = json.dumps(event()).encode()
    headers = bank.headers(body) | {"webhook-id": message_id}
    stamp = headers["webhook-timestamp"]
    headers["webhook-signature"] = signature(bank.secret, f"{message_id}.{stamp}.".encode() + body)
    refused(post(bank, body, headers))


def test_the_border_between_id_and_body_cannot_be_moved(bank):
    whole = json.dumps(event()).encode()
    headers = bank.headers(whole, message_id="a")
    stamp = headers["webhook-timestamp"]
    moved = headers | {"webhook-id": f"a.{stamp}"}
    refused(post(bank, whole, moved))


@pytest.mark.parametrize("body", [b"\xff\xfe", '{"id": "\u00e9"}'.encode("latin-1")])
def test_a_signature_is_over_bytes_whatever_they_mean(bank, body):
    answer = post(bank, body, bank.headers(body))
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    refused(post(bank, body + b"\xff", bank.headers(body)))


def test_what_the_reference_library_signs_is_accepted(bank):
    body = json.dumps(event(subject="客户-1"), ensure_ascii=False)
    now = datetime.now(UTC).replace(microsecond=0)
    headers = {
        "X-Client-Id": bank.client_id,
        "webhook-id": "msg_reference",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(bank.secret).sign("msg_reference", now, body),
    }
    assert post(bank, body.encode(), headers).status_code == 202


def test_a_changed_body_is_refused(bank):
    body = json.dumps(event()).encode()
    refused(post(bank, body + b" ", bank.headers(body)))


def test_several_signatures_may_come_and_one_must_fit(bank):
    body = json.dumps(event()).encode()
    headers = bank.headers(body)
    headers["webhook-signature"] = "v1," + "A" * 43 + "= " + headers["webhook-signature"]
    assert post(bank, body, headers).status_code == 202


@pytest.mark.parametrize("client_id", ["", "nobody", "a" * 500, "x\x00y", "' OR 1=1 --"])
def test_an_unknown_client_is_refused(bank, client_id):
    body = json.dumps(event()).encode()
    refused(post(bank, body, signed(client_id, bank.secret, body)))


def test_one_client_cannot_sign_for_another(bank, client):
    other = Bank(client)
    body = json.dumps(event()).encode()
    refused(post(bank, body, signed(other.client_id, bank.secret, body)))


def test_a_stopped_client_is_refused(bank):
    access.set_active(client_id=bank.client_id, active=False)
    body = json.dumps(event()).encode()
    refused(post(bank, body, bank.headers(body)))


def test_a_client_without_the_scope_is_forbidden(bank, client):
    other = Bank(client, access.HANDOFFS)
    answer = other.send(event())
    assert (answer.status_code, answer.json()["code"]) == (403, "scope")
    assert not BankEvent.objects.exists()


def test_both_secrets_are_good_during_a_rotation_and_one_after_it(bank):
    old, new = bank.secret, access.add_secret(client_id=bank.client_id)
    assert bank.send(event()).status_code == 202
    bank.secret = new
    assert bank.send(event()).status_code == 202

    access.retire_older_secret(client_id=bank.client_id)

    assert bank.send(event()).status_code == 202
    bank.secret = old
    assert bank.send(event()).status_code == 401


def test_a_client_has_at_most_two_live_secrets(bank):
    access.add_secret(client_id=bank.client_id)
    with pytest.raises(access.TooManySecrets):
        access.add_secret(client_id=bank.client_id)
    client = ApiClient.objects.get(client_id=bank.client_id)
    assert client.secrets.filter(revoked_at__isnull=True).count() == 2


def test_no_secret_is_kept_readable(bank):
    kept = bytes(ApiClient.objects.get(client_id=bank.client_id).secrets.get().sealed)
    assert bank.secret.encode() not in kept
    assert bank.secret.removeprefix("whsec_").encode() not in kept


def test_headers_that_a_proxy_would_set_change_nothing(bank):
    body = json.dumps(event()).encode()
    headers = {
        "X-Forwarded-For": "127.0.0.1",
        "X-Forwarded-User": "root",
        "X-Client-Cert": "anything",
        "X-Client-Id": bank.client_id,
    }
    refused(post(bank, body, headers))
