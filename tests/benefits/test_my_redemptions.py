"""What a customer has redeemed, through the API: read, shown, cancelled, and by nobody else."""

import re
import uuid

import pytest

from benefits import redemption
from benefits.models import Redemption
from growth import ledger
from growth.models import PointsLot
from growth.times import instant
from tests.benefits import world

pytestmark = pytest.mark.django_db


def test_cancelling_puts_the_points_back_into_their_lots_and_the_unit_on_sale():
    benefit = world.benefit(total=1)
    who = world.customer(60, expires=world.days(10))
    world.earn(who, 60)
    client = world.api(who)
    made = world.redeem(client).json()["id"]

    answer = client.post(f"/api/v1/me/redemptions/{made}/cancel")

    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert answer.json()["code"] is None
    lots = PointsLot.objects.filter(customer=who).order_by("pk")
    assert [lot.remaining for lot in lots] == [60, 60]
    assert sum(shard.remaining for shard in benefit.shards.all()) == 1
    assert not list(ledger.differences())


def test_a_cancelled_uploaded_code_is_void_and_never_handed_out_again():
    benefit = world.benefit(kind="code", codes=1)
    who = world.customer(500)
    client = world.api(who)
    made = world.redeem(client).json()["id"]
    client.post(f"/api/v1/me/redemptions/{made}/cancel")

    answer = world.redeem(client, key="again")

    assert answer.json()["code"] == "out_of_stock"
    assert benefit.codes.get().state == "void"


@pytest.mark.parametrize("before", ["cancelled", "used", "expired", "switched off"])
def test_what_is_over_cannot_be_cancelled(before):
    world.benefit(valid_days=1, cancellable=before != "switched off")
    who = world.customer(500)
    client = world.api(who)
    made = world.redeem(client).json()["id"]
    if before == "cancelled":
        client.post(f"/api/v1/me/redemptions/{made}/cancel")
    if before == "used":
        redemption.mark_used(redemption_id=uuid.UUID(made), actor="till")
    if before == "expired":
        redemption.expire_due(today=world.days(2))
    balance = world.balance(who)

    answer = client.post(f"/api/v1/me/redemptions/{made}/cancel")

    assert (answer.status_code, answer.json()["code"]) == (409, "not_cancellable")
    assert world.balance(who) == balance


def test_another_customers_redemption_is_not_found():
    world.benefit()
    made = world.redeem(world.api(world.customer(100))).json()["id"]
    other = world.api(world.customer(100))
    path = f"/api/v1/me/redemptions/{made}"

    answers = [other.get(path), other.post(f"{path}/cancel"), other.get(f"{path}/qr.svg")]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert all(answer.json()["code"] == "not_found" for answer in answers)
    assert other.get("/api/v1/me/redemptions").json()["results"] == []


@pytest.mark.parametrize("text", ["1", "not-an-id", "%00", "0" * 400, str(uuid.UUID(int=0))])
def test_a_malformed_id_is_not_found(text):
    client = world.api(world.customer())

    for call in (client.get, client.post):
        path = f"/api/v1/me/redemptions/{text}" + ("/cancel" if call == client.post else "")
        assert call(path).status_code == 404


def test_a_redemption_says_when_in_the_form_of_the_whole_api():
    client = world.api(world.customer(100))
    world.benefit()
    made = world.redeem(client).json()["id"]

    told = client.get(f"/api/v1/me/redemptions/{made}").json()

    assert told["created_at"] == instant(Redemption.objects.get(pk=made).created_at)


def test_my_redemptions_come_newest_first_page_by_page():
    world.benefit(total=100)
    client = world.api(world.customer(10_000))
    ids = [world.redeem(client, key=str(n)).json()["id"] for n in range(25)]

    found, address = [], "/api/v1/me/redemptions"
    while address:
        page = client.get(address).json()
        found += [row["id"] for row in page["results"]]
        address = page["next"]

    assert found == ids[::-1]


def test_the_qr_picture_is_private_and_goes_when_the_code_does():
    world.benefit()
    client = world.api(world.customer(500))
    made = world.redeem(client).json()["id"]
    path = f"/api/v1/me/redemptions/{made}/qr.svg"

    answer = client.get(path)
    client.post(f"/api/v1/me/redemptions/{made}/cancel")

    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/svg+xml"
    assert "no-store" in answer["Cache-Control"]
    assert re.match(rb"<\?xml.*<svg", answer.content, re.DOTALL)
    assert client.get(path).status_code == 404
