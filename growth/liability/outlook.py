"""The forecast as finance reads it: twelve months, a range, and how good it was in the past."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from growth import bankday
from growth.liability import forecast, lot_history, months_between
from growth.liability.days import DAYS_UNTIL_CLOSED
from growth.liability.forecast import BackCast, Outcome, Triple, WhatIf
from growth.liability.hazards import History
from growth.models import LiabilityClose

MONTHS = 12
WEEKS_A_MONTH = 365.25 / 12 / 7


@dataclass(frozen=True, slots=True)
class Outlook:
    """Months ahead from ``start`` on; the first may be what is left of one.

    ``months`` has points still to be earned in it, ``run_off`` only those outstanding at the start.
    """

    unit: str
    periods: int
    start: date
    outstanding: int
    months: list[tuple[date, Outcome]]
    run_off: list[tuple[date, Outcome]]
    back: BackCast | None


def outlook(
    *, longer_months: int = 0, price_percent: int = 100, today: date | None = None
) -> Outlook | None:
    """The forecast from the newest closed day's history; None while there is too little of it.

    ``longer_months`` supposes that all points live so much longer, ``price_percent`` that benefits
    cost so much of what they do.
    """
    plain = _history(today or bankday.today())
    if plain is None:
        return None
    unit, end = plain["unit"], date.fromisoformat(plain["end"])
    periods = lot_history.number(unit, date.fromisoformat(plain["first"]), end)
    if periods < forecast.FEWEST_PERIODS:
        return None
    history = History.of(plain, periods)
    longer = round(longer_months * (1 if unit == "month" else WEEKS_A_MONTH))
    what_if = WhatIf(longer=longer, price_level=price_percent / 100)
    starts = _starts(end)
    horizon = MONTHS if unit == "month" else _weeks(end, starts)
    group = list if unit == "month" else _into_months(end, starts)
    with_new, without = (
        forecast.forecast(history, horizon=horizon, earning=new, what_if=what_if, group=group)
        for new in (True, False)
    )
    return Outlook(
        unit=unit,
        periods=periods,
        start=end,
        outstanding=round(sum(cohort.left(periods) for cohort in history.cohorts)),
        months=list(zip(starts, with_new, strict=True)),
        run_off=list(zip(starts, without, strict=True)),
        back=forecast.back_cast(history),
    )


def _history(today: date) -> dict[str, Any] | None:
    """The history kept with the newest closed day; read anew where no day is closed yet."""
    newest = LiabilityClose.objects.order_by("-day").first()
    if newest is not None and newest.history:
        kept: dict[str, Any] = newest.history
        return kept
    return lot_history.read(until=today - timedelta(days=DAYS_UNTIL_CLOSED))


def _starts(first: date) -> list[date]:
    """First days of twelve whole months, with what is left of the month before them."""
    starts = list(months_between(first, _months_later(first, MONTHS)))
    return starts[:MONTHS] if first.day == 1 else [first, *starts[1:]]


def _months_later(day: date, months: int) -> date:
    place = day.year * 12 + day.month - 1 + months
    return date(place // 12, place % 12 + 1, 1)


def _weeks(first: date, starts: list[date]) -> int:
    """Weeks until the last month ends."""
    return -(-(_months_later(starts[-1], 1) - first).days // 7)


def _into_months(first: date, starts: list[date]) -> Callable[[list[Triple]], list[Triple]]:
    """Makes months of weeks: a week's points are spread evenly over its days."""
    ends = [_months_later(start, 1) for start in starts]

    def group(weeks: list[Triple]) -> list[Triple]:
        rows = []
        for start, end in zip(starts, ends, strict=True):
            redeemed = expired = 0.0
            for place in range((start - first).days // 7, -(-(end - first).days // 7)):
                monday = first + timedelta(days=7 * place)
                last = min(end, monday + timedelta(days=7))
                part = (last - max(start, monday)).days / 7
                redeemed += weeks[place][0] * part
                expired += weeks[place][1] * part
            rows.append((redeemed, expired, weeks[(end - first).days // 7 - 1][2]))
        return rows

    return group


def as_figures(found: Outlook | None) -> dict[str, Any]:
    """The forecast as plain data."""
    if found is None:
        return {"forecast": None}
    back = found.back
    return {
        "estimate": "Kaplan-Meier by lot age, points-weighted, as a period table; 80 % range",
        "period": found.unit,
        "periods_known": found.periods,
        "start": str(found.start),
        "outstanding": found.outstanding,
        "months": [_month(start, told) for start, told in found.months],
        "run_off": [_month(start, told) for start, told in found.run_off],
        "back_cast": back
        and {
            **{key: round(value, 3) for key, value in asdict(back).items()},
            "error": round(back.error, 3),
            "naive": round(back.naive, 3),
        },
    }


def _month(start: date, told: Outcome) -> dict[str, Any]:
    figures = {"redeemed": told.redeemed, "expired": told.expired, "outstanding": told.outstanding}
    return {
        "from": str(start),
        **{
            key: dict(zip(("estimate", "low", "high"), map(round, triple), strict=True))
            for key, triple in figures.items()
        },
    }
