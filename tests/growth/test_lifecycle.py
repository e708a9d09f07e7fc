"""Each task has one state, which follows from its version, its pause and its draft."""

from datetime import date

import pytest
from django.contrib.auth import get_user_model

from growth import changes, drafts, pauses
from growth.lifecycle import Stage, draft_stage, state_of
from growth.models import GrowthTask
from tests.growth import world

TODAY = date(2026, 2, 28)
SPEC = {"kind": "once"}


@pytest.mark.parametrize(
    ("facts", "stage"),
    [
        ({"spec": None, "change": ""}, Stage.DRAFT),
        ({"spec": None, "change": None}, Stage.DRAFT),
        ({"spec": None, "change": "waiting"}, Stage.IN_REVIEW),
        ({"spec": None, "change": "approved"}, Stage.SCHEDULED),
        ({"spec": None, "change": "rejected"}, Stage.DRAFT),
        ({}, Stage.LIVE),
        ({"change": "waiting"}, Stage.LIVE),
        ({"spec": {"starts": "2026-02-28", "ends": "2026-02-28"}}, Stage.LIVE),
        ({"spec": {"starts": "2026-03-01"}}, Stage.SCHEDULED),
        ({"spec": {"ends": "2026-02-27"}}, Stage.ENDED),
        ({"paused": True}, Stage.PAUSED),
        ({"paused": True, "spec": {"ends": "2026-02-27"}}, Stage.PAUSED),
    ],
)
def test_the_state_of_a_task(facts, stage):
    assert (
        state_of(**{"spec": SPEC, "paused": False, "change": None, "today": TODAY} | facts) == stage
    )


@pytest.mark.parametrize("change", ["", "rejected", "withdrawn", "expired", "failed"])
def test_what_was_not_approved_is_a_draft_again(change):
    assert draft_stage(change) == Stage.DRAFT


@pytest.fixture
def people(programme):
    users = get_user_model().objects
    return [users.create_user(name, is_superuser=True) for name in ("kim", "lee")]


def put_live(people, **facts):
    kim, lee = people
    live = drafts.live("t")
    row, own = {**live["task"], **facts}, live["own"]
    drafts.save(row=row, own=own, editor=kim, seen=drafts.token("t"))
    change = drafts.send_for_review(code="t", reason="r", maker=kim)
    return changes.approve(change_id=change.pk, checker=lee)


def test_progress_under_way_carries_over_and_what_was_earned_stays(people):
    world.load(world.task(kind="cumulative", target=2))
    world.take(*(world.event(when=f"2025-01-0{day}") for day in (1, 2, 3)))
    assert world.balance() == 10

    put_live(people, reward={"points": 30})
    world.take(world.event(when="2025-01-04"))

    assert world.balance() == 40
    assert world.differences() == []


def test_a_paused_task_is_changed_without_waking_it(people):
    world.load(world.task())
    pauses.pause_task(code="t", reason="fraud")

    assert put_live(people, reward={"points": 30}).state == "applied"
    world.take(world.event())
    assert GrowthTask.objects.get(code="t").paused
    assert world.balance() == 0

    pauses.resume_task(code="t")
    world.take(world.event(who="ben"))
    assert world.balance("ben") == 30
