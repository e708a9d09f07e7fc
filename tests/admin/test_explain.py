"""The customer's page explains each task to support, in words."""

import pytest
from django.urls import reverse
from django.utils import translation

from growth.models import Customer
from tests.growth.world import event, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(sign_in):
    """What the panel says of a task of the program."""
    take(
        event("bill.paid", when="2026-01-05", data={"amount": 100, "kind": "gas"}),
        event("identity.verified", when="2026-01-06"),
        event("bill.paid", when="2026-01-07", data={"amount": 5, "kind": "gas"}),
    )
    client = sign_in("Support")
    pk = Customer.objects.get(ref="ada").pk

    def of(code, language="en"):
        with translation.override(language):
            answer = client.get(
                reverse("customers:why", args=[pk, code]), headers={"Accept-Language": language}
            )
        assert answer.status_code == 200
        return answer.content.decode()

    page = client.get(reverse("customers:inspect", args=[pk])).content.decode()
    assert reverse("customers:why", args=[pk, "verify"]) in page
    return of


def test_support_reads_each_condition_event_and_completion(told):
    verify, bills = told("verify"), told("bills")

    assert "counted, and completed the task" in verify
    assert "rewarded" in verify and "10 points" in verify
    assert "not met" in bills and "Is not in the segment “Seniors” now" in bills
    assert "First completed “Verify” on" in bills
    assert "the customer was not in “Seniors” when it arrived" in bills
    assert "Had by this customer 0 times, of 3 at most" in bills


def test_who_may_not_see_customers_is_told_nothing(told, client, sign_in):
    pk = Customer.objects.get(ref="ada").pk
    answer = sign_in("Editors").get(reverse("customers:why", args=[pk, "verify"]))
    assert answer.status_code in (302, 403)


def test_an_unknown_task_is_not_found(told, client):
    pk = Customer.objects.get(ref="ada").pk
    assert client.get(reverse("customers:why", args=[pk, "x"])).status_code == 404
