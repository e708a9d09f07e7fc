"""Round the ORM's verbs: the database itself refuses what must not happen."""

import hashlib
import uuid

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F, ProtectedError

from benefits import redemption
from benefits.models import Benefit, BenefitCode, Redemption, RedemptionEvent, StockShard
from tests.benefits import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    world.benefit(kind="code", codes=2)
    who = world.customer(500)
    return redemption.redeem(customer_id=who.pk, benefit_code="coffee", key="k").redemption


def refused(action) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        action()


@pytest.mark.parametrize(
    "change",
    [
        {"price": -1},
        {"total": -1},
        {"per_customer": 0},
        {"valid_days": 0},
        {"kind": "magic"},
        {"kind": "voucher", "total": None},
        {"starts": "2026-02-01", "ends": "2026-01-31"},
    ],
)
def test_a_benefit_makes_sense(change):
    world.benefit()

    refused(lambda: Benefit.objects.update(**change))


def test_stock_is_never_negative():
    world.benefit(total=0)

    refused(lambda: StockShard.objects.update(remaining=F("remaining") - 1))


def test_a_code_stands_once_in_a_benefit(made):
    twin = BenefitCode.objects.filter(state="free").get()
    twin.pk = None

    refused(twin.save)


def test_a_code_belongs_to_one_redemption_for_ever(made):
    who = world.customer(500)
    other = redemption.redeem(customer_id=who.pk, benefit_code="coffee", key="k").redemption

    refused(lambda: Redemption.objects.filter(pk=other.pk).update(unit=made.unit_id))
    refused(lambda: BenefitCode.objects.filter(pk=made.unit_id).update(state="free"))


@pytest.mark.parametrize(
    "change",
    [
        {"points": 1},
        {"points": 0},
        {"points": -100},
        {"transfer": None},
        {"key": "other"},
        {"key": None},
        {"granted_by": "somebody"},
        {"slot": None},
        {"slot": 0},
        {"status": "lost"},
        {"status": "waiting"},
        {"sealed": None},
        {"refund": F("transfer")},
    ],
)
def test_the_facts_of_a_redemption_stand(made, change):
    refused(lambda: Redemption.objects.update(**change))


@pytest.mark.parametrize("end", ["used", "cancelled", "expired"])
def test_an_end_is_an_end(made, end):
    slot = None if end == "cancelled" else made.slot
    Redemption.objects.update(status=end, slot=slot)

    refused(lambda: Redemption.objects.update(status="issued", slot=1))


def test_a_slot_and_a_key_are_a_customers_once(made):
    copy = {
        "customer_id": made.customer_id,
        "benefit": made.benefit,
        "points": 0,
        "status": "issued",
        "sealed": b"x",
        "request_digest": hashlib.sha256(b"").digest(),
    }

    with pytest.raises(IntegrityError, match="redemption_key_once"), transaction.atomic():
        Redemption.objects.create(id=uuid.uuid4(), key=made.key, slot=2, **copy)
    with pytest.raises(IntegrityError, match="redemption_slot_once"), transaction.atomic():
        Redemption.objects.create(id=uuid.uuid4(), key="other", slot=made.slot, **copy)


def test_history_is_never_rewritten(made):
    refused(lambda: RedemptionEvent.objects.update(actor="nobody"))
    refused(lambda: RedemptionEvent.objects.all().delete())
    refused(lambda: _execute("TRUNCATE benefits_redemptionevent"))


def test_redemptions_and_what_they_rest_on_are_never_deleted(made):
    for row in (made.benefit, made.customer, made.unit):
        with pytest.raises(ProtectedError):
            row.delete()
    refused(lambda: _execute("DELETE FROM benefits_redemption"))
    refused(lambda: _execute("TRUNCATE benefits_redemption CASCADE"))


def _execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
