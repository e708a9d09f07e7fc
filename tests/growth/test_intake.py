"""Bank events: each identity once, whatever comes twice, late, in any order, or is taken back."""

import json
from datetime import timedelta
from itertools import permutations
from random import Random

import pytest

from growth import bankday, intake
from growth.cloudevents import Rejected
from growth.models import BankEvent, Customer
from tests.growth import world
from tests.growth.world import (  # fmt: skip
    balance,
    completions,
    event,
    levels,
    load,
    reversal,
    segment,
    take,
    task,
)
from tests.growth.world import take_one_by_one as deliver

pytestmark = pytest.mark.usefixtures("programme")


def told(outcome) -> tuple[int, int, list[tuple[int, str]]]:
    rejected = [(index, code) for index, code, _ in sorted(outcome.rejected)]
    return outcome.accepted, outcome.duplicate, rejected


@pytest.mark.parametrize("in_one_batch", [True, False])
@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        ({"time": "2025-01-14T16:00:00Z"}, True),
        ({"time": "2025-01-14t16:00:00.000000000z"}, True),
        ({"time": "2025-01-14T11:00:00-05:00"}, True),
        ({"time": "2025-01-15T00:00:00.000001+08:00"}, False),
        ({"time": "2025-01-15T00:00:00Z"}, False),
        ({"data": {"b": [1, {"c": None}], "a": 1.0}}, True),
        ({"data": {"a": 1e0, "b": [1.00, {"c": None}]}}, True),
        ({"data": {"a": "1", "b": [1, {"c": None}]}}, False),
        ({"data": {"a": True, "b": [1, {"c": None}]}}, False),
        ({"data": {"a": 1, "b": [1, {}]}}, False),
        ({"data": {"a": 1, "b": [{"c": None}, 1]}}, False),
        ({"data": {}}, False),
        ({"subject": "bob"}, False),
        ({"type": "b.done"}, False),
        ({"datacontenttype": "application/json", "traceparent": "00-1"}, True),
    ],
)
def test_an_identity_stands_for_one_content(changes, same, in_one_batch):
    load(task())
    first = event(data={"a": 1, "b": [1, {"c": None}]})
    batches = [[first, first | changes]] if in_one_batch else [[first], [first | changes]]

    outcomes = [told(take(*batch)) for batch in batches]

    accepted, duplicate = (sum(counts) for counts in list(zip(*outcomes, strict=True))[:2])
    rejected = [code for *_, rows in outcomes for _, code in rows]
    assert (accepted, duplicate, rejected) == (1, int(same), [] if same else ["conflict"])
    assert (BankEvent.objects.count(), completions(), balance()) == (1, 1, 10)


def test_a_number_is_its_value_however_it_is_written():
    texts = ["100", "100.0", "1e2", "1.0E+2", "100.000"]
    line = json.dumps(event(event_id="e", data={"n": 0}))
    for n, text in enumerate(texts):
        outcome = world.take_lines(line.replace('"n": 0', f'"n": {text}'))
        assert told(outcome) == ((1, 0, []) if n == 0 else (0, 1, []))


def test_the_same_id_of_another_source_is_another_event():
    load(task(kind="cumulative"))
    take(*(event(event_id="e", source=source) for source in ("/a", "/b")))
    assert completions() == 2


def test_each_event_of_a_batch_is_held_against_what_is_stored():
    """Also where another event of the batch has the same identity and other content."""
    first, other = event(event_id="e"), event(event_id="e", data={"x": 1})
    take(first)
    assert told(take(other, first, other, first)) == (0, 2, [(0, "conflict"), (2, "conflict")])


def test_the_order_in_which_the_database_returns_customers_decides_nothing(monkeypatch):
    """Nothing orders them, and a plan may change: the clock's reading comes with any of them."""
    read = intake._locked  # noqa: SLF001
    monkeypatch.setattr(intake, "_locked", lambda refs: read(refs)[::-1])
    load(task(kind="cumulative"))
    for _ in range(2):  # new customers, then known ones
        assert take(*(event(who=who) for who in ("ada", "bob", "cyd"))).accepted == 3
    assert ([balance(who) for who in ("ada", "bob", "cyd")], world.differences()) == ([20] * 3, [])


def test_a_rejected_event_leaves_no_trace():
    load(task())
    first = event()
    take(first)
    assert told(take(first | {"subject": "ghost"})) == (0, 0, [(0, "conflict")])
    assert list(Customer.objects.values_list("ref", flat=True)) == ["ada"]


def test_an_event_ahead_of_our_clock_by_more_than_5_minutes_is_rejected():
    now = bankday.now()
    for ahead, code in ((290, ""), (310, "future")):
        found = event(when=(now + timedelta(seconds=ahead)).isoformat())
        try:
            assert take(found).accepted == 1
            assert not code
        except Rejected as refusal:
            assert refusal.code == code


