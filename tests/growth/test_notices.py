"""Notices come 30, 7 and 1 days before, once each, and only while what they say is true."""

from datetime import timedelta
from unittest import mock

import pytest

from growth import bankday, jobs, levels, notices, queries
from growth.levels import standing as level_standing
from growth.models import Notice
from growth.sessions import Visitor
from tests.growth import world
from tests.growth.world import days_ago, event, task

pytestmark = pytest.mark.usefixtures("programme")

TASKS = [task("g200", "cumulative", event="g200", reward={"growth": 200})]


def on_day(days):
    """It is so many days from today, for jobs and for reading."""
    day, rules = days_ago(-days), queries.program_now()[0]
    now = mock.Mock(return_value=(rules, day))
    return (
        mock.patch.object(bankday, "today", lambda: day),
        mock.patch.object(queries, "program_now", now),
        mock.patch.object(level_standing, "program_now", now),
    )


def visitor(ref="ada"):
    person = world.customer(ref)
    codes = levels.schemes()[0].codes if levels.schemes() else ("",)
    rank = codes.index(person.level) if person.level else 0
    return Visitor(person.pk, ref, frozenset(), codes[rank], rank, "", False, True)


def told(days):
    """What is read on a day on which the job has run."""
    today, now, also = on_day(days)
    with today, now, also:
        jobs.make_notices()
        return [(one.kind, one.days) for one in notices.of(visitor())]


def keys(kind):
    return Notice.objects.filter(kind=kind).count()


def test_a_drop_is_told_thirty_seven_and_one_days_before():
    world.load(*TASKS, levels=world.levels("one_down", 0, window=60))
    world.take(event("g200", when=days_ago(0)))  # falls in 60 days
    made = {days: (told(days), keys("level_drop")) for days in (0, 29, 30, 31, 53, 58, 59)}
    assert made[0] == made[29] == ([], 0)
    assert made[30] == ([("level_drop", 29)], 1)
    assert made[31] == ([("level_drop", 28)], 1)  # once, however often the job runs
    assert made[53] == ([("level_drop", 6)], 2)
    assert made[58] == ([("level_drop", 1)], 2)
    assert made[59] == ([("level_drop", 0)], 3)


def test_who_has_kept_the_level_is_told_nothing():
    world.load(*TASKS, levels=world.levels("one_down", 0, window=60))
    world.take(event("g200", when=days_ago(40)))
    assert told(0) == [("level_drop", 19)]
    world.take(event("g200", when=days_ago(0)))
    assert told(0) == []


def test_levels_that_never_drop_are_not_even_looked_at():
    world.load(*TASKS, levels=world.levels("never", 0, window=60))
    world.take(event("g200", when=days_ago(40)))
    with mock.patch.object(levels, "earned_by_day") as read:
        assert notices.make_level_drops(bankday.today()) == 0
    assert not read.called


def test_points_that_expire_are_told_in_time_and_not_once_spent():
    world.load(*TASKS)
    world.earn("ada", 70, expires=days_ago(-20))
    world.earn("ada", 30, expires=days_ago(-20))
    world.earn("ada", 5, expires=days_ago(-5))
    world.earn("ada", 9, expires=days_ago(-31))
    assert told(0) == [("points_expiring", 4)]  # the most urgent of its kind
    assert keys("points_expiring") == 2
    assert notices.of(visitor())[0].title.startswith("5 points are good until")
    world.spend("ada", 5)
    assert told(0) == [("points_expiring", 19)]
    assert notices.of(visitor())[0].title.startswith("100 points")


def test_who_loses_points_every_day_is_told_of_the_level_on_each_of_its_days():
    """The planted bug: of three notices a day about points the newest fifty, and no others."""
    world.load(*TASKS, levels=world.levels("one_down", 0, window=60))
    world.take(event("g200", when=days_ago(0)))  # falls in 60 days
    for day in range(1, 91):
        world.earn("ada", day, expires=days_ago(-day))
    for day in range(60):
        expected = [("points_expiring", 0)] + [("level_drop", 59 - day)] * (day >= 30)
        assert sorted(told(day)) == sorted(expected), day
        assert keys("points_expiring") <= 3 * 6  # as often as weeks have stages
        past = Notice.objects.filter(facts__on__lt=days_ago(-day).isoformat())
        assert not past.exists()
    assert Notice.objects.filter(made_at__isnull=False).count() < 20


def test_a_notice_of_a_week_names_what_is_next_in_it():
    world.load(*TASKS)
    monday = days_ago(bankday.today().weekday() - 14)
    for day, points in ((0, 10), (2, 20), (6, 40)):
        world.earn("ada", points, expires=monday + timedelta(days=day))
    start = (monday - bankday.today()).days
    titles = []
    for day in (-1, 0, 1, 2, 5, 6):
        now = told(start + day)
        today, rules, also = on_day(start + day)
        with today, rules, also:
            titles += [(one.title.split()[0], one.days) for one in notices.of(visitor())]
        assert len(now) <= 1
    assert titles == [("10", 0), ("20", 1), ("20", 0), ("40", 3), ("40", 0)]
    assert Notice.objects.count() == 0  # its week is over


def test_seen_is_noted_for_ones_own_only():
    world.load(*TASKS)
    world.earn("ada", 5, expires=days_ago(-5))
    world.earn("bob", 5, expires=days_ago(-5))
    jobs.make_notices()
    ids = list(Notice.objects.values_list("pk", flat=True))
    assert notices.mark_seen(customer_id=world.customer().pk, ids=ids) == 1
    assert notices.mark_seen(customer_id=world.customer().pk, ids=ids) == 0
    assert [one.seen for one in notices.of(visitor())] == [True]
    assert [one.seen for one in notices.of(visitor("bob"))] == [False]


def test_a_planned_version_that_asks_for_more_is_told_in_time():
    world.load(*TASKS, levels=world.levels("to_earned"))
    world.take(event("g200", when=days_ago(3)))
    row = world.levels("to_earned", low=0, mid=100, high=500)
    world.load(levels=row | {"effective_on": bankday.today() + timedelta(days=5)})
    assert told(0) == [("level_drop", 4)]
    assert notices.of(visitor())[0].text.startswith("Earn 300 more growth value")
