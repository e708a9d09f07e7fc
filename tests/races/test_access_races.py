"""Tickets, secrets, events and claims under fire: real threads, real commits."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.test import Client

from growth import access, claims, ledger, ratelimits, sessions
from growth.models import (
    ApiClient,
    BankEvent,
    Customer,
    CustomerSession,
    HandoffTicket,
    PointsTransfer,
    Wallet,
)
from tests.journeys import program
from tests.signing import Bank, event

CLIENTS = 64
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def real_commits(transactional_db: None) -> Iterator[None]:
    """A database whose commits are real; its triggers rest while it is emptied afterwards."""
    access.forget()
    yield
    access.forget()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")


@pytest.fixture
def bank(real_commits: None) -> Bank:
    """A system of the bank, and a program."""
    program.load()
    return Bank(Client())


def at_once(calls: list[Callable[[], Any]]) -> Counter[Any]:
    """Run all calls in threads that start together; counts what they returned or raised."""
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            gate.wait()
            return call()
        except Exception as error:
            return getattr(error, "code", None) or type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return Counter(pool.map(run, calls))


def use(ticket: str) -> int:
    return Client().post("/handoff/", f"ticket={ticket}", content_type=FORM).status_code


def test_a_ticket_used_64_times_at_once_opens_one_session(bank):
    bank.send(event(subject="ada"))
    ticket = bank.ticket("ada")

    assert at_once([lambda: use(ticket)] * CLIENTS) == {303: 1, 401: CLIENTS - 1}
    assert CustomerSession.objects.count() == 1


def test_looking_before_using_would_open_several(bank):
    """The race is real: read whether it was used, wait for the others, write that it was."""
    bank.send(event(subject="ada"))
    ticket = bank.ticket("ada")
    together = threading.Barrier(8)

    def careless() -> str:
        row = HandoffTicket.objects.get(digest=sessions.digest(ticket), used_at__isnull=True)
        together.wait(timeout=20)
        HandoffTicket.objects.filter(pk=row.pk).update(used_at=row.expires_at)
        sessions._start(row.customer_id, row.channel, row.next)
        return "opened"

    assert at_once([careless] * 8) == {"opened": 8}


def test_a_request_for_a_ticket_repeated_64_times_at_once_gives_one(bank):
    bank.send(event(subject="ada"))
    body = json.dumps({"customer_id": "ada", "channel": "app"}).encode()
    headers = bank.headers(body)

    def ask() -> int:
        sent = {"content_type": "application/json", "headers": headers}
        return Client().post("/api/v1/handoffs", body, **sent).status_code

    assert at_once([ask] * CLIENTS) == {201: 1, 409: CLIENTS - 1}
    assert HandoffTicket.objects.filter(used_at=None).count() == 1


def test_a_client_never_has_three_live_secrets(bank):
    outcomes = at_once([lambda: len(access.add_secret(client_id=bank.client_id)) > 0] * 16)

    assert outcomes == {True: 1, "limit_reached": 15}
    client = ApiClient.objects.get(client_id=bank.client_id)
    assert client.secrets.filter(revoked_at__isnull=True).count() == 2


def test_without_the_lock_it_would(bank):
    together = threading.Barrier(8)

    def unlocked(client_id: str) -> ApiClient:
        return ApiClient.objects.get(client_id=client_id)

    def slow(client: ApiClient) -> str:
        together.wait(timeout=20)
        return add(client)

    add = access._add_secret
    with (
        mock.patch.object(access, "_locked", unlocked),
        mock.patch.object(access, "_add_secret", slow),
    ):
        outcomes = at_once([lambda: bool(access.add_secret(client_id=bank.client_id))] * 8)

    assert outcomes == {True: 8}
    client = ApiClient.objects.get(client_id=bank.client_id)
    assert client.secrets.count() == 9


def test_one_event_sent_100_times_at_once_pays_once(bank):
    sent = event(subject="ada")
    answers = at_once([lambda: tuple(bank_send(bank, sent))] * 100)

    assert sum(number for (status, *_), number in answers.items() if status == 202) == 100
    assert answers[(202, 1, 0)] == 1
    assert answers[(202, 0, 1)] == 99
    assert BankEvent.objects.count() == PointsTransfer.objects.count() == 1
    assert Wallet.objects.get(customer__ref="ada").balance == 100


def bank_send(bank: Bank, *events: Any) -> tuple[int, ...]:
    caller = Bank.__new__(Bank)
    caller.http, caller.client_id, caller.secret = Client(), bank.client_id, bank.secret
    answer = caller.send(*events)
    told = answer.json()
    return answer.status_code, told.get("accepted", -1), told.get("duplicate", -1)


def test_batches_in_opposite_orders_do_not_die_of_each_other(bank):
    people = [f"c-{number}" for number in range(8)]
    rounds = [[event(subject=ref, id=f"{n}-{ref}") for ref in people] for n in range(6)]
    batches = [batch if n % 2 else batch[::-1] for n, batch in enumerate(rounds)]

    answers = at_once([lambda b=batch: bank_send(bank, *b) for batch in batches * 4])

    assert sum(n for (status, *_), n in answers.items() if status == 202) == 24
    assert sum(accepted * n for (_, accepted, _), n in answers.items()) == 48
    assert Wallet.objects.filter(customer__isnull=False, balance=100).count() == 8


def test_a_claim_made_64_times_at_once_pays_once(bank):
    bank.send(*(event(subject="ada", type="payment.completed") for _ in range(4)))
    ada = Customer.objects.get(ref="ada")

    outcomes = at_once(
        [lambda: len(claims.claim_task(customer_id=ada.pk, code="pay-twice"))] * CLIENTS
    )

    assert outcomes == {2: 1, "nothing_to_claim": CLIENTS - 1}
    assert Wallet.objects.get(customer=ada).balance == 100


def test_without_the_lock_a_claim_would_be_paid_for_again(bank):
    """Even then a second payment is refused: the key of a transfer is unique."""
    bank.send(*(event(subject="ada", type="payment.completed") for _ in range(4)))
    ada = Customer.objects.get(ref="ada")
    together = threading.Barrier(8)

    def unlocked(ids: Any) -> None:
        together.wait(timeout=20)

    with mock.patch.object(ledger, "lock_customers", unlocked):
        outcomes = at_once(
            [lambda: len(claims.claim_task(customer_id=ada.pk, code="pay-twice"))] * 8
        )

    assert outcomes[2] == 1
    assert outcomes["IntegrityError"] >= 1
    assert Wallet.objects.get(customer=ada).balance == 100


def test_a_rate_limit_holds_for_64_calls_at_once(real_commits, settings):
    settings.RATE_LIMITS = {"reads": "10/minute"}
    assert at_once([lambda: ratelimits.hit("reads", "somebody")] * CLIENTS) == {
        None: 10,
        "rate_limited": CLIENTS - 10,
    }