class TestReversal:
    @pytest.fixture(autouse=True)
    def _program(self, programme):
        load(task(kind="cumulative", reward={"points": 10, "growth": 100}), levels=levels())

    def test_an_event_taken_back_is_as_if_it_had_never_come(self):
        done = event()
        deliver(done, event("b.done"))
        assert (balance(), world.level()) == (10, "mid")
        take(reversal(done))
        assert (completions(), balance(), world.level()) == (0, 0, "low")
        assert world.outcome()["growth_value"] == 0

    @pytest.mark.parametrize("in_one_batch", [True, False])
    def test_it_may_come_before_what_it_takes_back(self, in_one_batch):
        done = event()
        undone = reversal(done)
        for batch in [[undone, done]] if in_one_batch else [[undone], [done]]:
            take(*batch)
        assert (completions(), balance(), world.differences()) == (0, 0, [])
        take(event())
        assert completions() == 1

    def test_it_may_be_taken_back_itself_in_any_order(self):
        for number, order in enumerate(permutations(range(4))):
            done = event(who=f"c{number}")
            undone = reversal(done)
            redone = reversal(undone)
            events = [done, undone, redone, reversal(redone)]
            for seen, index in enumerate(order, 1):
                take(events[index])
                here = [events[i] in [events[j] for j in order[:seen]] for i in range(4)]
                counts = here[0] and not (here[1] and not (here[2] and not here[3]))
                assert balance(f"c{number}") == 10 * counts, (order, seen)

    def test_it_stands_beside_another_that_is_taken_back(self):
        for number, order in enumerate(permutations(range(4))):
            done = event(who=f"c{number}")
            undone = reversal(done)
            events = [done, undone, reversal(done), reversal(undone)]
            deliver(*(events[index] for index in order))
        assert (completions(), world.differences()) == (0, [])

    def test_two_reversals_are_not_a_reversal_of_a_reversal(self):
        done = event()
        deliver(done, reversal(done), reversal(done))
        assert completions() == 0

    def test_of_another_customer_s_event_it_has_no_effect(self):
        done = event()
        deliver(done, reversal(done, who="bob"))
        assert (completions(), balance(), world.differences()) == (1, 10, [])
        other = event(who="bob")
        deliver(reversal(other, who="ada"), other)
        assert balance("bob") == 10

    def test_of_what_never_comes_it_has_no_effect(self):
        deliver(event(), reversal(event()))
        assert (completions(), world.differences()) == (1, [])

    def test_one_that_names_itself_or_goes_in_a_circle_stops_nobody(self):
        myself = reversal({"source": "/bank", "id": "me", "subject": "ada"}, event_id="me")
        one = reversal({"source": "/bank", "id": "two", "subject": "ada"}, event_id="one")
        two = reversal(one, event_id="two")
        deliver(myself, one, two, event())
        assert (completions(), world.differences()) == (1, [])

    def test_a_long_chain_of_them_stops_nobody(self):
        chain = [event()]
        for _ in range(999):
            chain.append(reversal(chain[-1]))
        Random(7).shuffle(chain)
        assert take(*chain).accepted == 1000
        assert completions() == 0  # 999 is odd
        take(event())
        assert (completions(), world.differences()) == (1, [])


def test_every_order_of_arrival_comes_to_the_same():
    """All 120 orders of five events that touch each other in every way."""
    load(
        task("streak", "streak", target=2, reward={"points": 1, "growth": 90}),
        task("sum", "cumulative", sum_of="n", target=10, reward={"points": 100, "growth": 7}),
        task("then", "daily", event="b.done", requires=["streak"], reward={"points": 10_000}),
        levels=levels("one_down", 10, window=60),
    )
    first = event(when="2025-01-01", data={"n": 9})
    lives = []
    for number, order in enumerate(permutations(range(5))):
        who = f"c{number}"
        mine = first | {"subject": who, "id": f"{number}-1"}
        events = [
            mine,
            event(who=who, when="2025-01-02T23:59:59.999999", data={"n": "1.5"}),
            event(who=who, when="2025-01-04", data={"n": 30}),
            event("b.done", who=who, when="2025-01-03"),
            reversal(mine),
        ]
        lives.append([events[index] for index in order])
    for batch in zip(*lives, strict=True):
        take(*batch)
    standings = Customer.objects.values_list("wallet__balance", "level").distinct()
    assert list(standings) == [(300, "")]
    assert set(world.completion_days("sum", ref=None)) == {"2025-01-04"}
    assert world.differences() == []


def test_forty_events_in_any_order_and_number_come_to_the_same():
    load(
        task("streak", "streak", target=3),
        task("weekly", "weekly", target=2, reward={"growth": 40}),
        task("sum", "cumulative", sum_of="n", target=50, distinct_by="bill"),
        levels=levels("to_earned", 5, window=30),
        segments=[segment("busy", {"event": "a.done", "times": {"min": 30}})],
    )
    random = Random(40)
    told = set()
    days = [random.randint(0, 25) for _ in range(40)]
    for number in range(12):
        events = [
            event(
                who=f"c{number}",
                when=world.days_ago(day),
                event_id=f"{number}-{index}",
                data={"n": index, "bill": index // 2},
            )
            for index, day in enumerate(days)
        ]
        events += [reversal(events[index]) for index in (3, 17, 39)]
        deliveries = events + random.choices(events, k=random.randint(0, 80))
        random.shuffle(deliveries)
        while deliveries:
            size = random.choice([1, 3, 30])
            batch, deliveries = deliveries[:size], deliveries[size:]
            take(*batch, settle=random.random() < 0.7)
        world.settle_all()
        told.add((balance(f"c{number}"), world.level(f"c{number}")))
        assert f"c{number}" in world.members("busy")
    assert len(told) == 1
    assert world.differences() == []
