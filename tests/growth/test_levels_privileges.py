"""What a level brings: more points for what comes after, and benefits and badges once."""

from datetime import date
from unittest import mock

import pytest

from benefits import redemption
from benefits.models import Redemption
from growth import bankday, jobs, privileges, registry
from growth.levels import PLAIN_PERCENT
from growth.models import BadgeGrant, BankEvent
from tests.growth import world
from tests.growth.world import balance, days_ago, event, level, reversal, task

pytestmark = pytest.mark.usefixtures("programme")

TASKS = [
    task("earn", "cumulative", event="a.done"),
    task("g100", "cumulative", event="g100", reward={"growth": 100}),
]
BENEFITS = [{"code": "tea", "name": {"en": "Tea"}, "kind": "voucher", "price": 5, "stock": 99}]
BADGES = [{"code": "top", "name": {"en": "Top"}, "icon": "crown", "colour": "#336699"}]


def load(policy="to_earned", window=60, **mid):
    """Levels of which mid brings what is said."""
    row = world.levels(policy, window=window)
    row["steps"][1]["privileges"] = mid
    return world.load(*TASKS, levels=row, benefits=BENEFITS, badges=BADGES)


def gain(ago=0, who="ada"):
    found = event("g100", who, when=days_ago(ago))
    world.take(found)
    return found


def gifts(status=None):
    rows = Redemption.objects.filter(granted_by__startswith="level:")
    return rows.filter(status=status).count() if status else rows.count()


def badges():
    return BadgeGrant.objects.filter(revoked_at__isnull=True).count()


def later(days):
    day = days_ago(-days)
    with mock.patch.object(bankday, "today", lambda: day):
        jobs.regrade_levels()


def test_the_level_held_when_an_event_came_in_multiplies_its_points():
    load(points_percent=150)
    first = event(when=days_ago(3))
    world.take(first)
    gain()
    world.take(event(when=days_ago(2)))
    assert balance() == 10 + 15
    # Whatever is judged again later, each event keeps what was true when it came.
    world.take(event(when=days_ago(9)))
    assert balance() == 10 + 15 + 15
    assert sorted(BankEvent.objects.values_list("points_percent", flat=True)) == [
        100, 100, 150, 150,
    ]  # fmt: skip
    assert world.differences() == []


def test_stored_events_keep_the_multiplier_of_their_arrival():
    load(points_percent=200)
    gain()
    world.take(event(), settle=False)
    load(points_percent=300)
    world.settle_all()
    assert balance() == 20


def test_a_level_gives_its_benefit_and_its_badge_once():
    """Lost by age and reached again, and the same for whoever jumps over it."""
    load(benefits=["tea"], badge="top")
    gain(ago=50)
    assert (level(), gifts(), badges()) == ("mid", 1, 1)
    later(11)
    assert (level(), gifts("issued"), badges()) == ("low", 1, 1)
    gain()
    assert (level(), gifts(), badges()) == ("high", 1, 1)
    world.take(event("g100", "bob", days_ago(1)), event("g100", "bob", days_ago(1)))
    assert (level("bob"), gifts(), badges()) == ("high", 2, 2)


def test_once_holds_because_what_is_held_is_looked_at():
    """The planted bug: whoever does not look gives it again."""
    load(benefits=["tea"])
    gain(ago=50)
    later(11)
    with mock.patch.object(privileges, "_held", lambda _ids: {}):
        gain()
        assert gifts() == 1  # the key refuses it all the same
    with (
        mock.patch.object(privileges, "_held", lambda _ids: {}),
        mock.patch.object(privileges, "PREFIX", f"level:{date.today()}:"),
    ):
        gain()
    assert gifts() == 2


@pytest.mark.parametrize("policy", ["never", "one_down", "to_earned"])
def test_what_was_owed_to_reversed_growth_goes_while_it_is_unused(policy):
    load(policy, benefits=["tea"], badge="top")
    lifted = gain()
    world.take(reversal(lifted))
    assert (level(), gifts("cancelled"), badges()) == ("low", 1, 0)
    gain()
    assert (gifts("issued"), gifts(), badges()) == (1, 2, 1)


def test_what_was_used_stays_and_is_not_given_again():
    load(benefits=["tea"])
    lifted = gain()
    gift = Redemption.objects.get()
    redemption.mark_used(redemption_id=gift.pk, actor="till")
    world.take(reversal(lifted))
    gain()
    assert (gifts(), gifts("used")) == (1, 1)


