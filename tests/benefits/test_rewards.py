"""Benefits as rewards: granted once, waiting while nothing is left, taken back on reversal."""

import pytest

from benefits import jobs, queries, reconcile, redemption
from benefits.errors import BenefitNotFound
from benefits.models import Redemption
from growth import registry
from growth.errors import IdempotencyConflict
from tests.benefits import world

pytestmark = pytest.mark.django_db


def grant(who, key="award:1", code="coffee"):
    return redemption.grant(customer_id=who.pk, benefit_code=code, key=key)


def test_a_reward_costs_nothing_and_comes_once():
    world.benefit(per_customer=1, on_sale=False, segment=world.segment("others"))
    who = world.customer()

    first, again = grant(who), grant(who)

    assert first == again
    assert (first.status, first.points) == ("issued", 0)
    assert Redemption.objects.count() == 1


def test_a_key_stands_for_one_reward():
    world.benefit()
    world.benefit("tea")
    who = world.customer()
    grant(who)

    with pytest.raises(IdempotencyConflict):
        grant(who, code="tea")
    with pytest.raises(BenefitNotFound):
        grant(who, key="award:2", code="no-such")


def test_rewards_do_not_use_up_the_customers_limit():
    world.benefit(per_customer=1)
    who = world.customer(500)
    grant(who)

    assert world.redeem(world.api(who)).status_code == 201


def test_a_reward_waits_for_stock_and_is_served_when_it_comes():
    benefit = world.benefit(kind="code")
    first, second = world.customer(), world.customer()
    waiting = [grant(first, "award:1"), grant(second, "award:2")]
    listed = world.api(first).get("/api/v1/me/redemptions").json()["results"][0]
    assert [row.status for row in waiting] == ["waiting", "waiting"]
    assert (listed["status"], listed["code"]) == ("waiting", None)

    world.upload(benefit, 1)
    served = jobs.serve_waiting()

    assert served == 1
    assert [row.status for row in queries.redemptions(first.pk)] == ["issued"]
    assert [row.status for row in queries.redemptions(second.pk)] == ["waiting"]
    assert jobs.serve_waiting() == 0
    assert not list(reconcile.differences())


def test_a_reward_is_not_the_customers_to_cancel():
    world.benefit()
    who = world.customer()
    made = grant(who)

    answer = world.api(who).post(f"/api/v1/me/redemptions/{made.pk}/cancel")

    assert answer.json()["code"] == "not_cancellable"


@pytest.mark.parametrize("total", [0, 1])
def test_a_reversed_cause_takes_the_unused_reward_back(total):
    benefit = world.benefit(total=total)
    who = world.customer()
    registry.reward_payers["benefit"](customer_id=who.pk, code="coffee", key="award:1")

    registry.reward_reversers["benefit"](customer_id=who.pk, key="award:1")
    registry.reward_reversers["benefit"](customer_id=who.pk, key="award:1")

    assert [row.status for row in queries.redemptions(who.pk)] == ["cancelled"]
    assert sum(shard.remaining for shard in benefit.shards.all()) == total
    assert not list(reconcile.differences())


def test_a_used_reward_stays_used():
    world.benefit()
    who = world.customer()
    made = grant(who)
    redemption.mark_used(redemption_id=made.pk, actor="till")

    assert redemption.revoke(customer_id=who.pk, key="award:1") is False
    assert [row.status for row in queries.redemptions(who.pk)] == ["used"]


def test_what_was_not_used_in_time_expires_and_keeps_its_unit():
    benefit = world.benefit(total=1, valid_days=1)
    who = world.customer(100)
    made = redemption.redeem(
        customer_id=who.pk, benefit_code="coffee", key="k", today=world.days(-2)
    ).redemption

    assert jobs.expire_redemptions() == 1
    assert jobs.expire_redemptions() == 0

    made.refresh_from_db()
    assert made.status == "expired"
    assert [event.after for event in made.history.all()] == ["issued", "expired"]
    assert sum(shard.remaining for shard in benefit.shards.all()) == 0
    assert not list(reconcile.differences())


def test_the_last_day_is_a_day_of_use():
    world.benefit(valid_days=1)
    who = world.customer(100)
    made = redemption.redeem(
        customer_id=who.pk, benefit_code="coffee", key="k", today=world.days(-1)
    ).redemption

    assert jobs.expire_redemptions() == 0
    assert redemption.mark_used(redemption_id=made.pk, actor="till").status == "used"
