"""Make-up check-ins: what they repair, what they cost, and what they never bring again."""

from datetime import date, timedelta
from unittest import mock

import pytest
from django.db import transaction

from growth import awards, errors, exclusions, make_up_prices, sessions, streaks, taskboard
from growth.models import BankEvent, PointsLot, PointsTransfer, TaskCompletion, TaskProgress
from growth.queries import program_now
from tests.growth import world
from tests.growth.world import days_ago, event, task

pytestmark = pytest.mark.django_db

MAKE_UP = {"per_month": 31, "points": 20, "days_back": 7}


def streak(**facts) -> dict:
    return task("s", "streak", **{"target": 3, "make_up": MAKE_UP, **facts})


def check_in(*days: int, who: str = "ada") -> None:
    """Check in on days so many ago."""
    world.take(*(event(who=who, when=days_ago(day)) for day in days))


def make_up(day: int, code: str = "s") -> streaks.MadeUp:
    return streaks.make_up_check_in(customer_id=world.customer().pk, task=code, day=days_ago(day))


def test_a_missed_day_counts_after_all_and_its_price_is_taken_once():
    world.load(streak())
    world.earn("ada", 50)
    check_in(3, 1)
    assert world.completions("s") == 0

    done = make_up(2)
    assert done == streaks.MadeUp("s", days_ago(2), 20)
    assert world.completions("s") == 1
    assert world.completion_days("s") == [str(days_ago(1))]
    assert world.balance() == 50 - 20 + 10
    assert make_up(2) == done
    assert world.balance() == 40
    assert world.differences() == []


def test_it_ends_as_if_the_day_had_not_been_missed():
    world.load(streak())
    world.earn("ada", 20)
    check_in(6, 5, 3, 2, 1)
    assert world.completions("s") == 1  # three days in a row, the last of them yesterday
    with world.refused(errors.AlreadyRewarded):
        make_up(4)
    check_in(0)
    assert (world.completions("s"), world.balance()) == (1, 30)


@pytest.mark.parametrize(
    ("day", "refusal"),
    [
        (0, errors.DayNotMissed),  # not over
        (-1, errors.DayNotMissed),
        (1, errors.DayNotMissed),  # counts
        (5, errors.DayNotMissed),  # the streak had not begun
        (8, errors.DayTooOld),
    ],
)
def test_a_day_that_cannot_be_made_up_for_is_refused_and_nothing_taken(day, refusal):
    world.load(streak())
    world.earn("ada", 50)
    check_in(4, 3, 1)
    with world.refused(refusal):
        make_up(day)
    assert world.balance() == 50
    assert not BankEvent.objects.filter(type="checkin.made_up").exists()


def test_without_points_there_is_no_make_up():
    world.load(streak())
    world.earn("ada", 19)
    check_in(3, 1)
    with world.refused(errors.InsufficientPoints):
        make_up(2)
    assert world.balance() == 19
    assert world.completions("s") == 0


def test_what_fails_takes_nothing():
    world.load(streak())
    world.earn("ada", 20)
    check_in(3, 1)
    with mock.patch.object(awards, "post", side_effect=RuntimeError), world.refused(RuntimeError):
        make_up(2)
    assert world.balance() == 20
    assert make_up(2).points == 20


def test_so_many_a_calendar_month():
    world.load(streak(target=9, make_up=MAKE_UP | {"per_month": 1, "points": 0}))
    check_in(6, 4, 2)
    first, second = days_ago(5), days_ago(3)
    assert make_up(5).points == 0
    if first.month == second.month:
        with world.refused(errors.LimitReached):
            make_up(3)
    else:
        make_up(3)
    assert not PointsTransfer.objects.exists()


def test_a_task_without_make_ups_or_for_others_has_none():
    vip = world.segment("vip", {"tag": "vip"})
    world.load(task("plain", "streak", target=3), streak(segment="vip"), segments=[vip])
    check_in(3, 1)
    for code in ("plain", "s"):
        with world.refused(errors.GrowthError):
            make_up(2, code)
    with world.refused(errors.NotFound):
        make_up(2, "nothing")


