"""A changed task is a new version: what was earned stays, what is under way goes on."""

import pytest

from growth import claims, settling
from growth.customers import describe, describe_all
from growth.models import BankEvent
from tests.growth import world
from tests.growth.world import balance, completions, event, load, reversal, take, task
from tests.growth.world import take_one_by_one as deliver  # fmt: skip

pytestmark = pytest.mark.usefixtures("programme")


def worth(points: int) -> dict:
    return {"points": points}


def test_what_was_earned_stays_and_what_comes_is_worth_the_new_reward():
    load(task(kind="daily"))
    deliver(event(when="2025-01-02"))
    load(task(kind="daily", reward=worth(3)))

    deliver(event(when="2025-01-03"), event(when="2025-01-01"))  # whatever their time

    assert (completions(), balance()) == (3, 10 + 3 + 3)
    assert world.differences() == []


@pytest.mark.parametrize(
    ("kind", "before", "after", "completing"),
    [
        ("cumulative", 2, 3, 3),
        ("streak", 4, 5, 5),
        ("once", 3, 3, 3),
        ("monthly", 4, 4, 4),
        ("cumulative", 5, 2, 3),  # a lower target is met by the next event
        ("once", 5, 2, 3),
    ],
)
def test_progress_under_way_goes_on(kind, before, after, completing):
    """Two events under the old version, the rest under the new one."""
    load(task(kind=kind, target=max(before, 3)))
    days = [event(when=f"2025-01-0{n}") for n in range(1, 7)]
    deliver(*days[:2])
    load(task(kind=kind, target=after, reward=worth(7)))
    deliver(*days[2 : completing - 1])
    assert completions() == 0

    take(days[completing - 1])

    assert (completions(), balance()) == (1, 7)
    assert world.differences() == []


def test_a_new_task_judges_what_comes_and_not_what_is_stored():
    take(event(when="2025-01-02"))
    load(task(kind="daily"))
    assert world.differences() == []
    deliver(event(when="2025-01-03"), event(when="2025-01-01"))  # the second judges all again
    assert world.completion_days() == ["2025-01-01", "2025-01-03"]


def test_an_event_before_its_reversal_is_judged_by_the_version_of_its_arrival():
    load(task(kind="daily", reward=worth(10)))
    first = event(when="2025-01-01")
    take(first)
    load(task(kind="daily", reward=worth(3)))
    undone = reversal(first)
    deliver(undone, reversal(undone))
    assert balance() == 10


class TestHistory:
    def test_a_new_task_judges_what_is_stored_too_where_that_is_asked_for(self):
        deliver(*(event(who=who, when=f"2025-01-0{n}") for who in ("ada", "bob") for n in (1, 2)))
        load(task(kind="cumulative", target=2), task("other", event="b.done"), history=True)

        assert (completions(), balance("ada"), balance("bob")) == (2, 10, 10)
        assert world.differences() == []
        take(event(), event())
        assert completions() == 3

    def test_loaded_again_it_changes_nothing(self, tmp_path):
        path = tmp_path / "program.yaml"
        path.write_text("version: 1\ntasks: [{code: t, name: {en: T}, kind: daily, event: a.done}]")
        take(event())
        assert len(world.command("load_program", path)) == 1
        told = world.command("load_program", path, history=True)
        assert (told, completions()) == (["task t: judges the stored events, too"], 1)
        assert world.command("load_program", path, history=True) == ["nothing changes"]
        assert world.command("load_program", path) == ["nothing changes"]
        assert completions() == 1

    def test_a_rehearsal_judges_nothing(self):
        take(event())
        changes = world.load_text(
            "version: 1\ntasks: [{code: t, name: {en: T}, kind: daily, event: a.done}]",
            history=True,
            dry_run=True,
        )
        assert changes.lines
        assert world.outcome()["tasks"] == {}

    def test_what_was_earned_before_stays_earned(self):
        load(task(kind="daily"))
        first = event(when="2025-01-01", data={"amount": 1})
        deliver(first, event(when="2025-01-02", data={"amount": 100}))
        stricter = [{"field": "amount", "min": 50}]

        load(task(kind="daily", where=stricter, reward=worth(30)), history=True)

        assert (completions(), balance()) == (2, 20)
        deliver(event(when="2025-01-03", data={"amount": 100}))
        assert (completions(), balance()) == (3, 50)
        take(reversal(first))  # and goes only with its cause
        assert (completions(), balance(), world.differences()) == (2, 40, [])

    def test_nobody_is_paid_twice_for_what_was_earned_before(self):
        """Of five, the stricter version would have given two: the third to fifth are paid for."""
        load(task(kind="cumulative"))
        deliver(*(event(when=f"2025-01-0{n}") for n in range(1, 6)))
        load(task(kind="cumulative", target=2, reward=worth(7)), history=True)
        for number, expected in ((6, 50), (7, 50), (10, 50), (12, 57)):
            while BankEvent.objects.count() < number:
                take(event(when="2025-02-01"))
            assert balance() == expected, number
        assert world.differences() == []

    def test_what_comes_in_the_place_of_what_was_earned_before_stands_by_its_own(self):
        load(task("base", event="b.done"), task(kind="daily"))
        base = event("b.done", when="2025-01-01")
        first, second = (event(when=f"2025-01-02T0{n}:00") for n in (1, 2))
        deliver(base, first, second)
        load(task(kind="daily", requires=["base"], reward=worth(30)), history=True)
        assert balance() == 20
        take(reversal(first))
        assert (completions(), balance()) == (1, 40)
        take(reversal(base))
        assert (completions(), balance(), world.differences()) == (0, 0, [])

    def test_what_waits_to_be_claimed_was_earned_too(self):
        load(task(claim="manual"))
        take(event(data={"amount": 1}))
        stricter = [{"field": "amount", "min": 50}]
        load(task(claim="manual", where=stricter, reward=worth(30)), history=True)

        assert completions() == 1
        claims.claim_task(customer_id=world.customer().pk, code="t")
        assert (balance(), world.differences()) == (10, [])

    def test_stored_events_are_judged_by_their_audience_of_then(self):
        load(segments=[world.segment("red", {"tag": "red"})])
        describe_all([describe({"customer_id": "ada", "tags": "red"})])
        deliver(event(), event(who="bob"))
        describe_all([describe({"customer_id": ref, "tags": ""}) for ref in ("ada",)])
        describe_all([describe({"customer_id": ref, "tags": "red"}) for ref in ("bob",)])

        load(task(segment="red"), history=True)

        assert (balance("ada"), balance("bob")) == (10, 0)

    def test_what_comes_before_the_customer_was_judged_again_is_not_lost(self):
        """The command may be killed; the sweeper, or the customer's next event, goes on."""
        deliver(event(when="2025-01-01"), event(who="bob"))
        document = {"version": 1, "tasks": [task(kind="cumulative", target=2)]}
        from growth import program

        program.load(document, history=True)
        take(event(when="2025-01-02"))
        assert completions() == 1
        assert settling.refold_customers() == 1
        assert settling.refold_customers() == 0
        take(event(who="bob"))
        assert (completions(), world.differences()) == (2, [])


