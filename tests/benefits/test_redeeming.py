"""Redeeming through the API: what it gives, what it refuses, what a replay answers."""

import pytest

from benefits import codes, redemption
from benefits.models import Redemption
from growth.models import PointsTransfer
from tests.benefits import world

pytestmark = pytest.mark.django_db


def test_a_voucher_costs_points_and_answers_its_code():
    world.benefit(price=100, valid_days=30)
    who = world.customer(250)

    answer = world.redeem(world.api(who))

    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == {"id", "status", "benefit", "points", "code", "valid_until"}
    assert (body["status"], body["benefit"], body["points"]) == ("issued", "coffee", 100)
    assert codes.normalised(body["code"]) == body["code"]
    assert body["valid_until"] == world.days(30).isoformat()
    assert world.balance(who) == 150


@pytest.mark.parametrize(
    ("kind", "status", "has_code"),
    [("code", "issued", True), ("pickup", "to_collect", True), ("physical", "to_ship", False)],
)
def test_each_kind_begins_in_its_own_status(kind, status, has_code):
    world.benefit(kind=kind, codes=1 if kind == "code" else 0)

    body = world.redeem(world.api(world.customer(100))).json()

    assert body["status"] == status
    assert bool(body["code"]) is has_code


def test_the_code_that_expires_first_is_handed_out_with_its_own_last_day():
    benefit = world.benefit(kind="code", codes=1)
    world.upload(benefit, 1, valid_until=world.days(90))
    world.upload(benefit, 1, valid_until=world.days(60))

    body = world.redeem(world.api(world.customer(100))).json()

    assert body["valid_until"] == world.days(60).isoformat()


def test_a_code_that_ends_sooner_than_promised_is_not_handed_out():
    benefit = world.benefit(kind="code", valid_days=30)
    world.upload(benefit, 1, valid_until=world.days(29))

    answer = world.redeem(world.api(world.customer(100)))

    assert (answer.status_code, answer.json()["code"]) == (409, "out_of_stock")


def test_the_same_key_answers_the_same_redemption_with_200():
    world.benefit()
    who = world.customer(500)
    first = world.redeem(world.api(who), key="a")

    again = world.redeem(world.api(who), key="a")

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert world.balance(who) == 400


def test_the_same_key_for_another_request_is_a_conflict():
    world.benefit()
    world.benefit("tea")
    client = world.api(world.customer(500))
    world.redeem(client, key="a")

    other_benefit = world.redeem(client, "tea", key="a")
    other_facts = world.redeem(client, key="a", body={"expected_points": 100})

    for answer in (other_benefit, other_facts):
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_conflict")


def test_the_same_key_of_another_customer_is_independent():
    world.benefit()

    answers = [world.redeem(world.api(world.customer(100)), key="a") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["id"] != answers[1].json()["id"]


def test_a_refusal_leaves_nothing_behind_and_its_key_may_be_tried_again():
    world.benefit()
    who = world.customer(50)
    refused = world.redeem(world.api(who), key="a")
    world.earn(who, 50)

    answer = world.redeem(world.api(who), key="a")

    assert (refused.status_code, refused.json()["code"]) == (409, "insufficient_points")
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (None, "idempotency_key_missing"),
        ("", "idempotency_key_missing"),
        ("  ", "idempotency_key_missing"),
        ("x" * 256, "idempotency_key_invalid"),
        ("a,b", "idempotency_key_invalid"),
        ("a b", "idempotency_key_invalid"),
        ("schlüssel", "idempotency_key_invalid"),
    ],
)
def test_a_key_has_to_be_there_and_usable(key, code):
    world.benefit()

    answer = world.redeem(world.api(world.customer(500)), key=key)

    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_key_of_255_characters_is_accepted():
    world.benefit()

    assert world.redeem(world.api(world.customer(500)), key="x" * 255).status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        [1],
        "x",
        1,
        True,
        {"$gt": 0},
        {"points_cost": 1},
        {"status": "used"},
        {"customer": 2},
        {"expected_points": -1},
        {"expected_points": True},
        {"expected_points": "100"},
        {"expected_points": 1.5},
        {"expected_points": [1]},
        {"expected_points": {"$gt": 0}},
        {"expected_points": 10**30},
        {"expected_points": None},
    ],
)
def test_a_body_that_says_anything_else_is_refused(body):
    world.benefit()
    who = world.customer(500)

    answer = world.redeem(world.api(who), body=body)

    assert answer.status_code in (400, 422), answer.content
    assert world.balance(who) == 500


