"""An event and its reversal come at once: whichever is first, the event counts no more."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from growth.models import BankEvent, Wallet
from tests.growth import world
from tests.growth.world import balance, completions, event, load, reversal, task

ROUNDS = 40


@pytest.fixture
def programme(real_commits: None) -> None:
    """Real commits, with the programme's wallet, which emptying the database takes away."""
    Wallet.objects.get_or_create(customer=None)
    load(task(kind="cumulative", reward={"points": 10, "growth": 5}))


def together(*calls: Callable[[], Any]) -> list[Any]:
    """What the calls return, made by threads that start at once."""
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            gate.wait(timeout=20)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.mark.parametrize("settle", [True, False])
@pytest.mark.parametrize("known", [True, False])
def test_a_reversal_that_races_with_its_event_is_never_lost(programme, settle, known):
    """Of a customer whom we know, and of one whom either of the two enrols."""
    if known:
        world.take(event("b.done"))
    for number in range(ROUNDS):
        who = "ada" if known else f"c-{number}"
        sent = event(who=who)
        undone = reversal(sent)

        outcomes = together(
            lambda sent=sent: world.take(sent, settle=settle),
            lambda undone=undone: world.take(undone, settle=settle),
        )

        assert [(told.accepted, told.rejected) for told in outcomes] == [(1, []), (1, [])]
        world.settle_all()
        assert BankEvent.objects.get(event_id=sent["id"]).counts is False, number
        assert balance(who) == 0
    assert completions() == 0
    assert world.differences() == []
