"""A back-test counts benefits and growth value as live settling grants them."""

from collections import Counter

import pytest

from growth import backtest, registry
from growth.models import TaskCompletion
from tests.growth import world
from tests.growth.test_claims import Payer
from tests.growth.world import event, task

pytestmark = pytest.mark.usefixtures("programme")

STEPS = [
    {"target": 1, "reward": {"benefit": "tea"}},
    {"target": 3, "reward": {"points": 5, "benefit": "coffee"}},
    {"target": 9, "reward": {"benefit": "tea"}},
]
TASKS = {
    "each": task("each", "daily", reward={"benefit": "coffee", "points": 1}),
    "limited": task("each", "daily", reward={"benefit": "tea"}, limit={"completions": 4}),
    "steps": task("each", "milestones", milestones=STEPS),
    "limited steps": task("each", "milestones", milestones=STEPS, limit={"completions": 3}),
    "none": task("each", "daily"),
}


@pytest.fixture
def benefits(monkeypatch):
    """A room that keeps benefits."""
    payer = Payer()
    monkeypatch.setitem(registry.program_sections, "benefits", payer)
    monkeypatch.setitem(registry.reward_payers, "benefit", payer.pay)
    monkeypatch.setitem(registry.reward_reversers, "benefit", payer.take_back)


def tried(row: dict) -> dict:
    return backtest.run({"version": 1, "tasks": [row]})


@pytest.mark.parametrize("row", TASKS.values(), ids=TASKS)
def test_it_grants_what_live_settling_grants(benefits, row):
    if row["kind"] == "milestones":
        row = {key: value for key, value in row.items() if key != "reward"}
    world.load(row)
    for day in range(1, 5):
        for who in ("ada", "bob"):
            world.take(event(who=who, when=f"2025-01-0{day}"))
    posted = TaskCompletion.objects.filter(status="posted").exclude(benefit="")
    live = Counter(posted.values_list("benefit", flat=True))

    found = tried(row)

    assert found["draft"]["benefits"] == found["live"]["benefits"] == live


def test_who_gets_more_growth_value_for_as_many_points_wins():
    world.load(task(reward={"points": 10, "growth": 5}), task("u", event="b.done"))
    world.take(event(), event(who="bob"), event("b.done", who="carl"))

    more, fewer = (tried(task(reward={"points": 10, "growth": n})) for n in (7, 4))

    top = [
        {"customer": who, "points": 10, "live_points": 10, "growth": 7, "live_growth": 5}
        for who in ("ada", "bob")
    ]
    assert more["winners"] == {"customers": 2, "points": 0, "growth": 4, "top": top}
    assert more["losers"] == {"customers": 0, "points": 0, "growth": 0, "top": []}
    assert (fewer["losers"]["customers"], fewer["losers"]["growth"]) == (2, 2)
