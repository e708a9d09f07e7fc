"""The cast of the benefit tests: customers with points, benefits with stock."""

from datetime import date, timedelta
from itertools import count
from typing import Any

from rest_framework.test import APIClient

from benefits import stock
from benefits.models import Benefit, BenefitCode, CodeBatch
from growth import bankday, ledger, sealing, sessions
from growth.ledger import Earning
from growth.models import (
    ApiClient,
    Customer,
    Level,
    LevelScheme,
    Segment,
    SegmentMembership,
    Wallet,
)

_numbers = count(1)


def customer(points: int = 0, *, ref: str = "", level: str = "", expires: date | None = None):
    """A customer who holds ``points``."""
    Wallet.objects.get_or_create(customer=None)
    made = Customer.objects.create(ref=ref or f"customer-{next(_numbers)}", level=level)
    Wallet.objects.create(customer=made, balance=0)
    if points:
        earn(made, points, expires=expires)
    return made


def earn(who: Customer, points: int, *, expires: date | None = None) -> None:
    """Give a customer points in a lot of their own."""
    key = f"test:{next(_numbers)}"
    earning = Earning(who.pk, points, key, "test", {}, expires)
    ledger.post_earnings([earning], today=bankday.today())


def balance(who: Customer) -> int:
    """Points in the customer's wallet."""
    return Wallet.objects.get(customer=who).balance


def benefit(code: str = "coffee", *, total: int | None = 10, codes: int = 0, **facts: Any):
    """A benefit with ``total`` numbered units, or with ``codes`` uploaded ones."""
    facts = {"name": {"en": code.title()}, "price": 100, "kind": "voucher"} | facts
    if facts["kind"] == "code" and total == 10:
        total = None
    made = Benefit.objects.create(code=code, total=total, **facts)
    stock.set_total(benefit=made, total=total)
    upload(made, codes)
    return made


def upload(made: Benefit, codes: int, *, valid_until: date | None = None) -> None:
    """Add uploaded codes to a benefit."""
    if not codes:
        return
    batch = CodeBatch.objects.create(benefit=made, feed="test.csv")
    texts = [f"{made.code}-{next(_numbers)}".encode() for _ in range(codes)]
    BenefitCode.objects.bulk_create(
        [
            BenefitCode(
                benefit=made,
                batch=batch,
                sealed=sealing.seal(text),
                digest=sealing.fingerprint(text),
                valid_until=valid_until,
            )
            for text in texts
        ]
    )


def segment(code: str, *members: Customer) -> Segment:
    """A segment with these members."""
    made = Segment.objects.create(code=code, name={"en": code}, rule={"tag": code})
    SegmentMembership.objects.bulk_create(
        [SegmentMembership(customer=member, segment=made) for member in members]
    )
    return made


def levels(*codes: str) -> None:
    """A level scheme of these levels, from the lowest up."""
    scheme = LevelScheme.objects.create(
        version=next(_numbers), effective_on=date(2020, 1, 1), policy="never"
    )
    for rank, code in enumerate(codes):
        Level.objects.create(scheme=scheme, code=code, name={"en": code}, threshold=rank * 100)


def days(number: int) -> date:
    """The bank day that many days from today."""
    return bankday.today() + timedelta(days=number)


def api(who: Customer | None) -> APIClient:
    """The API as this customer, through a ticket of the bank's; as nobody without one."""
    client = APIClient()
    if who is None:
        return client
    bank, _ = ApiClient.objects.get_or_create(client_id="bank", name="bank", scopes=[])
    ticket = sessions.issue_ticket(
        customer_ref=who.ref, channel="app", next_path="/zones/", client_id=bank.pk
    )
    token = sessions.open_session(ticket=ticket.ticket).token
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def redeem(client: APIClient, code: str = "coffee", key: str = "key-1", body: Any = None) -> Any:
    """POST a redemption."""
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post(
        f"/api/v1/benefits/{code}/redemptions", {} if body is None else body, headers=headers
    )
