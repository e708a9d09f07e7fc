"""Points as a liability: every figure can be told from the ledger, for any day of the past."""

import random
from collections import Counter
from datetime import date, timedelta

import pytest

from growth import ledger, liability
from growth.ledger import Earning
from growth.liability import days as liability_days
from growth.models import Customer, LiabilityFlow, LiabilityStanding, PointsLot, PointsTransfer
from tests.growth import world

pytestmark = pytest.mark.usefixtures("programme")

TODAY = date(2026, 5, 20)


def give(ref, points, day, *, centre="", expires=None, key="", grant=False):
    """Points of a cost centre, earned (or granted) on a day; returns their key."""
    key = key or f"{ref}-{day}-{points}-{centre}"
    earning = Earning(world.enrolled(ref), points, key, "test", {}, expires, centre)
    if grant:
        ledger.grant_many(earnings=[earning], today=day)
    else:
        ledger.post_earnings([earning], today=day)
    return key


def take_back(key, points, day):
    ledger.lock_customers([PointsTransfer.objects.get(key=key).customer_id])
    ledger.take_back(
        earning_key=key, points=points, key=f"{key}:back:{day}", reason="test", today=day
    )


def story():
    """Two cost centres, all that can happen to points, from January to April 2026."""
    lent = give("ada", 100, date(2026, 1, 5), centre="cards", expires=date(2026, 3, 1))
    give("ada", 50, date(2026, 1, 20))
    give("bob", 80, date(2026, 2, 3), centre="cards", expires=date(2027, 2, 1), grant=True)
    bought = world.spend("ada", 30, today=date(2026, 2, 10))  # of cards: it expires first
    world.refund(bought, today=date(2026, 2, 20))
    world.spend("ada", 120, today=date(2026, 2, 25))  # 100 of cards, 20 of the programme
    take_back(lent, 100, date(2026, 2, 26))  # all spent: written off, nothing moves
    take_back(give("bob", 10, date(2026, 3, 2)), 10, date(2026, 3, 3))
    give("bob", 7, date(2026, 3, 5), centre="cards", expires=date(2026, 4, 1))
    ledger.expire_lots(customer_id=world.customer("bob").pk, today=date(2026, 4, 1))
    ledger.deduct(
        customer_id=world.customer("bob").pk,
        points=5,
        key="deducted",
        reason="test",
        origin={},
        today=date(2026, 4, 2),
    )


def told(rows):
    """Rows as (month, cost centre, opening, issued, spent, expired, reversed, closing)."""
    return [
        (row.start.month, row.cost_centre, row.opening, row.issued, row.spent, row.expired,
         row.reversed, row.closing)
        for row in rows
    ]  # fmt: skip


STORY = [
    (1, "", 0, 50, 0, 0, 0, 50),
    (1, "cards", 0, 100, 0, 0, 0, 100),
    (2, "", 50, 0, 20, 0, 0, 30),
    (2, "cards", 100, 80, 100, 0, 0, 80),
    (3, "", 30, 10, 0, 0, 10, 30),
    (3, "cards", 80, 7, 0, 0, 0, 87),
    (4, "", 30, 0, 0, 0, 0, 30),
    (4, "cards", 87, 0, 0, 7, 5, 75),
    (5, "", 30, 0, 0, 0, 0, 30),
    (5, "cards", 75, 0, 0, 0, 0, 75),
]


def test_each_month_opens_where_the_last_one_closed_and_says_what_happened_between():
    story()

    assert told(liability.months(until=TODAY)) == STORY
    assert told(liability.months(until=TODAY, cost_centre="cards")) == STORY[1::2]
    assert [row.closing for row in liability.totals(liability.months(until=TODAY))] == [
        150, 110, 117, 105, 105,
    ]  # fmt: skip
    assert not world.differences()


def test_what_was_outstanding_on_a_day_is_told_by_cost_centre_and_expiry_month():
    story()

    assert liability.standing(date(2026, 1, 31)) == [
        ("", None, 50),
        ("cards", date(2026, 3, 1), 100),
    ]
    assert liability.standing(date(2026, 2, 10)) == [
        ("", None, 50),
        ("cards", date(2026, 3, 1), 70),
        ("cards", date(2027, 2, 1), 80),
    ]
    assert liability.standing(TODAY) == [("", None, 30), ("cards", date(2027, 2, 1), 75)]


def test_closing_days_changes_no_figure_and_is_done_once():
    story()
    ends = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]
    newest = TODAY - timedelta(days=2)
    before = {day: liability.standing(day) for day in (*ends, newest)}

    assert (
        liability_days.close_days(today=date(2026, 3, 10))
        == (date(2026, 3, 8) - date(2026, 1, 5)).days + 1
    )
    assert liability_days.close_days(today=TODAY) == (newest - date(2026, 3, 8)).days
    assert liability_days.close_days(today=TODAY) == 0

    assert liability.kept_days() == [newest, *reversed(ends)]
    assert {day: liability.standing(day) for day in (*ends, newest)} == before
    assert told(liability.months(until=TODAY)) == STORY
    assert not world.differences()


def test_what_is_posted_after_a_closed_day_counts_at_once():
    story()
    liability_days.close_days(today=TODAY)

    give("ada", 11, TODAY)

    assert told(liability.months(until=TODAY))[-2:] == [
        (5, "", 30, 11, 0, 0, 0, 41),
        (5, "cards", 75, 0, 0, 0, 0, 75),
    ]
    assert liability.standing(TODAY) == [("", None, 41), ("cards", date(2027, 2, 1), 75)]
    assert not world.differences()


