"""What a task of the program file may say, and which fault names what it may not."""

from unittest import mock

import pytest
import yaml

from growth import bankday, program
from growth.admin.names import names
from growth.admin.task_sentences import task_lines
from growth.errors import ProgramFaults
from growth.models import Badge, Budget
from tests.growth import world
from tests.growth.world import task

pytestmark = pytest.mark.django_db


def faults(*tasks: dict, **sections) -> set[str]:
    """Paths of the faults of a program."""
    with pytest.raises(ProgramFaults) as refused:
        world.load(*tasks, **sections)
    return {path for path, _ in refused.value.faults}


def streak(**facts) -> dict:
    return task("s", "streak", **facts)


def milestones(*targets, **facts) -> dict:
    rows = [{"target": target, "reward": {"points": 5}} for target in targets]
    found = task("m", "milestones", milestones=rows, **facts)
    del found["reward"]
    return found


def choose(of: list, at_least: object = 1, code: str = "c", **facts) -> dict:
    found = task(code, "choose", choose={"of": of, "at_least": at_least}, **facts)
    del found["event"]
    return found


def activity(*measures, a_day: object = 10, **facts) -> dict:
    rows = list(measures) or [{"growth": 1}]
    found = task("v", "activity", "zone.visited", measures=rows, growth_a_day=a_day, **facts)
    del found["reward"]
    return found


@pytest.mark.parametrize(
    ("found", "path"),
    [
        (task(grace_days=1), "grace_days"),
        (streak(grace_days=-1), "grace_days"),
        (task(make_up={"per_month": 1, "days_back": 1}), "make_up"),
        (streak(make_up={"per_month": 1}), "make_up.days_back"),
        (streak(make_up={"per_month": 0, "days_back": 1}), "make_up.per_month"),
        (streak(make_up={"per_month": 1, "days_back": 32}), "make_up.days_back"),
        (streak(make_up={"per_month": 1, "days_back": 1, "points": 1.5}), "make_up.points"),
        (streak(event="checkin.made_up", make_up={"per_month": 1, "days_back": 1}), "event"),
        (milestones(), "milestones"),
        (milestones(3, 3), "milestones[1].target"),
        (milestones(3, 2.5), "milestones[1].target"),
        (milestones(5, 5.0, sum_of="amount"), "milestones[1].target"),
        (milestones(3) | {"reward": {"points": 1}}, "reward"),
        (milestones(3) | {"target": 3}, "target"),
        (task(milestones=[{"target": 3}]), "milestones"),
        (task(kind="milestones") | {"reward": None}, "milestones"),
        (choose(["nobody"]), "choose.of[0]"),
        (choose([]), "choose.of"),
        (choose(["x"], 2), "choose.at_least"),
        (choose(["x", "x"], 2), "choose.of[1]"),
        (choose(["x"]) | {"event": "a.done"}, "event"),
        (choose(["x"]) | {"where": [{"field": "x", "is": 1}]}, "where"),
        (activity({"growth": 0}), "measures[0].growth"),
        (activity({"growth": 1, "each": 3}), "measures[0].each"),
        (activity({"growth": 1, "field": "x", "each": 0}), "measures[0].each"),
        (activity(a_day=0), "growth_a_day"),
        (activity() | {"reward": {"growth": 5}}, "reward"),
        (activity() | {"measures": []}, "measures"),
        (task(claim_within_days=3), "claim_within_days"),
        (task(claim="manual", claim_within_days=0), "claim_within_days"),
        (task(hold_days=-1), "hold_days"),
        (task(velocity={"completions": 5, "within_hours": 1}), "velocity.then"),
        (
            task(velocity={"completions": 0, "within_hours": 1, "then": "hold"}),
            "velocity.completions",
        ),
        (task(risk="yes"), "risk"),
        (task(budget="nobody"), "budget"),
        (task(on_reversal="forget"), "on_reversal"),
        (task(reward={"badge": "nobody"}), "reward.badge"),
        (task(points_expire={"on": "31 June"}), "points_expire.on"),
        (task(points_expire={"on": "2027-06-30", "after_days": 3}), "points_expire"),
    ],
)
def test_a_value_that_cannot_be_is_a_fault_at_its_place(found, path):
    assert faults(task("x"), found) == {f"tasks[1].{path}"}


def test_tasks_may_not_choose_from_each_other_in_a_circle():
    after = task("after", requires=["all"])
    assert faults(task("x"), after, choose(["x", "after"], code="all")) == {
        "tasks[1].requires",
        "tasks[2].choose",
    }


def test_a_full_task_of_every_kind_loads_once_and_is_dumped_as_it_was():
    Budget.objects.create(code="visits", name={"en": "Visits"}, points=1000)
    Badge.objects.create(code="regular", name={"en": "Regular"})
    guards = {
        "claim": "manual",
        "claim_within_days": 7,
        "hold_days": 2,
        "velocity": {"completions": 5, "within_hours": 1, "then": "hold"},
        "risk": True,
        "budget": "visits",
        "on_reversal": "allow_negative",
        "reward": {"points": 5, "badge": "regular"},
        "points_expire": {"on": "2097-06-30"},
    }
    make_up = {"per_month": 2, "points": 20, "days_back": 7}
    tasks = [
        task("x", **guards),
        streak(grace_days=1, make_up=make_up, target=7),
        milestones(3, 10, sum_of="amount"),
        choose(["x", "s"], 2),
        activity({"growth": 1}, {"field": "seconds", "each": 60, "growth": 1}),
    ]
    assert len(world.load(*tasks).lines) == len(tasks)
    assert world.load(*tasks).lines == []
    assert world.load_text("\n".join(world.command("dump_program"))).lines == []


def fixed(days: int, code: str = "f", **facts) -> dict:
    """A task whose points expire on a day so many days from today."""
    return task(code, points_expire={"on": str(world.days_ago(-days))}, **facts)


@pytest.mark.parametrize("days", [0, -1, -400])
def test_a_day_that_has_come_is_none_for_points_to_expire_on(days: int) -> None:
    assert faults(fixed(days)) == {"tasks[0].points_expire.on"}
    assert faults(fixed(days, ends=world.days_ago(0))) == {"tasks[0].points_expire.on"}


def test_what_was_loaded_in_time_is_loaded_again_and_what_has_ended_is_read() -> None:
    stored, moved, later = fixed(1), fixed(2), world.days_ago(-3)
    world.load(stored)
    with mock.patch.object(bankday, "today", lambda: later):
        assert world.load(stored).lines == []
        assert world.load(stored | {"kind": "daily"}).lines == ["task f: kind changed"]
        assert faults(moved) == {"tasks[0].points_expire.on"}
    world.load(fixed(-10, "over", ends=world.days_ago(11)))


@pytest.mark.parametrize(
    ("ends", "warned"), [(None, True), (10, True), (11, True), (9, False), (1, False)]
)
def test_a_task_that_outlives_its_points_is_warned_about(ends, warned, tmp_path, capsys) -> None:
    row = fixed(10, ends=None if ends is None else world.days_ago(-ends))
    file = tmp_path / "program.yaml"
    file.write_text(yaml.safe_dump({"version": 1, "tasks": [row]}))

    world.command("load_program", file)

    told = capsys.readouterr().err
    assert ("warning: task f" in told) is warned
    said = " ".join(task_lines(program.task_spec(row), names()))
    assert ("good for one day only" in said) is warned
