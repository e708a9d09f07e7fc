"""Points given by a file: each line once, whatever happens on the way."""

import io

import pytest
from django.contrib.auth import get_user_model

from growth import adjustments, bankday, changes, jobs, registry
from growth.errors import ExpiryOver, InsufficientPoints
from growth.models import ChangeRequest, PointsTransfer
from tests.growth import world

pytestmark = pytest.mark.usefixtures("programme")


def read(text):
    return adjustments.read_lines(io.BytesIO(text if isinstance(text, bytes) else text.encode()))


def payload(text, **facts):
    made = adjustments.bulk_payload(
        read(text), file="f.csv", cost_centre="CC", points_expire={"after_days": 30}
    )
    return made | facts


def person(name):
    return get_user_model().objects.create_user(name, is_superuser=True)


def approved(content, kind=adjustments.BULK_GRANT):
    """A request that somebody asked for and somebody else approved."""
    number = ChangeRequest.objects.count()
    change = changes.propose(
        kind=kind, subject="s", payload=content, reason="r", maker=person(f"kim{number}")
    )
    return changes.approve(change_id=change.pk, checker=person(f"lee{number}"))


def outcome(change):
    change.refresh_from_db()
    return change.state, change.outcome


def lines(number):
    return "customer_id,points\n" + "".join(f"c{n},10\n" for n in range(number))


def test_a_file_gives_each_line_once_however_often_it_comes():
    for n in range(5):
        world.enrolled(f"c{n}")
    first = approved(payload(lines(6)))
    assert world.balance("c0") == 0

    jobs.apply_changes()
    again = approved(payload(lines(6)))
    jobs.apply_changes()

    state, told = outcome(first)
    assert state == "applied"
    assert (told["given"], told["points"], told["unknown"]) == (5, 50, 1)
    state, told = outcome(again)
    assert (state, told["given"], told["given_before"]) == ("applied", 0, 5)
    assert [world.balance(f"c{n}") for n in range(5)] == [10] * 5
    lot = world.customer("c0").lots.get()
    assert (lot.cost_centre, lot.expires_on) == ("CC", world.days_ago(-30))
    assert world.differences() == []


def test_two_lines_for_one_customer_are_two_gifts():
    world.enrolled("ada")
    approved(payload("customer_id,points,reason\nada,5,one\nada,5,two\nada,5,two\n"))

    jobs.apply_changes()

    assert world.balance("ada") == 15


class Crash(BaseException):
    """The worker dies."""


def test_a_job_that_dies_goes_on_where_it_was(monkeypatch):
    for n in range(7):
        world.enrolled(f"c{n}")
    monkeypatch.setattr(adjustments, "BATCH", 3)
    change = approved(payload(lines(7)))
    grant_many = adjustments.ledger.grant_many

    def dying(**facts):
        grant_many(**facts)
        if PointsTransfer.objects.count() > 3:
            raise Crash

    with monkeypatch.context() as patch, pytest.raises(Crash):
        patch.setattr(adjustments.ledger, "grant_many", dying)
        jobs.apply_changes()
    assert outcome(change)[0] == "approved"
    assert PointsTransfer.objects.count() == 3
    jobs.apply_changes()

    assert outcome(change)[0] == "applied"
    assert outcome(change)[1]["given"] == 7
    assert [world.balance(f"c{n}") for n in range(7)] == [10] * 7


def test_without_keys_of_the_lines_a_file_would_give_twice(monkeypatch):
    """The planted bug: keys follow from the request instead of from the file."""
    world.enrolled("c0")
    contents = [payload(lines(1), mark=f"request-{n}") for n in range(2)]
    for content in contents:
        approved(content)

    jobs.apply_changes()

    assert world.balance("c0") == 20


