"""One signed event a request, durable and settled when it is answered."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import psycopg

from tests.bench import bare, web
from tests.bench.place import Place
from tests.bench.report import Result, of_runs

NAME = "http_events"
TARGET = 0.40
POINTS = 5
DATABASE = "bench_http"
CUSTOMERS = 1000
# A small program as banks have them. Each event of the benchmark completes the first task, and
# is counted by the second; segments follow attributes, tags and levels.
PROGRAM = """
version: 1
segments:
  - {code: senior, name: {en: Seniors}, rule: {all: [{age: {min: 60}}]}}
  - {code: student, name: {en: Students}, rule: {all: [{tag: student}, {age: {max: 30}}]}}
  - {code: prime, name: {en: Prime}, rule: {all: [{level: {min: gold}}]}}
levels:
  window_days: 365
  steps:
    - {code: green, name: {en: Green}, from: 0}
    - {code: silver, name: {en: Silver}, from: 1000}
    - {code: gold, name: {en: Gold}, from: 100000}
  downgrade: {policy: one_down, buffer_days: 30}
tasks:
  - {code: pay-a-bill, name: {en: Pay a bill}, kind: cumulative, event: bill.paid, target: 1,
     claim: auto, reward: {points: 5, growth: 1}, points_expire: {after_days: 365}}
  - {code: large-bills, name: {en: Large bills}, kind: cumulative, event: bill.paid,
     where: [{field: amount, min: 2000}], sum_of: amount, target: 10000, claim: auto,
     reward: {points: 30, growth: 10}}
  - {code: bind-card, name: {en: Bind a card}, kind: once, event: card.bound, target: 1,
     claim: auto, reward: {points: 100, growth: 50}}
"""


class Bank:
    """A system of the bank that signs one new event after the other."""

    def __init__(self, client_id: str, secret: str) -> None:
        self._client_id = client_id
        self._key = base64.b64decode(secret.removeprefix("whsec_"))
        self._numbers = count()
        self._start = datetime.now(UTC) - timedelta(hours=6)

    def requests(self, number: int) -> list[bytes]:
        """So many requests, each ready to be sent; customers take turns."""
        return [web.request("POST", "/api/v1/events", *self.signed()) for _ in range(number)]

    def signed(self, subject: str = "") -> tuple[dict[str, str], bytes]:
        """Headers and body of the next event; customers take turns."""
        number = next(self._numbers)
        event = {
            "specversion": "1.0",
            "id": f"bill-{number}",
            "source": "/bench",
            "type": "bill.paid",
            "subject": subject or f"bench-{number % CUSTOMERS}",
            "time": (self._start + timedelta(milliseconds=10 * number)).isoformat(),
            "data": {"amount": "120.50", "biller": "water"},
        }
        body = json.dumps(event).encode()
        stamp, name = str(int(time.time())), f"msg_{number}"
        mac = hmac.new(self._key, f"{name}.{stamp}.".encode() + body, hashlib.sha256).digest()
        headers = {
            "Content-Type": "application/cloudevents+json",
            "X-Client-Id": self._client_id,
            "webhook-id": name,
            "webhook-timestamp": stamp,
            "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
        }
        return headers, body


def run(place: Place, *, quick: bool) -> Result:
    """Turns of the bare view and of ours, on servers that run side by side."""
    runs, seconds = (1, 1.0) if quick else (9, 2.0)
    bank = _bank(place)
    payments = _payments()
    pairs, slowest = [], []
    with (
        web.serving(place, web.BARE, DATABASE) as bare_port,
        web.serving(place, web.OURS, DATABASE) as port,
    ):
        rate = 500.0
        # Warm-up: both workers have their statements prepared, and each customer is enrolled.
        for span in (1.0, 2.0):
            web.load(bare_port, payments, seconds=span, status=202)
            wanted = int(rate * span * 2) + CUSTOMERS
            rate = web.load(port, bank.requests(wanted), seconds=span, status=202).rate
        place.settle_down()
        for _ in range(runs):
            limit = web.load(bare_port, payments, seconds=seconds, status=202)
            sent = bank.requests(int(rate * seconds * 2))
            ours = web.load(port, sent, seconds=seconds, status=202)
            pairs.append((ours.rate, limit.rate))
            slowest.append(ours.slowest_ms)
            print(f"{NAME}: {ours.rate:,.0f} of {limit.rate:,.0f} requests/s", flush=True)
        late = _points_seen_late(place, port, bank)
    place.drop_database(DATABASE)
    figure, limit_rate = of_runs(pairs)
    return Result(
        NAME,
        "requests/s",
        figure,
        limit_rate,
        TARGET,
        at_most={"points not seen at once": (late, 0)},
        facts={
            "p99_ms": round(min(slowest), 1),
            "connections": web.CONNECTIONS,
            "runs": [[round(a), round(b)] for a, b in pairs],
        },
    )


def _bank(place: Place) -> Bank:
    """A database that no other benchmark has filled, and a system of the bank that may send."""
    place.copy_database(DATABASE, "bench_empty")
    program = place.places.data_dir / "program.yaml"
    program.write_text(PROGRAM)
    place.manage("load_program", str(program), database=DATABASE)
    client = ["create_api_client", "bench", "--scope", "events:write"]
    told = json.loads(place.manage(*client, database=DATABASE))
    with psycopg.connect(place.address(DATABASE)) as connection:
        connection.execute(bare.TABLES.encode())
    return Bank(told["client_id"], told["secret"])


def _payments() -> Iterator[bytes]:
    """For the bare view: the same body and headers, as far as a body and headers go."""
    headers, body = Bank("client_0", "whsec_AAAA").signed()
    for number in count():
        yield web.request("POST", f"/pay/{number % bare.ACCOUNTS}", headers, body)


def _points_seen_late(place: Place, port: int, bank: Bank) -> int:
    """How many of ten events had not brought their points in the answer after theirs."""
    with place.using(DATABASE):
        token = session("bench-7")
    late, before = 0, _points(port, token)
    for _ in range(10):
        told = web.ask(port, "POST", "/api/v1/events", *bank.signed(subject="bench-7"))
        after = _points(port, token)
        if after != before + POINTS:
            late += 1
            print(f"{NAME}: {before} points, then {after}, after {told.decode()}", flush=True)
        before = after
    return late


def _points(port: int, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return int(json.loads(web.ask(port, "GET", "/api/v1/me/points", headers))["available"])


def session(ref: str) -> str:
    """A session's token for a customer, by the bank's ticket."""
    from growth import sessions
    from growth.models import ApiClient

    client, _ = ApiClient.objects.get_or_create(
        client_id="client_bench", defaults={"name": "bench tickets", "scopes": ["handoffs:write"]}
    )
    ticket = sessions.issue_ticket(
        customer_ref=ref, channel="bench", next_path="/my/", client_id=client.pk
    )
    return sessions.open_session(ticket=ticket.ticket).token
