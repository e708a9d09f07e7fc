"""Support may cancel a redemption or mark it used, through the verbs; others only look."""

import pytest
from django.urls import reverse

from benefits import redemption
from benefits.models import Benefit, Redemption, RedemptionEvent
from growth.models import Customer


@pytest.fixture
def redeemed(bank):
    Benefit.objects.filter(code="umbrella").update(price=0)
    customer = Customer.objects.create(ref="anna")
    made = redemption.redeem(customer_id=customer.pk, benefit_code="umbrella", key="k-1")
    return made.redemption


@pytest.mark.parametrize(("action", "status"), [("cancel", "cancelled"), ("used", "used")])
def test_support_acts_under_their_own_name(sign_in, redeemed, action, status):
    client = sign_in("Support")
    url = reverse(f"redemptions:{action}", args=[redeemed.pk])

    assert client.get(url).status_code == 200
    client.post(url)

    assert Redemption.objects.get(pk=redeemed.pk).status == status
    last = RedemptionEvent.objects.filter(redemption=redeemed).latest("id")
    assert (last.after, last.actor) == (status, "one-of-Support")


@pytest.mark.parametrize("group", ["Campaign", "Auditors", "Reviewers", "Editors"])
@pytest.mark.parametrize("action", ["cancel", "used"])
def test_others_may_not(sign_in, redeemed, group, action):
    client = sign_in(group)

    client.post(reverse(f"redemptions:{action}", args=[redeemed.pk]))

    assert Redemption.objects.get(pk=redeemed.pk).status == "issued"


def test_what_cannot_be_cancelled_is_refused_in_words(sign_in, redeemed):
    client = sign_in("Support")
    redemption.mark_used(redemption_id=redeemed.pk, actor="shop")

    response = client.post(reverse("redemptions:cancel", args=[redeemed.pk]), follow=True)

    assert "cannot be cancelled" in response.content.decode()


def test_the_code_is_not_shown_to_operators(sign_in, redeemed):
    from benefits import queries

    code = queries.shown_code(redeemed)
    html = sign_in("Support").get(reverse("redemptions:inspect", args=[redeemed.pk]))

    assert code
    assert code not in html.content.decode()


def test_a_redemption_is_found_by_the_code_that_is_shown(sign_in, redeemed):
    from benefits import queries

    client, mine = sign_in("Support"), reverse("redemptions:inspect", args=[redeemed.pk])

    def found(text: str) -> bool:
        return mine in client.get(reverse("redemptions:index"), {"q": text}).content.decode()

    code = queries.shown_code(redeemed)
    assert code
    assert found(code)
    assert found(code.lower().replace("-", " "))
    assert found("ann")
    assert not found(code[:-1])
