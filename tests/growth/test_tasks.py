"""What completes a task: kinds and their edges, conditions, what they require, audiences."""

import pytest

from growth import jobs
from growth.customers import describe, describe_all
from tests.growth import world
from tests.growth.world import (  # fmt: skip
    balance,
    completion_days,
    completions,
    event,
    load,
    reversal,
    take,
    task,
)
from tests.growth.world import take_one_by_one as deliver

pytestmark = pytest.mark.usefixtures("programme")


def done(*whens: str, **facts) -> list[dict]:
    return [event(when=when, **facts) for when in whens]


def test_once_is_once_in_a_life():
    load(task(target=2))
    deliver(*done("2020-01-01", "2024-02-29", "2025-01-01", "2025-01-02"))
    assert completion_days() == ["2024-02-29"]


@pytest.mark.parametrize(
    ("kind", "whens", "days"),
    [
        # A day ends with its last microsecond in the bank's time zone, whatever zone is sent.
        ("daily", ["2024-02-28T23:59:59.999999", "2024-02-29T00:00:00"], ["28", "29"]),
        ("daily", ["2024-02-28T16:00:00+00:00", "2024-02-29T15:59:59.999999+00:00"], ["29"]),
        ("daily", ["2024-02-29T00:00:00", "2024-02-29T23:59:59.999999"], ["29"]),
        ("weekly", ["2024-02-25T23:59:59.999999", "2024-02-26T00:00:00"], ["25", "26"]),
        ("weekly", ["2024-02-26T00:00:00", "2024-03-03T23:59:59.999999"], ["26"]),
        ("weekly", ["2024-12-30T00:00:00", "2025-01-05T00:00:00"], ["30"]),
        ("monthly", ["2024-02-29T23:59:59.999999", "2024-03-01T00:00:00"], ["29", "01"]),
        ("monthly", ["2024-02-01T00:00:00", "2024-02-29T23:59:59.999999"], ["01"]),
        ("monthly", ["2023-12-31T23:59:59.999999", "2024-01-01T00:00:00"], ["31", "01"]),
        ("monthly", ["2023-02-15", "2024-02-15"], ["15", "15"]),
    ],
)
def test_a_period_is_of_the_bank_s_days(kind, whens, days):
    load(task(kind=kind))
    for way in (whens, whens[::-1]):
        who = f"{len(way)}{way[0]}"
        deliver(*done(*way, who=who))
        assert [day[-2:] for day in completion_days(ref=who)] == days


def test_a_period_completes_once_with_the_event_that_meets_the_target():
    load(task(kind="monthly", target=2))
    deliver(*done("2025-01-31", "2025-02-01", "2025-02-02", "2025-02-03", "2025-03-01"))
    assert completion_days() == ["2025-02-02"]


@pytest.mark.parametrize(
    "whens",
    [
        ["2024-02-28", "2024-02-29", "2024-03-01"],
        ["2023-12-31T23:59:59.999999", "2024-01-01T00:00:00", "2024-01-02"],
        ["2025-01-01", "2025-01-01T23:00:00", "2025-01-02", "2025-01-03T00:00:00"],
    ],
)
def test_a_streak_is_of_days_in_a_row(whens):
    load(task(kind="streak", target=3))
    deliver(*done(*whens))
    assert completion_days() == [whens[-1][:10]]


def test_a_day_left_out_ends_a_streak():
    load(task(kind="streak", target=2))
    deliver(*done("2023-02-27", "2023-03-01", "2025-01-30", "2025-02-01"))
    assert completions() == 0


@pytest.mark.parametrize("length", range(1, 8))
def test_a_late_event_that_joins_two_runs_is_judged_as_if_in_time(length):
    """A run of L days is worth floor(L / 3), and taking the day out splits it again."""
    load(task(kind="streak", target=3))
    late, *others = done(*(f"2025-01-{day:02}" for day in (3, *range(1, 3), *range(4, length + 3))))
    deliver(*others)
    assert completions() == (length - 1) // 3

    take(late)
    assert completions() == (length + 2) // 3
    assert balance() == 10 * completions()

    take(reversal(late))
    assert completions() == (length - 1) // 3
    assert balance() == 10 * completions()


