"""Points that support has held back, and released, with a second person."""

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from growth import changes, hold_requests
from growth.errors import HoldReleased, InsufficientPoints
from growth.models import ChangeRequest, PointsHold
from tests.growth import world


@pytest.fixture
def sign(client, operator):
    """Sign in as somebody of these groups, made at first need; returns the client."""

    def as_somebody(name, *groups):
        user = get_user_model().objects.filter(username=name).first() or operator(name, *groups)
        client.force_login(user)
        return client

    return as_somebody


@pytest.fixture
def ada(bank):
    """Somebody who has 100 points."""
    world.earn("ada", 100)
    return world.customer("ada")


def page(client, customer):
    return client.get(reverse("customers:inspect", args=[customer.pk])).content.decode()


def hold(client, customer, points):
    address = reverse("changes:hold", args=[customer.pk])
    return client.post(address, {"points": points, "reason": "Card reported stolen"})


def release(client, held):
    address = reverse("changes:release", args=[held.pk])
    return client.post(address, {"reason": "The card was found"})


def decide(client, change=None):
    change = change or ChangeRequest.objects.latest("pk")
    address = reverse("changes:decide", args=[change.pk])
    return client.post(address, {"decision": "approve"}, follow=True).content.decode()


def test_points_are_held_and_released_by_two_people(sign, ada):
    sup = sign("sup", "Support")
    assert "Hold points" in page(sup, ada)
    assert hold(sup, ada, 70).status_code == 302
    assert "sup has asked to hold 70 points" in page(sup, ada)
    decide(sup)
    assert world.available() == 100

    lee = sign("lee", "Reviewers")
    change = reverse("changes:inspect", args=[ChangeRequest.objects.get().pk])
    shown = lee.get(change).content.decode()
    for text in ("ada can spend 100 points", "70 points are held", "Card reported stolen"):
        assert text in shown
    decide(lee)
    assert (world.balance(), world.available()) == (100, 30)
    with world.refused(InsufficientPoints):
        world.spend("ada", 31)

    sup = sign("sup")
    shown = page(sup, ada)
    assert "Card reported stolen" in shown
    assert reverse("changes:release", args=[PointsHold.objects.get().pk]) in shown
    release(sup, PointsHold.objects.get())
    assert "sup has asked to release 70 points" in page(sup, ada)
    assert world.available() == 30
    decide(sign("lee"))
    assert world.available() == 100
    assert "Card reported stolen" not in page(sign("sup"), ada)
    assert world.differences() == []


def test_what_cannot_be_spent_is_not_held(sign, ada):
    hold(sign("sup", "Support"), ada, 101)
    lee = sign("lee", "Reviewers")
    change = reverse("changes:inspect", args=[ChangeRequest.objects.get().pk])
    assert "They cannot spend that many" in lee.get(change).content.decode()

    assert "holds fewer points" in decide(lee)

    assert (ChangeRequest.objects.get().state, PointsHold.objects.count()) == ("failed", 0)
    assert world.available() == 100


def test_what_is_released_once_is_not_released_again(sign, ada, operator):
    hold(sign("sup", "Support"), ada, 70)
    decide(sign("lee", "Reviewers"))
    held = PointsHold.objects.get()
    for name in ("sup", "ann"):
        release(sign(name, "Support"), held)
    first, second = ChangeRequest.objects.filter(kind=hold_requests.RELEASE).order_by("pk")
    decide(sign("lee"), first)

    assert "released already" in decide(sign("lee"), second)

    assert world.available() == 100
    assert "released already" in release(sign("sup"), held).content.decode()
    payload = hold_requests.release_payload(held)
    with world.refused(HoldReleased):
        changes.propose(
            kind=hold_requests.RELEASE, subject="s", payload=payload, reason="r",
            maker=operator("may", "Support"),
        )  # fmt: skip


@pytest.mark.parametrize("group", ["Campaign", "Reviewers", "Auditors"])
def test_who_may_not_ask_neither_holds_nor_releases(sign, ada, group):
    hold(sign("sup", "Support"), ada, 70)
    decide(sign("lee", "Reviewers"))
    client = sign("mal", group)

    hold(client, ada, 5)
    release(client, PointsHold.objects.get())

    assert ChangeRequest.objects.count() == 1


@pytest.mark.parametrize("points", ["0", "-1", "", "10000001", "1.5"])
def test_a_hold_needs_its_points(sign, ada, points):
    assert hold(sign("sup", "Support"), ada, points).status_code == 200
    assert not ChangeRequest.objects.exists()