def test_a_made_up_day_is_for_its_own_task_alone_and_needs_no_conditions():
    where = [{"field": "zone", "is": "city"}]
    world.load(
        streak(target=2, where=where),
        task("other", "streak", target=2, make_up=dict(MAKE_UP)),
    )
    world.earn("ada", 20)
    world.take(event(when=f"{days_ago(2)}T08:00:00", data={"zone": "city"}))
    make_up(1)
    assert (world.completions("s"), world.completions("other")) == (1, 0)


def test_a_bank_cannot_send_make_ups_by_another_source():
    world.load(streak())
    check_in(3, 1)
    world.take(event("checkin.made_up", when=f"{days_ago(2)}T08:00:00", data={"task": "s"}))
    assert world.completions("s") == 0


def made_up_event(who: str = "ada") -> dict:
    made = BankEvent.objects.get(type="checkin.made_up", customer__ref=who)
    return {"source": made.source, "id": made.event_id, "subject": who}


def spent() -> int:
    return world.outcome()["points"]["spent"]


class TestUndone:
    """The bank takes a make-up back: so goes what it brought, and its price comes back."""

    @pytest.fixture(autouse=True)
    def _made_up(self):
        world.load(streak())
        world.earn("ada", 20, key="first", expires=days_ago(-40))
        check_in(3, 1)
        make_up(2)
        assert (world.completions("s"), world.balance(), spent()) == (1, 10, 20)

    @pytest.mark.parametrize("settle", [True, False])
    def test_the_reward_goes_and_the_price_comes_back_once_into_its_lot(self, settle):
        undone = world.reversal(made_up_event())
        world.take(undone, settle=settle)
        world.take(undone, world.reversal(made_up_event()))
        world.settle_all()
        assert (world.completions("s"), world.balance(), spent()) == (0, 20, 0)
        lot = PointsLot.objects.get(transfer__key="first")
        assert (lot.remaining, lot.expires_on) == (20, days_ago(-40))
        back = PointsTransfer.objects.get(reason="make_up_undone")
        assert back.origin == {"task": "s", "day": days_ago(2).isoformat()}
        assert world.differences() == []

    def test_it_is_not_sold_again(self):
        world.take(world.reversal(made_up_event()))
        with world.refused(errors.MakeUpUndone):
            make_up(2)
        assert days_ago(2) not in _offered_by_the_board()
        assert world.balance() == 20

    def test_a_reversal_that_is_taken_back_takes_the_price_again(self):
        undone = world.reversal(made_up_event())
        redone = world.reversal(undone)
        for sent in (undone, redone, world.reversal(redone)):
            world.take(sent)
            counts = BankEvent.objects.get(type="checkin.made_up").counts
            assert (world.balance(), spent()) == ((10, 20) if counts else (20, 0))
            assert world.differences() == []

    def test_nobody_owes_for_a_make_up(self):
        undone = world.reversal(made_up_event())
        world.take(undone)
        world.spend("ada", 15)
        world.take(world.reversal(undone))  # 5 of the 20 are there
        assert (world.completions("s"), world.balance()) == (1, 10)
        assert world.differences() == []

    def test_check_ins_that_are_taken_back_leave_it_as_it_is(self):
        """The day still counts, and may yet help: only undoing it gives its price back."""
        last = BankEvent.objects.filter(type="a.done").latest("time")
        gone = {"source": last.source, "id": last.event_id, "subject": "ada"}
        world.take(world.reversal(gone))
        assert (world.completions("s"), world.balance(), spent()) == (0, 0, 20)
        check_in(1)
        assert (world.completions("s"), world.balance()) == (1, 10)
        assert world.differences() == []

    def test_reconcile_tells_of_a_price_that_did_not_come_back(self):
        """The planted bug: reversals leave the prices alone."""
        with mock.patch.object(make_up_prices, "follow"):
            world.take(world.reversal(made_up_event()))
        assert world.balance() == 0
        assert [line for line in world.differences() if "is undone, 20 of 20 paid" in line]


def test_what_was_reversed_before_it_was_bought_is_not_sold():
    world.load(streak())
    world.earn("ada", 20)
    check_in(3, 1)
    name = f"{world.customer().pk}:s:{days_ago(2).isoformat()}"
    world.take(world.reversal({"source": "/zones/make-up", "id": name, "subject": "ada"}))
    with world.refused(errors.MakeUpUndone):
        make_up(2)
    assert world.balance() == 20


