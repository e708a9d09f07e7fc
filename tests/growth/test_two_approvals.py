"""Many points are given or taken by hand only where two others agree."""

from itertools import count

import pytest
from django.db import IntegrityError, transaction
from wagtail.models import ModelLogEntry

from growth import adjustments, changes, jobs
from growth.admin.groups import setup_groups
from growth.errors import AlreadyDecided, ApprovedAlready, ContentChanged, NotAllowed, SamePerson
from growth.models import ChangeRequest, Wallet
from tests.growth import world
from tests.growth.test_changes import by_sql, person
from tests.growth.world import refused
from tests.races.test_growth_races import at_once

LIMIT = 100_000
_numbers = count(1)


@pytest.fixture
def bank(db, settings):
    settings.TWO_APPROVALS_ABOVE_POINTS = LIMIT
    ready()


def ready():
    Wallet.objects.get_or_create(customer=None)
    setup_groups()
    for ref in ("ada", "ben"):
        world.enrolled(ref)


def reviewer(name):
    return person(name, "Reviewers")


def adjust(points, maker=None):
    funding = {"cost_centre": "CC-1", "points_expire": {}}
    return changes.propose(
        kind=adjustments.ADJUSTMENT,
        subject="ada",
        payload={"customer": "ada", "points": points} | funding,
        reason="a mistake of ours",
        maker=maker or person(f"maker-{next(_numbers)}", "Support"),
    )


def give(*points):
    lines = [adjustments.Given(ref, n) for ref, n in zip(("ada", "ben"), points, strict=False)]
    payload = adjustments.bulk_payload(
        adjustments.Upload(lines), file="gifts.csv", cost_centre="CC-1", points_expire={}
    )
    return changes.propose(
        kind=adjustments.BULK_GRANT,
        subject="gifts.csv",
        payload=payload,
        reason="a feast",
        maker=person(f"maker-{next(_numbers)}", "Campaign"),
    )


def approve(change, checker):
    return changes.approve(change_id=change.pk, checker=checker, comment=f"{checker} agrees").state


def test_a_sum_that_is_split_needs_two_others_all_the_same(bank):
    """What one person asks for within a day is added up; what was refused is not."""
    one, half = person("splitter", "Support"), LIMIT // 2
    assert adjust(half, one).approvals_needed == 1
    assert adjust(half - 1, one).approvals_needed == 1
    refused_one = adjust(-2, one)
    assert refused_one.approvals_needed == 2
    assert adjust(half, one) == ChangeRequest.objects.earliest("pk")  # a replay, added up or not
    assert adjust(-2, one) == refused_one
    assert adjust(half).approvals_needed == 1  # somebody else's
    changes.reject(change_id=refused_one.pk, checker=reviewer("rita"), comment="no")
    assert adjust(1, one).approvals_needed == 1
    by_sql("UPDATE growth_changerequest SET asked_at = asked_at - interval '1 day'")
    assert adjust(LIMIT, one).approvals_needed == 1


@pytest.mark.parametrize(
    ("ask", "needed"),
    [
        (lambda: adjust(LIMIT), 1),
        (lambda: adjust(LIMIT + 1), 2),
        (lambda: adjust(-LIMIT), 1),
        (lambda: adjust(-LIMIT - 1), 2),
        (lambda: give(LIMIT - 1, 1), 1),
        (lambda: give(LIMIT, 1), 2),  # all lines together
    ],
)
def test_more_than_so_many_points_need_two_others(bank, ask, needed):
    world.earn("ada", 2 * LIMIT)
    change = ask()
    assert change.approvals_needed == needed

    for n in range(needed):
        jobs.apply_changes()
        assert world.balance() == 2 * LIMIT
        approve(change, reviewer(f"lee-{n}"))
    jobs.apply_changes()

    assert ChangeRequest.objects.get(pk=change.pk).state == "applied"
    assert world.balance() != 2 * LIMIT


