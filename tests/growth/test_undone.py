"""A later event that undoes what a task counted: the reward goes with its cause."""

from itertools import permutations

import pytest

from growth import explain, program
from growth.errors import ProgramFaults
from tests.growth import world
from tests.growth.world import balance, completions, event, load, reversal, take, task

pytestmark = pytest.mark.usefixtures("programme")

UNBOUND = {"event": "card.unbound", "same": "card", "within_days": 30}


def bind(**facts) -> dict:
    return task("bind", event="card.bound", undone_by=UNBOUND, **facts)


def bound(day: str = "2025-01-01", card: str = "a", **facts) -> dict:
    return event("card.bound", when=day, data={"card": card}, **facts)


def unbound(day: str = "2025-01-31", card: str = "a", **facts) -> dict:
    return event("card.unbound", when=day, data={"card": card}, **facts)


def test_who_unbinds_the_card_loses_what_binding_it_brought():
    load(bind(), task("other", event="card.bound"))
    take(bound())
    assert balance() == 20
    take(unbound())
    assert (balance(), completions("bind"), completions("other")) == (10, 0, 1)
    assert world.differences() == []


@pytest.mark.parametrize(
    "later",
    [
        unbound("2025-02-01"),  # the thirty-first day after
        unbound(card="b"),
        unbound("2024-12-31"),  # before
        unbound(who="bob"),
        event("card.unbound", when="2025-01-02"),  # does not say which
    ],
    ids=["too late", "another card", "before", "somebody else's", "unknown"],
)
def test_what_undoes_nothing(later):
    load(bind())
    take(bound(), later)
    assert (balance(), world.differences()) == (10, [])


def test_the_order_of_arrival_does_not_matter_nor_does_undoing_the_undoing():
    load(bind())
    story = [bound(), unbound("2025-01-10"), bound("2025-01-20"), unbound("2025-02-25")]
    undo = reversal(story[1])
    for number, order in enumerate(permutations([*story[:3], undo])):
        who = f"c{number}"
        take(*({**one, "subject": who, "id": f"{one['id']}-{who}"} for one in _of(order, who)))
        assert world.completion_days("bind", who) == ["2025-01-01"]
    assert world.differences() == []


def _of(order, who):
    for one in order:
        if one["type"] == "event.reversed":
            one = {**one, "data": {**one["data"], "id": f"{one['data']['id']}-{who}"}}
        yield one


def test_bound_again_counts_again_and_is_paid_again():
    load(bind())
    take(bound())
    take(unbound("2025-01-10"))
    assert balance() == 0
    take(bound("2025-01-20"))
    assert (balance(), world.completion_days("bind")) == (10, ["2025-01-20"])
    assert world.differences() == []


def test_why_says_by_what_it_was_undone():
    load(bind())
    gone = unbound()
    take(bound(), gone)
    (verdict,) = explain.explain(world.customer().pk, "bind").events
    assert (verdict.counted, verdict.code) == (False, "undone")
    assert verdict.facts["by"] == {"source": gone["source"], "id": gone["id"]}


def test_events_taken_in_before_it_was_asked_for_undo_nothing_but_with_history():
    load(task("bind", event="card.bound"))
    take(bound(), unbound())
    load(bind())
    assert balance() == 10
    load(bind(reward={"points": 10, "growth": 1}), history=True)
    # What was earned before its task was judged anew stays earned as long as its cause stands.
    assert (balance(), world.differences()) == (10, [])
    take(bound(who="bob"), unbound(who="bob"))
    assert balance("bob") == 0


def test_the_file_says_what_undoes_and_comes_out_as_it_went_in():
    load(bind())
    assert program.dump()["tasks"][0]["undone_by"] == UNBOUND
    assert load(bind()).lines == []
    for wrong, path in (
        ({}, "tasks[0].undone_by.event"),
        ({"event": "card.bound"}, "tasks[0].undone_by.event"),
        (UNBOUND | {"within_days": -1}, "tasks[0].undone_by.within_days"),
        (UNBOUND | {"colour": "red"}, "tasks[0].undone_by.colour"),
    ):
        with pytest.raises(ProgramFaults) as refusal:
            load(bind() | {"undone_by": wrong})
        assert [place for place, _ in refusal.value.faults] == [path]