def test_who_is_rewarded_for_nothing_is_sold_nothing():
    world.load(streak())
    world.earn("ada", 40)
    check_in(5, 3, 1)
    done = make_up(4)
    exclusions.exclude(customer_id=world.customer().pk, reason="staff")
    with world.refused(errors.Excluded):
        make_up(2)
    assert errors.Excluded.code == "excluded"
    assert make_up(4) == done  # bought before
    assert _offered_by_the_board() == ()
    assert world.balance() == 20 + 10
    exclusions.readmit(customer_id=world.customer().pk)
    assert make_up(2).points == 20


def _offered_by_the_board(who: str = "ada") -> tuple[date, ...]:
    """What the customer's page offers."""
    visitor = sessions.Visitor(world.customer(who).pk, who, frozenset(), "", 0, "", False, True)
    found = next(one.make_up for one in taskboard.tasks(visitor) if one.code == "s")
    return found.days if found else ()


def _given(who: str = "ada") -> dict[int, tuple]:
    rows = TaskCompletion.objects.filter(customer__ref=who).exclude(status="reversed")
    return {row.key: (row.event_id, row.day, row.points, row.postings) for row in rows}


@pytest.mark.parametrize("grace", [0, 1])
def test_no_make_up_touches_what_was_given(grace):
    """Over every pattern of the last days: what stood stands unmoved, and at most one is new."""
    world.load(streak(grace_days=grace, make_up=MAKE_UP | {"points": 0}, target=2))
    for pattern in range(1, 32, 2):
        who = f"c{pattern}"
        check_in(*(6 - bit for bit in range(5) if pattern >> bit & 1), who=who)
        given = _given(who)
        for day in range(5, 0, -1):
            if _accepted(who, days_ago(day), keep=True):
                now = _given(who)
                assert given.items() <= now.items()
                assert len(now) <= len(given) + 1
                given = now
    assert world.differences() == []


def test_without_closed_days_a_make_up_would_move_what_was_given():
    """The bug that closed days are there against, planted."""
    world.load(streak(make_up=MAKE_UP | {"points": 0}, target=2))
    check_in(6, 3, 2)
    before = _given()
    with world.refused(errors.AlreadyRewarded):
        make_up(4)
    with mock.patch.object(streaks, "max", lambda days: date.min, create=True):
        make_up(4)
    assert not before.items() <= _given().items()


def test_the_offer_is_what_the_verb_accepts():
    world.load(streak(make_up=MAKE_UP | {"points": 0}, target=4))
    for pattern in (0b0000001, 0b0101101, 0b1000101, 0b1110111):
        who = f"c{pattern}"
        check_in(*(7 - bit for bit in range(7) if pattern >> bit & 1), who=who)
        offered = _offered(who)
        accepted = [day for day in (days_ago(n) for n in range(1, 8)) if _accepted(who, day)]
        assert list(offered) == accepted


def _offered(who: str) -> tuple[date, ...]:
    rules, today = program_now()
    row = TaskProgress.objects.get(customer__ref=who)
    days = TaskCompletion.objects.filter(customer__ref=who).values_list("day", flat=True)
    found = streaks.offer(rules.by_task[row.task_id], row.state, max(days, default=None), today)
    return found.days if found else ()


def _accepted(who: str, day: date, *, keep: bool = False) -> bool:
    try:
        with transaction.atomic():
            streaks.make_up_check_in(customer_id=world.customer(who).pk, task="s", day=day)
            transaction.set_rollback(not keep)
    except errors.GrowthError:
        return False
    return True


def test_days_are_the_banks():
    world.load(streak(target=2))
    world.earn("ada", 20)
    check_in(2)
    make_up(1)
    made = BankEvent.objects.get(type="checkin.made_up")
    end = made.time.astimezone(world.BANK)
    assert (end.date(), end.time().isoformat()) == (days_ago(1), "23:59:59.999999")
    assert made.time + timedelta(microseconds=1) == made.time.__class__.fromisoformat(
        world.at(days_ago(0))
    )