def test_nothing_happens_before_two_others_agree(bank):
    change, lee, ann = adjust(LIMIT + 1), reviewer("lee"), reviewer("ann")

    assert approve(change, lee) == "waiting"
    jobs.apply_changes()
    for checker, refusal in ((lee, ApprovedAlready), (change.maker, SamePerson)):
        with pytest.raises(refusal):
            approve(change, checker)
    with pytest.raises(NotAllowed):
        approve(change, person("sam", "Campaign"))
    assert world.balance() == 0
    assert change not in changes.waiting_for(lee)
    assert change in changes.waiting_for(ann)

    assert approve(change, ann) == "applied"
    assert world.balance() == LIMIT + 1
    with refused(AlreadyDecided):
        approve(change, reviewer("max"))
    entries = ModelLogEntry.objects.filter(object_id=str(change.pk)).order_by("pk")
    told = entries.values_list("action", "user__username")
    assert [(action.removeprefix("growth.change_"), who) for action, who in told] == [
        ("asked", change.maker.username),
        ("half_approved", "lee"),
        ("refused", "lee"),
        ("refused", change.maker.username),
        ("refused", "sam"),
        ("approved", "ann"),
        ("applied", "ann"),
    ]


def test_who_agreed_first_may_still_say_no(bank):
    change, lee = adjust(LIMIT + 1), reviewer("lee")
    approve(change, lee)
    changes.reject(change_id=change.pk, checker=lee, comment="I was wrong")
    with refused(AlreadyDecided):
        approve(change, reviewer("ann"))
    assert world.balance() == 0


def test_a_first_approval_goes_with_the_right_to_give_it(bank):
    change, lee, ann = adjust(LIMIT + 1), reviewer("lee"), reviewer("ann")
    approve(change, lee)
    lee.groups.clear()

    assert approve(change, ann) == "waiting"
    assert world.balance() == 0
    assert approve(change, reviewer("max")) == "applied"
    row = ChangeRequest.objects.get(pk=change.pk)
    assert (row.first_checker, row.checker.username) == (ann, "max")
    assert world.differences() == []


def test_the_database_knows_three_people(bank):
    change, lee, ann = adjust(LIMIT + 1), reviewer("lee"), reviewer("ann")
    row = ChangeRequest.objects.filter(pk=change.pk)
    for facts in (
        {"first_checker": change.maker},
        {"state": "applied", "checker": lee},
        {"state": "approved", "checker": lee, "first_checker": lee},
        {"state": "applied", "checker": change.maker, "first_checker": lee},
        {"state": "failed", "checker": lee},
        {"state": "applied", "first_checker": lee},
    ):
        with refused(IntegrityError):
            row.update(**facts)
    with pytest.raises(Exception, match="never changed"), transaction.atomic():
        row.update(approvals_needed=1)
    row.update(state="applied", checker=lee, first_checker=ann)


def test_that_it_needs_two_is_part_of_what_was_asked_for(bank):
    change = adjust(LIMIT + 1)
    by_sql("UPDATE growth_changerequest SET approvals_needed = 1")
    with pytest.raises(ContentChanged):
        approve(change, reviewer("lee"))
    assert world.balance() == 0


def test_eight_approvals_at_once_are_those_of_two_people(real_commits, settings):
    settings.TWO_APPROVALS_ABOVE_POINTS = LIMIT
    ready()
    # Emptied tables have no groups to give rights with; superusers need each other just the same.
    change = adjust(LIMIT + 1, maker=person("kim", is_superuser=True))
    people = [person(f"lee-{n}", is_superuser=True) for n in range(8)]

    alone = at_once([lambda: approve(change, people[0])] * 8)
    assert alone == {"waiting": 1, "approved_already": 7}
    assert world.balance() == 0

    others = at_once([lambda one=one: approve(change, one) for one in people[1:]])
    assert others == {"applied": 1, "already_decided": 6}
    assert world.balance() == LIMIT + 1
    assert ChangeRequest.objects.get().approvals == 2