def test_the_order_of_events_does_not_matter():
    load(benefits=["tea"], badge="top")
    old, new = event("g100", when=days_ago(90)), event("g100", when=days_ago(80))
    world.take(old, new)
    late = [event("g100", "bob", when=days_ago(80)), event("g100", "bob", when=days_ago(90))]
    world.take_one_by_one(*late)
    assert gifts() == badges() == 2  # reached once, long ago, by both


def test_who_holds_a_level_is_given_what_a_new_version_brings():
    load()
    gain()
    load(benefits=["tea"])
    jobs.regrade_levels()
    jobs.regrade_levels()
    assert gifts() == 1


class TestReconcile:
    """What levels have given, against what the history of levels says they brought."""

    @pytest.fixture(autouse=True)
    def _given(self, programme):
        load(benefits=["tea"], badge="top")
        gain(ago=70)  # the level was held and lost by age, what it gave stays
        gain(who="bob")
        assert (level(), level("bob")) == ("low", "mid")
        self.key = f"level:{world.customer('bob').pk}:mid:%s:1"
        assert (gifts(), badges(), world.differences()) == (2, 2, [])

    def test_all_that_happens_by_itself_agrees(self):
        lifted = gain(who="cyd")
        world.take(reversal(lifted))
        assert world.differences() == []
        gain(who="cyd")
        load(benefits=[])
        assert gifts("issued") == badges() == 3
        jobs.regrade_levels()
        assert world.differences() == []

    def test_what_was_used_is_not_missed_when_its_cause_goes(self):
        lifted = gain(who="cyd")
        gift = Redemption.objects.get(customer__ref="cyd")
        redemption.mark_used(redemption_id=gift.pk, actor="till")
        world.take(reversal(lifted))
        assert world.differences() == []

    def test_what_was_never_given_is_told(self):
        """The planted bug: levels are kept, but bring nothing."""
        with mock.patch.object(privileges, "settle"):
            gain(who="cyd")
        pk = world.customer("cyd").pk
        assert world.differences() == [
            f"customer {pk}: badge top of level mid was never given, or taken back",
            f"customer {pk}: benefit tea of level mid was never given, or taken back",
        ]

    def test_what_was_given_twice_is_told(self):
        """Under another key, which no constraint refuses."""
        again = self.key.replace(":1", ":2") % "tea"
        redemption.grant(customer_id=world.customer("bob").pk, benefit_code="tea", key=again)
        assert ["tea of level mid was given 2 times" in line for line in world.differences()] == [
            True
        ]

    def test_what_is_held_without_a_cause_is_told(self):
        """The planted bug: nothing is taken back with the growth value that it was owed to."""
        lifted = gain(who="cyd")
        with mock.patch.dict(registry.reward_reversers, {"badge": mock.Mock()}):
            world.take(reversal(lifted))
        assert ["badge top of level mid is held" in line for line in world.differences()] == [True]


def test_no_program_without_privileges_pays_for_them(django_assert_max_num_queries):
    load()
    gain()
    with mock.patch.object(privileges, "_held") as looked:
        gain()
    assert not looked.called
    assert PLAIN_PERCENT == 100


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"points_percent": 501}, "points_percent"),
        ({"points_percent": 90}, "points_percent"),
        ({"benefits": ["none"]}, "benefits[0]"),
        ({"benefits": ["tea", "tea"]}, "benefits[1]"),
        ({"badge": "none"}, "badge"),
        ({"gold": 1}, "gold"),
    ],
)
def test_faulty_privileges_are_named_with_their_place(given, path):
    from growth.errors import ProgramFaults

    with pytest.raises(ProgramFaults) as refusal:
        load(**given)
    assert [place for place, _text in refusal.value.faults] == [
        f"levels.steps[1].privileges.{path}"
    ]


def test_privileges_stay_where_a_file_does_not_name_them():
    load(points_percent=150, benefits=["tea"], badge="top")
    assert load_again() == []
    from growth import program

    steps = program.dump()["levels"]["steps"]
    assert steps[1]["privileges"] == {
        "points_percent": 150, "benefits": ["tea"], "badge": "top",
    }  # fmt: skip
    assert program.load(program.dump()).lines == []


def load_again():
    return world.load(levels=world.levels("to_earned", window=60)).lines