def steps(*targets: int, **facts) -> dict:
    rows = [{"target": target, "reward": {"points": target}} for target in targets]
    found = task("m", "milestones", milestones=rows, **facts)
    del found["reward"]
    return found


@pytest.mark.parametrize(
    ("before", "after", "given", "left"),
    [
        ((3, 10), (1, 3, 10), 3, 10),  # one is put below what was reached: it is passed already
        ((1, 3, 10), (3, 10), 4, 10),  # one is taken out
        ((1, 3), (5, 7), 4, 12),
    ],
)
def test_milestones_reached_stay_reached_whatever_the_list_becomes(before, after, given, left):
    load(steps(*before))
    deliver(*(event(when=f"2025-01-{day:02}") for day in range(1, 5)))
    assert balance() == given
    load(steps(*after))
    take(event(when="2025-01-05"))
    assert balance() == given + 5 * (5 in after)
    take(*(event(when=f"2025-01-{day:02}") for day in range(6, 13)))
    assert (balance(), world.differences()) == (given + left, [])


def test_a_choice_of_tasks_done_before_is_completed_by_the_next_event_that_counts_for_one():
    once, often = task("a"), task("b", "daily", event="b.done")
    load(once, often, task("c", event="c.done"))
    take(event(), event("b.done"))
    load(task("both", "choose", event=None, choose={"of": ["a", "b"], "at_least": 2}))
    take(event("c.done", when="2025-01-16"))
    assert completions("both") == 0
    take(event("b.done", when="2025-01-17"))
    assert (world.completion_days("both"), world.differences()) == (["2025-01-17"], [])


@pytest.mark.parametrize("loaded", ["alone", "together", "after"])
def test_judging_a_task_anew_takes_nothing_from_what_leans_on_it(loaded):
    first = task("a", reward={"points": 1})
    leaning = [
        task("b", event="b.done", requires=["a"], reward={"points": 10}),
        task(
            "c", "choose", event=None, choose={"of": ["b"], "at_least": 1}, reward={"points": 100}
        ),
    ]
    load(first, *leaning)
    deliver(event(when="2025-01-01"), event("b.done", when="2025-01-02"))
    assert balance() == 111

    stricter = first | {"where": [{"field": "x", "is": 1}]}
    if loaded == "after":
        load(*leaning, history=True)
    load(stricter, *(leaning if loaded == "together" else ()), history=True)

    assert (balance(), world.differences()) == (111, [])
    take(event(who="bob", when="2025-01-01"), event("b.done", "bob", "2025-01-02"))
    assert balance("bob") == 0
