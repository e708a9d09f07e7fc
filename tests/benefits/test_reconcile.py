"""``reconcile`` and ``program_report``: stock against redemptions."""

import pytest

from benefits import queries, reconcile, redemption
from benefits.models import BenefitCode, StockShard
from growth import registry, report
from tests.benefits import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def sold():
    who = world.customer(1000)
    world.benefit("coffee", kind="code", codes=3)
    world.benefit("tea", total=5)
    made = {}
    for code in ("coffee", "tea"):
        for key in ("kept", "gone"):
            made[code, key] = redemption.redeem(
                customer_id=who.pk, benefit_code=code, key=f"{code}-{key}"
            ).redemption
        redemption.cancel(customer_id=who.pk, redemption_id=made[code, "gone"].pk)
    return made


def test_what_was_done_by_the_verbs_has_no_difference(sold):
    assert list(reconcile.differences()) == []


def test_the_report_counts_what_stands_and_what_is_left(sold):
    figures = report.program_report()["benefits"]

    assert figures == {
        "coffee": {"redeemed": 1, "left": 1},  # the cancelled code is void
        "tea": {"redeemed": 1, "left": 4},
    }


def test_every_kind_of_damage_is_named(sold):
    StockShard.objects.filter(remaining__gt=0).first().delete()
    BenefitCode.objects.filter(state="free").update(state="issued")

    found = "\n".join(registry.reconcilers["benefits"]())

    assert "benefit tea: 5 in all" in found
    assert "is issued, its redemption missing" in found


def test_a_code_past_its_day_is_not_left():
    benefit = world.benefit(kind="code", codes=1)
    world.upload(benefit, 2, valid_until=world.days(-1))

    assert queries.report() == {"coffee": {"redeemed": 0, "left": 1}}
