"""Signs requests as a system of the bank does. An implementation of its own, not the product's."""

import base64
import hashlib
import hmac
import json
import time
from itertools import count
from typing import Any

from growth import access

_numbers = count(1)


class Bank:
    """An API client of the bank that calls through a Django test client."""

    def __init__(self, client: Any, *scopes: str, sources: tuple[str, ...] = ()) -> None:
        self.http = client
        self.client_id, self.secret = access.create_client(
            name=f"bank {next(_numbers)} {time.time_ns()}",
            scopes=scopes or access.SCOPES,
            sources=sources,
        )

    def headers(self, body: bytes, **changes: str) -> dict[str, str]:
        """The headers that sign ``body``; ``changes`` replace some of what is signed or sent."""
        return signed(self.client_id, self.secret, body, **changes)

    def post(self, path: str, body: Any, *, content_type: str = "application/json", **headers: str):
        """POST a signed body (bytes as they are, anything else as JSON)."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.http.post(
            path, raw, content_type=content_type, headers=self.headers(raw) | headers
        )

    def send(self, *events: Any, **headers: str):
        """POST events, one or a batch."""
        kind = "cloudevents-batch+json" if len(events) != 1 else "cloudevents+json"
        body = events[0] if len(events) == 1 else list(events)
        content_type = f"application/{kind}"
        return self.post("/api/v1/events", body, content_type=content_type, **headers)

    def ticket(self, customer: str, next_path: str = "/zones/payroll/") -> str:
        """A fresh ticket for a customer."""
        facts = {"customer_id": customer, "channel": "app", "next": next_path}
        answer = self.post("/api/v1/handoffs", facts)
        assert answer.status_code == 201, answer.content
        return answer.json()["ticket"]

    def bearer(self, customer: str) -> dict[str, str]:
        """Headers that act as the customer."""
        answer = self.http.post(
            "/api/v1/sessions", {"ticket": self.ticket(customer)}, content_type="application/json"
        )
        assert answer.status_code == 201, answer.content
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def signed(
    client_id: str,
    secret: str,
    body: bytes,
    *,
    message_id: str = "",
    timestamp: str = "",
) -> dict[str, str]:
    """Standard Webhooks headers over ``body``."""
    message_id = message_id or f"msg_{next(_numbers)}"
    timestamp = timestamp or str(int(time.time()))
    return {
        "X-Client-Id": client_id,
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature(secret, f"{message_id}.{timestamp}.".encode() + body),
    }


def signature(secret: str, content: bytes) -> str:
    """One ``v1,`` token."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, content, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def event(**changes: Any) -> dict[str, Any]:
    """A good CloudEvent with an id of its own."""
    facts: dict[str, Any] = {
        "specversion": "1.0",
        "id": f"event-{next(_numbers)}",
        "source": "/bank/core",
        "type": "card.bound",
        "subject": "customer-1",
        "time": "2026-01-05T08:00:00Z",
        "data": {"card_type": "gold"},
    }
    return {name: value for name, value in (facts | changes).items() if value is not ...}