def test_a_hundred_thousand_lines_are_read_and_one_more_is_not():
    assert len(read(lines(100_000)).lines) == 100_000
    assert [code for _line, code in read(lines(100_001)).faults] == ["too_many"]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("", [(1, "header")]),
        ("customer_id\nada\n", [(1, "header")]),
        ("customer_id,points,iban\nada,1,x\n", [(1, "header")]),
        ("customer_id,points,points\nada,1,1\n", [(1, "header")]),
        ("customer_id,points\n", [(1, "empty")]),
        ("customer_id,points\nada,1\n\nben,0\n", [(4, "points")]),
        ("points,customer_id\n1,ada\n-1,ben\n1.5,cy\n１,di\n99999999999999,ed\n",
         [(3, "points"), (4, "points"), (5, "points"), (6, "points")]),
        ("customer_id,points\na,10000001\nb,0000000000059999999999\nc,000\n" + "d," + "9" * 5000,
         [(2, "points"), (3, "points"), (4, "points"), (5, "points")]),
        ("customer_id,points\nada\n", [(2, "columns")]),
        ("customer_id,points\n ,1\n" + "x" * 129 + ",1\n", [(2, "customer"), (3, "customer")]),
        (b"customer_id,points\nada,1\n\xff,1\n", [(2, "encoding")]),
        ('customer_id,points\n"ada,1\n', [(2, "columns")]),
    ],
)  # fmt: skip
def test_faults_are_named_by_their_line(text, faults):
    found = read(text).faults

    assert [code for _line, code in found] == [code for _line, code in faults]
    if faults[0][1] != "encoding":  # the file is read in blocks: the line is only about right
        assert found == faults


def test_zeros_before_a_number_say_nothing():
    found = read("customer_id,points\nada,000000000000000010000000\nben,007\n")

    assert [line.points for line in found.lines] == [10_000_000, 7]


def test_of_many_faults_a_hundred_are_named():
    upload = read("customer_id,points\n" + "x,y\n" * 150)

    assert (len(upload.faults), upload.more_faults) == (100, 50)


def test_what_a_file_would_do_is_said_without_doing_it():
    world.enrolled("c0")
    world.enrolled("c1")
    content = payload(lines(3))

    run = adjustments.dry_run(content)

    assert (run.lines, run.customers, run.points, run.unknown) == (2, 2, 20, 1)
    assert run.unknown_sample == ["c2"]
    assert PointsTransfer.objects.count() == 0


def adjustment(points):
    return {"customer": "ada", "points": points, "cost_centre": "CC", "points_expire": {}}


def test_points_that_are_not_there_cannot_be_taken():
    world.enrolled("ada")
    world.earn("ada", 30)

    change = approved(adjustment(-31), adjustments.ADJUSTMENT)

    assert change.state == "failed"
    assert change.outcome["error"] == InsufficientPoints().detail
    assert world.balance("ada") == 30


def test_points_are_given_and_taken_as_asked():
    world.enrolled("ada")

    approved(adjustment(50), adjustments.ADJUSTMENT)
    approved(adjustment(-20), adjustments.ADJUSTMENT)

    assert world.balance("ada") == 30
    kinds = PointsTransfer.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["grant", "deduct"]


@pytest.mark.parametrize("kind", [adjustments.ADJUSTMENT, adjustments.BULK_GRANT])
@pytest.mark.parametrize(("days", "state"), [(4, "applied"), (5, "failed"), (9, "failed")])
def test_points_are_not_given_for_a_day_when_their_day_has_come(monkeypatch, kind, days, state):
    world.enrolled("c0")
    expiry = {"points_expire": {"on": str(world.days_ago(-5))}}
    content = payload(lines(1)) if kind == adjustments.BULK_GRANT else adjustment(10)
    later = world.days_ago(-days)
    change = changes.propose(
        kind=kind, subject="s", payload=content | expiry | {"customer": "c0"}, reason="r",
        maker=person("kim"),
    )  # fmt: skip

    with monkeypatch.context() as patch:
        patch.setattr(bankday, "today", lambda: later)
        told = registry.change_kinds[kind].describe(change.payload).warnings
        changes.approve(change_id=change.pk, checker=person("lee"))
        jobs.apply_changes()

    assert outcome(change)[0] == state
    assert world.balance("c0") == (10 if state == "applied" else 0)
    assert told == ([] if state == "applied" else [ExpiryOver().detail])
    if state == "failed":
        assert change.outcome["error"] == ExpiryOver().detail


def test_nobody_is_asked_for_points_whose_day_has_come():
    world.enrolled("ada")
    over = adjustment(10) | {"points_expire": {"on": str(world.days_ago(0))}}
    with world.refused(ExpiryOver):
        changes.propose(
            kind=adjustments.ADJUSTMENT, subject="s", payload=over, reason="r", maker=person("kim")
        )
