"""Events that settling has given up on are tried again by who may, and count once."""

import logging
from datetime import timedelta
from unittest import mock

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry

from growth import bankday, jobs, progress
from growth.models import BankEvent
from tests.growth import world
from tests.growth.world import balance, event, load, task


class Odd(Exception):
    """What settling runs into."""


def let_time_pass():
    """What is put off becomes due."""
    waiting = BankEvent.objects.filter(next_attempt_at__isnull=False)
    waiting.update(next_attempt_at=bankday.now() - timedelta(hours=1))


@pytest.fixture
def dead(bank, caplog):
    """Two events of ada and one of bob that were given up; their cause is gone since."""
    caplog.set_level(logging.CRITICAL)
    load(task("t", kind="cumulative"))
    with mock.patch.object(progress, "settle", side_effect=Odd("no such field")):
        world.take(event(), event(), event(who="bob"))
        for _ in range(6):
            jobs.settle_bank_events()
            let_time_pass()
    assert set(BankEvent.objects.values_list("attempts", "next_attempt_at")) == {(5, None)}
    return BankEvent.objects.filter(customer__ref="ada").first()


def retry(client, row):
    return client.post(reverse("bank_events:retry", args=[row.pk]), follow=True).content.decode()


def test_a_customers_dead_letters_are_tried_again_together_and_once(dead, sign_in):
    client = sign_in("Reviewers")
    shown = client.get(reverse("bank_events:index"), {"given_up": "true"}).content.decode()
    assert shown.count("given up after 5 tries") == 3
    page = client.get(reverse("bank_events:inspect", args=[dead.pk])).content.decode()
    assert "Odd: no such field" in page and "Try again" in page

    assert "2 events are tried again" in retry(client, dead)
    assert "Nothing of this customer" in retry(client, dead)

    assert (balance("ada"), balance("bob")) == (20, 0)
    entry = ModelLogEntry.objects.get(action="growth.event_retried")
    assert (entry.user.username, entry.data["number"]) == ("one-of-Reviewers", 2)
    retry(client, BankEvent.objects.get(customer__ref="bob"))
    assert (balance("ada"), balance("bob")) == (20, 10)
    assert world.differences() == []


def test_what_still_cannot_be_settled_waits_again_and_stops_nobody(dead, sign_in):
    client = sign_in("Reviewers")
    with mock.patch.object(progress, "settle", side_effect=Odd("still not")):
        retry(client, dead)
        dead.refresh_from_db()
    assert (dead.attempts, dead.last_error, balance("ada")) == (1, "Odd: still not", 0)
    let_time_pass()
    jobs.settle_bank_events()
    assert (balance("ada"), balance("bob")) == (20, 0)


@pytest.mark.parametrize("group", ["Campaign", "Auditors", "Support", "Editors", "Finance"])
def test_who_may_not_neither_sees_the_button_nor_can_press_it(dead, sign_in, group):
    client = sign_in(group)
    answer = client.get(reverse("bank_events:inspect", args=[dead.pk]))
    assert "Try again" not in answer.content.decode()
    assert client.post(reverse("bank_events:retry", args=[dead.pk])).status_code in (302, 403)
    jobs.settle_bank_events()
    assert balance("ada") == 0
    assert not ModelLogEntry.objects.filter(action="growth.event_retried").exists()