def test_a_lot_that_a_refund_revives_counts_under_its_new_expiry():
    """It was spent, its time passed and it came back, all since the newest closed day."""
    closed = TODAY - timedelta(days=2)
    give("ada", 100, date(2026, 1, 5), expires=TODAY)
    liability_days.close_days(today=TODAY)
    bought = world.spend("ada", 100, today=closed + timedelta(days=1))
    world.refund(bought, today=TODAY)

    assert liability.standing(closed) == [("", date(2026, 5, 1), 100)]
    assert liability.standing(TODAY) == [("", date(2026, 6, 1), 100)]


@pytest.mark.parametrize("model", [LiabilityFlow, LiabilityStanding])
def test_reconcile_names_what_was_tampered_with_and_a_rebuild_heals_it(model):
    story()
    liability_days.close_days(today=TODAY)
    model.objects.filter(cost_centre="cards").update(points=1)

    assert any("liability of" in line for line in world.differences())
    liability_days.rebuild(today=TODAY)
    assert not world.differences()
    assert told(liability.months(until=TODAY)) == STORY


def test_reconcile_finds_a_transfer_that_came_to_a_closed_day():
    story()
    liability_days.close_days(today=TODAY)

    give("ada", 9, date(2026, 4, 4), centre="cards")

    assert world.differences() == [
        "liability of 2026-04-04, cost centre cards, earn: 0 kept, 9 by the ledger"
    ]


def live(seed):
    """A random year of a few customers; returns what was outstanding, by day."""
    dice = random.Random(seed)
    refs = ["ada", "bob", "cyd"]
    bought, earned = [], []
    day = date(2025, 1, 1)
    for ref in refs:
        give(ref, 40, day, expires=day + timedelta(days=90))
    outstanding = {}
    while day < date(2025, 12, 31):
        day += timedelta(days=dice.randint(1, 9))
        for ref in refs:
            ledger.expire_lots(customer_id=world.customer(ref).pk, today=day)
        ref = dice.choice(refs)
        deed = dice.choice(["earn", "earn", "grant", "spend", "refund", "back", "deduct"])
        pk = world.customer(ref).pk
        can = ledger.available_points(customer_id=pk, today=day)
        if deed in ("earn", "grant"):
            centre = dice.choice(["", "cards", "loans"])
            ends = dice.choice([None, day + timedelta(days=dice.randint(20, 120))])
            key = give(
                ref,
                dice.randint(1, 60),
                day,
                centre=centre,
                expires=ends,
                key=f"{day}",
                grant=deed == "grant",
            )
            earned.append(key)
        elif deed == "spend" and can:
            bought.append(world.spend(ref, dice.randint(1, can), today=day))
        elif deed == "refund" and bought:
            world.refund(bought.pop(dice.randrange(len(bought))), today=day)
        elif deed == "back" and earned:
            key = earned.pop(dice.randrange(len(earned)))
            take_back(key, PointsLot.objects.get(transfer__key=key).points, day)
        elif deed == "deduct" and can:
            ledger.deduct(
                customer_id=pk, points=1, key=f"d{day}", reason="test", origin={}, today=day
            )
        outstanding[day] = sum(world.balance(ref) for ref in refs)
    return outstanding


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happened_any_day_can_be_told_and_all_sums_tie_to_the_ledger(seed):
    outstanding = live(seed)
    dice = random.Random(seed)
    liability_days.close_days(today=dice.choice(list(outstanding)))

    last = max(outstanding)
    for day in dice.sample(list(outstanding), 12) + [last]:
        assert sum(row.points for row in liability.standing(day)) == outstanding[day]
        if day > (liability.closed_through() or day):
            assert liability.standing(day) == liability.standing_from_ledger(day)
        months = liability.months(until=day)
        by_centre = Counter()
        for row in liability.standing(day):
            by_centre[row.cost_centre] += row.points
        ends = {row.cost_centre: row.closing for row in months if row.start == day.replace(day=1)}
        assert +Counter(ends) == +by_centre
    all_months = liability.totals(liability.months(until=last))
    sums = {
        name: sum(getattr(row, name) for row in all_months)
        for name in ("issued", "spent", "expired", "reversed")
    }
    assert sums | {"outstanding": all_months[-1].closing} == ledger.totals()
    lots = PointsLot.objects.values_list("customer", "remaining")
    assert all_months[-1].closing == sum(points for _, points in lots)
    assert Customer.objects.count() == 3
    assert not world.differences()


def test_planted_a_report_that_forgets_refunds_is_found(monkeypatch):
    story()
    liability_days.close_days(today=TODAY)
    forgetful = liability._MOVED.replace(
        "SELECT t.id, t.day, t.kind, t.points FROM", "SELECT t.id, t.day, t.kind, t.points FROM", 1
    ).replace("t.day <= %(until)s)", "t.day <= %(until)s AND t.kind <> 'refund')")
    monkeypatch.setattr(liability, "_MOVED", forgetful)
    liability_days.rebuild(today=TODAY)
    monkeypatch.undo()

    assert any("refund: 0 kept, 30 by the ledger" in line for line in world.differences())
