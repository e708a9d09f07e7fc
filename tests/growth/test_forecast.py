"""The forecast: what the past teaches of redemption and expiry; it beats "as last month"."""

import json
import lzma
import math
import random
from datetime import date, timedelta

import pytest

from growth import intake, ledger
from growth.ledger import Earning
from growth.liability import days as liability_days
from growth.liability import forecast, outlook
from growth.liability.forecast import WhatIf, back_cast
from growth.liability.hazards import Cohort, Hazards, History
from growth.models import Customer, PointsTransfer
from tests.growth import world
from tests.growth.test_berka import BERKA
from tests.growth.test_liability import give

LIFE = 12


def programme_of(seed, *, periods=24, noise=0.2, growth=0.0, rise=0.0, redeemed=(0.03, 0.08, 0.15)):
    """A programme as a bank's: points expire after a year; old ones are redeemed more eagerly.

    With ``rise`` customers only begin to redeem, and do so more from period to period, as in the
    demo's ninety days.
    """
    dice = random.Random(seed)
    cohorts = [
        Cohort(
            "",
            issued,
            issued + LIFE,
            0.0,
            100_000 * dice.uniform(0.8, 1.2) * (1 + growth) ** issued,
        )
        for issued in range(periods)
    ]
    for period in range(periods):
        eager = math.exp(dice.gauss(0, noise) - rise * max(0, 12 - period))
        for cohort in cohorts[: period + 1]:
            age, left = period - cohort.issued, int(cohort.left(period))
            if age >= LIFE:
                cohort.moves[period] = (0, left, 0)
            else:
                share = redeemed[0] if age == 0 else redeemed[1] if age < 9 else redeemed[2]
                cohort.moves[period] = (int(min(left, left * share * eager)), 0, 0)
    return History("month", periods, tuple(cohorts))


def test_the_estimate_is_kaplan_meiers():
    """By hand: of 100 points 10 go in the first period, 30 of the 90 left in the second."""
    one = Cohort("", 0, None, 0.0, 100, {0: (10, 0, 0), 1: (30, 0, 0)})
    two = Cohort("", 1, None, 0.0, 300, {1: (30, 0, 0)})
    history = History("month", 2, (one, two))

    hazards = Hazards(history.at_risk, {0: 1.0, 1: 1.0})

    share_new, share_old = hazards.at("", 0)[0], hazards.at("", 1)[0]
    assert share_new == pytest.approx((10 + 30) / (100 + 300), abs=0.02)
    assert share_old == pytest.approx(30 / 90, abs=0.02)


def test_points_expire_when_their_lot_says_and_not_before():
    cohort = Cohort("", 0, 6, 0.0, 1000, dict.fromkeys(range(4), (50, 0, 0)))
    history = History("month", 4, (cohort,))

    told = forecast.forecast(history, horizon=4, earning=False)

    assert [round(month.expired[0]) > 0 for month in told] == [False, False, True, False]
    left = sum(sum(part[0] for part in (month.redeemed, month.expired)) for month in told)
    assert left == pytest.approx(800, abs=2)
    assert told[-1].outstanding[0] == 0


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"noise": 0.05},
        {"growth": 0.05},
        {"periods": 14},
        {"periods": 13, "rise": 0.25, "noise": 0.1},
    ],
)
def test_the_back_cast_beats_the_same_as_last_month(facts):
    """Over several programmes, for redemption and for expiry."""
    found = [back_cast(programme_of(seed, **facts)) for seed in range(4)]

    redemption = sum(each.redemption_error for each in found)
    assert redemption < 0.95 * sum(each.redemption_naive for each in found)
    assert sum(each.expiry_error for each in found) <= sum(each.expiry_naive for each in found)
    assert 0.6 < sum(each.inside for each in found) / len(found) <= 1


def test_planted_a_range_that_learns_nothing_from_past_misses_is_found(monkeypatch):
    histories = [programme_of(seed, periods=13, rise=0.25, noise=0.1) for seed in range(4)]
    monkeypatch.setattr(forecast, "_misses", lambda history, horizon: [])

    assert sum(back_cast(history).inside for history in histories) / 4 < 0.6


def test_the_range_is_learned_from_the_past_and_widens_with_the_distance():
    steady, restless = (
        forecast.forecast(programme_of(9, noise=noise), horizon=6, earning=False)
        for noise in (0.02, 0.4)
    )

    def width(month):
        return (month.redeemed[2] - month.redeemed[1]) / month.redeemed[0]

    assert 2 * width(steady[0]) < width(restless[0])
    assert width(steady[0]) < width(steady[5])


def test_planted_a_forecast_that_forgets_expiry_is_found_by_the_back_cast(monkeypatch):
    history = programme_of(1)
    assert back_cast(history).expiry_error < back_cast(history).expiry_naive

    monkeypatch.setattr(forecast, "_later", lambda period, periods: None)

    assert back_cast(history).expiry_error > back_cast(history).expiry_naive