@pytest.mark.parametrize(
    ("amounts", "target", "expected"),
    [
        ([0.1] * 10, 1, 1),
        (["0.1"] * 10, 1, 1),
        ([99.99, "0.01"], 100, 1),
        ([250], 100, 2),
        ([150, 149, 1], 100, 3),
        ([100, -50, 50, 99], 100, 1),
        ([100, -100, 100, 100], 100, 2),
        (["+5", "-5.0", 1e3, "1e3", "١٢", True, None, [5], "", " 5"], 5, 200),
        ([12345678901234567890.5, 1], 10**15, 1000),
    ],
)
def test_sums_are_exact_and_what_is_no_number_adds_nothing(amounts, target, expected):
    load(task(kind="cumulative", sum_of="amount", target=target))
    deliver(*(event(data={"amount": amount}) for amount in amounts))
    assert completions() == expected


def test_one_event_brings_at_most_1000_completions():
    load(task(kind="cumulative", sum_of="amount", target=2, reward={"points": 1}))
    take(event(data={"amount": 3001}))

    told = world.figures()
    assert (told["completions"], told["refused"]) == (1000, {"implausible": 500})
    assert balance() == 1000
    deliver(event(data={"amount": 1}), event(who="bob", data={"amount": 2000}))
    assert (completions(), world.differences()) == (2001, [])


@pytest.mark.parametrize("amount", ["9" * 40, 10**39, -(10**38)])
def test_an_absurd_amount_stops_nobody(amount):
    load(task(kind="cumulative", sum_of="amount", target=1, reward={"points": 1}))
    take(event(data={"amount": amount}))
    take(event("b.done"))
    assert world.differences() == []
    assert completions() == (0 if str(amount).startswith("-") else 1000)
    assert world.figures()["refused"].get("implausible", 0) >= completions()


def test_counting_goes_on_after_each_completion():
    load(task(kind="cumulative", target=2))
    take(*done(*["2025-01-01"] * 7))
    assert completions() == 3


class TestDistinct:
    def test_equal_values_count_once_in_a_life(self):
        load(task(kind="cumulative", distinct_by="bill"))
        values = ["jan", "jan", "feb", 1, 1.0, "1", True, [1, {"a": 1}], [1.0, {"a": 1}], None]
        deliver(*(event(data={"bill": value}) for value in values), event())
        assert completions() == 6  # jan, feb, 1, "1", true, the list

    def test_a_value_counts_for_each_customer(self):
        load(task(distinct_by="bill"))
        deliver(*(event(who=who, data={"bill": "jan"}) for who in ("ada", "bob")))
        assert completions() == 2

    def test_an_event_that_fails_another_condition_uses_up_no_value(self):
        load(
            task(kind="cumulative", distinct_by="bill", where=[{"field": "amount", "min": 10}]),
            task("first", event="b.done"),
            task("after", distinct_by="bill", requires=["first"]),
        )
        deliver(
            event(data={"bill": "jan", "amount": 9}, when="2025-01-01"),
            event("b.done", when="2025-01-02"),
            event(data={"bill": "jan", "amount": 10}, when="2025-01-03"),
        )
        assert (completions(), completions("after")) == (1, 1)

    def test_when_the_event_that_counted_is_reversed_its_twin_counts(self):
        load(task(kind="cumulative", distinct_by="bill"))
        first, second = (event(data={"bill": "jan"}, when=f"2025-01-0{n}") for n in (1, 2))
        deliver(first, second, reversal(first))
        assert completion_days() == ["2025-01-02"]


class TestRequires:
    TASKS = (task("first"), task("then", "cumulative", event="b.done", requires=["first"]))

    @pytest.mark.parametrize(
        ("moment", "event_id", "counts"),
        [
            ("2025-01-02T07:59:59.999999", "z", 0),
            ("2025-01-02T08:00:00", "a", 0),  # at the same time the order is by source and id
            ("2025-01-02T08:00:00", "z", 1),
            ("2025-01-02T08:00:00.000001", "a", 1),
        ],
    )
    def test_only_what_comes_later_counts(self, moment, event_id, counts):
        load(*self.TASKS)
        events = [
            event(when="2025-01-02T08:00:00", event_id="m"),
            event("b.done", when=moment, event_id=event_id),
        ]
        deliver(*events[:: -1 if counts else 1])
        assert completions("then") == counts

    def test_one_event_does_not_complete_what_it_unlocks(self):
        load(task("first"), task("then", requires=["first"]))
        take(event())
        assert (completions("first"), completions("then")) == (1, 0)
        take(event(when="2025-02-01"))
        assert completions("then") == 1

    def test_it_may_go_on_with_what_it_has_unlocked(self):
        load(task("first", "daily"), task("then", "cumulative", requires=["first"]))
        take(*done("2025-01-01", "2025-01-02", "2025-01-03"))
        assert (completions("first"), completions("then")) == (3, 2)

    def test_what_was_refused_or_is_not_claimed_counts_as_completed(self):
        load(
            task("refused", limit={"completions": 0}),
            task("unclaimed", claim="manual"),
            task("then", event="b.done", requires=["refused", "unclaimed"]),
        )
        deliver(event(), event("b.done", when="2025-02-01"))
        assert (completions("refused"), completions("then")) == (0, 1)

    def test_when_the_first_is_reversed_the_rest_falls(self):
        load(*self.TASKS)
        first = event()
        deliver(first, event("b.done", when="2025-02-01"), reversal(first))
        assert (completions("first"), completions("then"), balance()) == (0, 0, 0)


