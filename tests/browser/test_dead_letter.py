"""An event that could not be settled: an operator finds it, reads why, and has it tried again."""

import json
import logging
from datetime import timedelta
from unittest import mock

import pytest
from django.utils import timezone

from growth import bankday, intake, jobs, progress
from growth.cloudevents import read_line
from growth.models import BankEvent
from tests.browser import bank
from tests.browser.test_operators import desk, log_in, press

__all__ = ["desk"]

WORTH = 20  # points for groceries of 500.00
EVENTS = "/admin/growth/events/"
RETRY = "form[action$='/retry/'] button"


class FieldMissing(Exception):
    """What settling runs into, as a new rule or a bad migration would have it."""


@pytest.fixture
def cause(caplog):
    """Settling the shopper's events fails, until this is stopped."""
    caplog.set_level(logging.CRITICAL)  # the failures are meant
    settle = progress.settle

    def poisoned(customers, *args):
        if bank.stored("shopper").pk in {locked.customer_id for locked in customers}:
            raise FieldMissing("the field “scene” has gone")
        return settle(customers, *args)

    patch = mock.patch.object(progress, "settle", poisoned)
    patch.start()
    yield patch
    mock.patch.stopall()


def pay(event_id: str) -> None:
    """The bank says that the shopper has paid for groceries."""
    event = {
        "specversion": "1.0",
        "id": event_id,
        "source": "/bank",
        "type": "payment.completed",
        "subject": "shopper",
        "time": timezone.now().isoformat(),
        "data": {"scene": "grocery", "amount": "500.00"},
    }
    found = intake.take_in([read_line(json.dumps(event), now=bankday.now())], settle=True)
    assert (found.accepted, found.rejected) == (1, [])


def give_up() -> None:
    """Let the sweeper try as often as it does."""
    mine = BankEvent.objects.filter(customer__ref="shopper", next_attempt_at__isnull=False)
    while mine.exists():
        mine.update(next_attempt_at=bankday.now() - timedelta(seconds=1))
        jobs.settle_bank_events()


def test_a_dead_letter_is_read_tried_again_and_its_points_arrive_once(desk, cause, album):
    cause.stop()
    bank.neighbour("shopper", like="demo-city", points=WORTH)
    before = bank.balance("shopper")
    cause.start()
    pay("groceries")
    give_up()
    assert bank.balance("shopper") == before

    log_in(desk, "reviewer")
    desk.open(f"{EVENTS}?given_up=true", settled=False)
    assert "given up after 5 tries" in desk.text("main")
    press(desk, "main td.title a", f"{EVENTS}inspect/")
    story = desk.text("main")
    for part in ("shopper", "FieldMissing: the field “scene” has gone", "given up after 5 tries"):
        assert part in story, part
    desk.picture("admin-dead-letter", album)

    cause.stop()  # somebody has mended it
    page = desk.path
    desk.tap(RETRY)
    desk.until(lambda: desk.shown(".messages .success"), "it is tried again")
    assert desk.path == page
    desk.open(page, settled=False)
    assert not desk.all(RETRY)
    assert "given up" not in desk.text("main")
    assert bank.balance("shopper") == before + WORTH
    desk.open(f"{EVENTS}?given_up=true", settled=False)
    assert "given up" not in desk.text("main td") and "shopper" not in desk.text("main")
    assert desk.complaints() == []

    jobs.settle_bank_events()
    assert BankEvent.objects.get(event_id="groceries").settled_at is not None
    desk.leave()
    desk.window(390, 844)
    desk.enter("shopper", "/zones/city/")
    desk.until(lambda: desk.number("[data-points-chip]") == before + WORTH, "the customer's points")