def test_a_back_cast_knows_nothing_of_what_came_later():
    history = programme_of(3)
    changed = programme_of(3)
    for cohort in changed.cohorts:
        for period in cohort.moves:
            if period >= 20:
                cohort.moves[period] = (0, 0, 0)

    assert forecast.forecast(history.until(20), horizon=3) == forecast.forecast(
        changed.until(20), horizon=3
    )


def test_the_range_holds_the_estimate_and_is_the_same_each_time():
    history = programme_of(5)
    told = forecast.forecast(history, horizon=12)

    for month in told:
        for estimate, low, high in (month.redeemed, month.expired, month.outstanding):
            assert low <= estimate <= high
    assert told == forecast.forecast(history, horizon=12)


def test_what_if_points_live_longer_or_benefits_cost_more():
    history = programme_of(7)
    base, longer, dearer = (
        forecast.forecast(history, horizon=12, earning=False, what_if=what_if)
        for what_if in (WhatIf(), WhatIf(longer=3), WhatIf(price_level=2.0))
    )

    def total(told, part):
        return sum(getattr(month, part)[0] for month in told)

    assert total(longer, "expired") < total(base, "expired")
    assert total(longer, "redeemed") > total(base, "redeemed")
    assert total(dearer, "redeemed") < total(base, "redeemed")
    assert total(dearer, "expired") > total(base, "expired")


@pytest.mark.usefixtures("programme")
def test_the_command_tells_months_from_the_ledger_with_the_back_cast():
    """Thirteen months of a small bank: a sixth of what is there is spent each month."""
    for number in range(13):
        day = date(2025 + number // 12, number % 12 + 1, 3)
        ledger.expire_lots(customer_id=world.enrolled("ada"), today=day)
        give("ada", 600, day, centre="cards", expires=liability_month(day, 6))
        spendable = ledger.available_points(customer_id=world.customer("ada").pk, today=day)
        world.spend("ada", spendable // 6, today=day)

    before = outlook.outlook(today=date(2026, 2, 4))
    liability_days.close_days(today=date(2026, 2, 4))
    told = json.loads(world.command("forecast", "--json")[-1])

    assert outlook.as_figures(before) == told
    assert told["period"] == "month"
    assert told["start"] == "2026-02-01"
    assert len(told["months"]) == 12
    assert told["outstanding"] == world.balance("ada")
    assert told["run_off"][-1]["outstanding"]["estimate"] == 0  # they live for six months
    assert told["back_cast"]["origins"] > 5
    rows = world.command("forecast", "--longer", 3, "--prices", 120)
    assert "back-cast from" in rows[-1]


def liability_month(day, later):
    """The first of the month so many months later."""
    months = day.year * 12 + day.month - 1 + later
    return date(months // 12, months % 12 + 1, 1)


@pytest.mark.usefixtures("programme")
def test_without_history_there_is_no_forecast():
    assert outlook.outlook() is None
    assert json.loads(world.command("forecast", "--json")[-1]) == {"forecast": None}


@pytest.mark.slow
@pytest.mark.usefixtures("programme")
@pytest.mark.skipif(not (BERKA / "expected.json").exists(), reason="the feed is not here")
def test_on_berka_the_back_cast_beats_the_same_as_last_month():
    """A real bank's feed, each point on its own day. It has no redemptions, so what is forecast is
    expiry, under a policy of half a year; the earnings are the feed's."""
    events = [
        json.loads(line)
        for line in lzma.decompress((BERKA / "events.jsonl.xz").read_bytes()).splitlines()
    ]
    worth = {"pension.received": 10, "bill.paid": 4, "card.bound": 100, "loan.repaid": 200}
    by_day = {}
    for event in events:
        if points := worth.get(event["type"]):
            by_day.setdefault(date.fromisoformat(event["time"][:10]), []).append((event, points))
    intake.enrol(sorted({event["subject"] for event in events}))
    ids = dict(Customer.objects.values_list("ref", "id"))
    for day in sorted(by_day):
        if day < date(1994, 4, 1):
            while due := ledger.customers_with_due_lots(day, 1000):
                ledger.expire_many(customer_ids=due, today=day)
            earnings = [
                Earning(
                    ids[event["subject"]], points, event["id"], "feed", {}, day + timedelta(180)
                )
                for event, points in by_day[day]
            ]
            ledger.post_earnings(earnings, today=day)

    told = outlook.outlook(today=date(1994, 4, 2))

    assert told.unit == "month"
    assert not PointsTransfer.objects.filter(kind="redeem").exists()
    assert told.back.expiry_naive > 0
    assert told.back.error < told.back.naive