@pytest.mark.parametrize(
    ("when", "counts"),
    [
        ("2025-01-09T23:59:59.999999", 0),
        ("2025-01-10T00:00:00", 1),
        ("2025-02-28T23:59:59.999999", 1),
        ("2025-03-01T00:00:00", 0),
        ("2025-01-09T16:00:00+00:00", 1),
    ],
)
def test_a_task_is_on_from_its_first_day_to_its_last(when, counts):
    load(task(starts="2025-01-10", ends="2025-02-28"))
    take(event(when=when))
    assert completions() == counts


@pytest.mark.parametrize(
    ("condition", "holds", "fails"),
    [
        ({"is": "gold"}, ["gold"], ["Gold", "", 5, None, ["gold"]]),
        ({"is": 5}, [5, 5.0, "5", "5.00"], ["5,0", "five", True, [5]]),
        ({"is": True}, [True], [1, "true", False]),
        ({"is_not": "gold"}, ["classic", 5, "", False], ["gold", None, ...]),
        ({"in": ["gold", 5]}, ["gold", "5.0", 5], ["5,0", None, ...]),
        ({"min": 2000}, [2000, "2000.00", 2e9], [1999.99, "2,000", "2e3", True, None, ...]),
        ({"max": "7.5"}, [7.5, "-3"], [7.51, "x", False]),
        ({"min": 1, "max": 2}, [1, "1.5", 2], [0, 3]),
        ({"exists": True}, ["", 0, False, []], [None, ...]),
    ],
)
def test_conditions_on_the_data_of_an_event(condition, holds, fails):
    load(task(where=[{"field": "x", **condition}]))
    for number, value in enumerate([*holds, *fails]):
        data = {} if value is ... else {"x": value}
        take(event(who=f"c{number}", data=data))
        assert completions() == min(number + 1, len(holds)), value


class TestAudience:
    """The segments that were known before the batch are the event's for ever."""

    def describe(self, tags: str, *refs: str) -> None:
        describe_all([describe({"customer_id": ref, "tags": tags}) for ref in refs])

    def load(self, **facts) -> None:
        load(task(segment="red", **facts), segments=[world.segment("red", {"tag": "red"})])

    def test_who_is_in_the_segment_completes_and_who_is_not_does_not(self):
        self.load()
        self.describe("red", "ada")
        deliver(event(), event(who="bob"))
        assert (balance("ada"), balance("bob")) == (10, 0)

    def test_what_changes_later_has_no_effect_even_when_all_is_judged_again(self):
        self.load(kind="cumulative")
        self.describe("red", "ada")
        deliver(event(), event(who="bob"))
        self.describe("", "ada")
        self.describe("red", "bob")
        load(segments=[world.segment("red", {"tag": "blue"})])
        jobs.rebuild_segments()

        for who in ("ada", "bob"):  # older events: all of theirs is judged again
            take(event("b.done", who=who, when="2020-01-01"))

        assert (balance("ada"), balance("bob")) == (10, 0)
        assert world.differences() == []

    def test_a_segment_that_the_batch_itself_brings_about_comes_too_late(self):
        load(
            task(segment="bound"),
            segments=[world.segment("bound", {"event": "card.bound"})],
        )
        take(event("card.bound"), event(when="2025-02-01"))
        assert (completions(), world.members("bound")) == (0, {"ada"})
        take(event(when="2025-02-02"))
        assert completions() == 1