@pytest.mark.parametrize(
    "raw", ["{", "\x00", '{"a": NaN}', "[" * 100_000, '{"expected_points": 1e999}']
)
def test_what_is_no_json_is_refused(raw):
    world.benefit()
    client = world.api(world.customer(500))

    answer = client.post(
        "/api/v1/benefits/coffee/redemptions",
        raw,
        content_type="application/json",
        headers={"Idempotency-Key": "a"},
    )

    assert answer.status_code in (400, 413, 422)


def test_no_body_at_all_is_fine():
    world.benefit()
    client = world.api(world.customer(500))

    answer = client.post("/api/v1/benefits/coffee/redemptions", headers={"Idempotency-Key": "a"})

    assert answer.status_code == 201


def test_a_price_that_changed_meanwhile_is_told_and_nothing_is_taken():
    world.benefit(price=120)
    who = world.customer(500)

    answer = world.redeem(world.api(who), body={"expected_points": 100})

    assert answer.status_code == 409
    assert (answer.json()["code"], answer.json()["price"]) == ("price_changed", 120)
    assert world.balance(who) == 500


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"on_sale": False}, "not_on_sale"),
        ({"starts": 1}, "not_on_sale"),
        ({"ends": -1}, "not_on_sale"),
        ({"level": "gold"}, "not_eligible"),
        ({"level": "no-such-level"}, "not_eligible"),
        ({"segment": "others"}, "not_eligible"),
        ({"total": 0}, "out_of_stock"),
        ({"kind": "code"}, "out_of_stock"),
        ({"kind": "code", "codes": 3, "total": 0}, "out_of_stock"),
        ({"price": 501}, "insufficient_points"),
    ],
)
def test_each_refusal_has_its_code_in_the_catalogue_and_on_redeeming(facts, code):
    world.levels("bronze", "silver", "gold")
    if "segment" in facts:
        facts = {"segment": world.segment("others")}
    for name in {"starts", "ends"} & set(facts):
        facts = {name: world.days(facts[name])}
    world.benefit(**facts)
    who = world.customer(500, level="silver")

    refused = world.redeem(world.api(who))
    listed = world.api(who).get("/api/v1/benefits").json()["results"]

    assert (refused.status_code, refused.json()["code"]) == (409, code)
    assert world.balance(who) == 500
    assert not Redemption.objects.exists()
    shown = [(offer["can_redeem"], offer["why_not"]) for offer in listed]
    hidden = bool({"on_sale", "ends", "segment"} & set(facts))
    assert shown == ([] if hidden else [(False, code)])


def test_the_first_and_the_last_day_are_days_of_sale():
    world.benefit(starts=world.days(0), ends=world.days(0))

    assert world.redeem(world.api(world.customer(100))).status_code == 201


def test_members_and_high_enough_levels_may():
    world.levels("bronze", "silver", "gold")
    who = world.customer(500, level="gold")
    world.benefit(segment=world.segment("payroll", who), level="silver")

    assert world.redeem(world.api(who)).status_code == 201


def test_the_limit_counts_what_was_not_cancelled():
    world.benefit(per_customer=2)
    who = world.customer(1000)
    client = world.api(who)
    first = world.redeem(client, key="1").json()["id"]
    world.redeem(client, key="2")

    refused = world.redeem(client, key="3")
    client.post(f"/api/v1/me/redemptions/{first}/cancel")
    accepted = world.redeem(client, key="4")

    assert (refused.status_code, refused.json()["code"]) == (409, "limit_reached")
    assert accepted.status_code == 201


def test_a_free_benefit_moves_no_points():
    world.benefit(price=0)
    who = world.customer()

    answer = world.redeem(world.api(who))

    assert (answer.status_code, answer.json()["points"]) == (201, 0)
    assert not PointsTransfer.objects.filter(kind="redeem").exists()


@pytest.mark.parametrize("code", ["no-such", "%00", "..%2f", "x" * 500])
def test_an_unknown_benefit_is_not_found(code):
    answer = world.redeem(world.api(world.customer(500)), code)

    assert answer.status_code == 404


def test_expired_points_cannot_be_spent():
    world.benefit()
    who = world.customer(100, expires=world.days(0))

    answer = world.redeem(world.api(who))

    assert answer.json()["code"] == "insufficient_points"


def test_nobody_sees_or_redeems_without_a_session():
    world.benefit()
    nobody = world.api(None)

    answers = [
        nobody.get("/api/v1/benefits"),
        nobody.get("/api/v1/me/redemptions"),
        world.redeem(nobody),
    ]

    assert [answer.status_code for answer in answers] == [401, 401, 401]


def test_a_redemption_takes_14_statements_savepoints_included(django_assert_num_queries):
    world.benefit(per_customer=2)
    who = world.customer(500)
    redemption.redeem(customer_id=who.pk, benefit_code="coffee", key="first")
    with django_assert_num_queries(14):
        redemption.redeem(customer_id=who.pk, benefit_code="coffee", key="second")
