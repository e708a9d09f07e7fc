"""How a day of a demo customer goes: what is done, when, and for how much."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .people import Person

CORE, APP, CARDS, ZONES = "/core-banking", "/mobile-app", "/cards", "/zones"
SOURCES = {
    "app.logged_in": APP,
    "zone.visited": ZONES,
    "lesson.completed": APP,
    "customer.registered": APP,
    "identity.verified": APP,
    "referral.qualified": APP,
    "card.bound": CARDS,
    "card.unbound": CARDS,
    "creditcard.repaid": CARDS,
}
BILLS = ("electricity", "water", "gas", "phone", "broadband")
# scene: lowest and highest amount in yuan
AMOUNTS = {
    "transport": (2, 7),
    "campus": (7, 22),
    "dining": (18, 96),
    "grocery": (14, 130),
    "leisure": (30, 160),
}
# hour of the first login: (hour, weight)
HOURS = ((7.4, 9), (8.3, 10), (9.6, 6), (12.3, 8), (15.2, 4), (18.6, 7), (20.5, 9), (22.1, 4))
SENIOR_HOURS = ((6.6, 6), (8.4, 10), (9.7, 9), (14.8, 5), (16.5, 3), (19.2, 2))
# how eagerly people bank from Monday to Sunday
WEEK = (1.06, 1.02, 1.0, 1.0, 1.05, 0.86, 0.78)


@dataclass(frozen=True)
class Day:
    """One day: its date, whether people work, and how likely this person opens the app."""

    on: date
    working: bool
    chance: float

    @classmethod
    def of(cls, day: date, zeal: float, dice: random.Random) -> Day:
        """The day as a person of that zeal meets it."""
        return cls(day, day.weekday() < 5, zeal * WEEK[day.weekday()] * dice.uniform(0.85, 1.15))


@dataclass
class Diary:
    """The events of one customer, none later than `end`."""

    ref: str
    end: datetime
    events: list[dict[str, Any]] = field(default_factory=list)

    def moment(self, day: date, hour: float) -> datetime:
        """That hour of that day in the bank's time."""
        start = datetime.combine(day, time(), tzinfo=self.end.tzinfo)
        return start + timedelta(seconds=round(hour * 3600))

    def write(self, kind: str, at: datetime, data: dict[str, Any]) -> dict[str, Any] | None:
        """Add an event unless it has not happened yet."""
        if at > self.end - timedelta(seconds=40):
            return None
        event = {
            "specversion": "1.0",
            "id": f"{self.ref}-{len(self.events):04d}",
            "source": SOURCES.get(kind, CORE),
            "type": kind,
            "subject": self.ref,
            "time": at.replace(microsecond=0).isoformat(),
            "datacontenttype": "application/json",
            "data": data,
        }
        self.events.append(event)
        return event

    def reverse(self, event: dict[str, Any], at: datetime) -> None:
        """Take an event back."""
        self.write("event.reversed", at, {"source": event["source"], "id": event["id"]})

    def login(self, day: date, hour: float, dice: random.Random) -> None:
        """Open the app."""
        system = "android" if sum(map(ord, self.ref)) % 5 < 3 else "ios"
        version = "8.3.0" if (self.end.date() - day).days < 40 else "8.2.4"
        data = {"os": system, "app_version": version, "method": dice.choice(("face", "code"))}
        self.write("app.logged_in", self.moment(day, hour), data)

    def pay(self, day: date, hour: float, scene: str, dice: random.Random) -> None:
        """Pay for something everyday."""
        low, high = AMOUNTS[scene]
        amount = low + (high - low) * dice.betavariate(1.6, 2.6)
        data = {"scene": scene, "amount": f"{amount:.2f}", "txn_ref": f"{dice.getrandbits(40):x}"}
        self.write("payment.completed", self.moment(day, hour), data)


def live_a_day(diary: Diary, person: Person, day: Day, dice: random.Random, quiet: bool) -> None:
    """Let the person live one day; a quiet one has no login and no visit."""
    if not quiet and dice.random() < day.chance:
        _open_app(diary, person, day, dice)
    _money_arrives(diary, person, day, dice)
    _bills(diary, person, day, dice)
    _spend(diary, person, day, dice)
    _repay(diary, person, day, dice)


def _open_app(diary: Diary, person: Person, day: Day, dice: random.Random) -> None:
    hours = SENIOR_HOURS if person.life == "senior" else HOURS
    hour = dice.choices([h for h, _ in hours], [w for _, w in hours])[0] + dice.uniform(-0.5, 0.6)
    diary.login(day.on, hour, dice)
    if dice.random() < 0.3 + 0.35 * person.zeal:
        zone = dice.choices(person.zones, [3] + [1] * (len(person.zones) - 1))[0]
        seconds = max(2, min(600, int(dice.lognormvariate(3.7, 0.8))))
        data = {
            "zone": zone,
            "seconds_visible": seconds,
            "blocks_seen": min(16, 2 + seconds // 9),
            "interactions": min(9, seconds // 20),
            "entry": dice.choice(("home", "home", "message", "search")),
        }
        diary.write("zone.visited", diary.moment(day.on, hour + 0.03), data)
    if dice.random() < 0.16:
        diary.login(day.on, min(23.6, hour + dice.uniform(1.5, 7)), dice)


def _money_arrives(diary: Diary, person: Person, day: Day, dice: random.Random) -> None:
    if person.life == "payroll" and day.on == _before_weekend(day.on, person.payday):
        data = {
            "employer_type": person.employer_type,
            "pay_month": f"{day.on:%Y-%m}",
            "amount_band": "B" if sum(map(ord, person.ref)) % 3 else "C",
        }
        at = diary.moment(day.on, 8.6 + dice.uniform(0, 0.4))
        diary.write("payroll.received", at, data)
    if person.life == "senior" and day.on == _before_weekend(day.on, 9 + person.payday % 5):
        at = diary.moment(day.on, 6.1 + dice.uniform(0, 1.2))
        diary.write("pension.received", at, {"pension_month": f"{day.on:%Y-%m}"})


def _before_weekend(day: date, number: int) -> date:
    """The payday of that month: on a weekend the money comes on Friday."""
    planned = day.replace(day=number)
    return planned - timedelta(days=max(0, planned.weekday() - 4))


def _bills(diary: Diary, person: Person, day: Day, dice: random.Random) -> None:
    if person.life == "student":
        if day.on.day == person.bill_day and dice.random() < 0.25 + person.zeal * 0.6:
            _bill(diary, day, "phone", (29, 59), dice)
        return
    if day.on.day not in (person.bill_day, person.bill_day + 1):
        return
    for kind in dice.sample(BILLS, 2):
        if dice.random() < 0.2 + 0.62 * person.zeal:
            _bill(diary, day, kind, (28, 240), dice)


def _bill(diary: Diary, day: Day, kind: str, span: tuple[int, int], dice: random.Random) -> None:
    data = {
        "kind": kind,
        "amount": f"{dice.uniform(*span):.2f}",
        "bill_month": f"{day.on:%Y-%m}",
    }
    diary.write("bill.paid", diary.moment(day.on, dice.uniform(8.5, 21.8)), data)


def _spend(diary: Diary, person: Person, day: Day, dice: random.Random) -> None:
    keen = 0.08 + person.zeal
    if person.commutes and day.working and dice.random() < 0.42 * keen:
        diary.pay(day.on, dice.gauss(8.1, 0.35), "transport", dice)
        if dice.random() < 0.75:
            diary.pay(day.on, dice.gauss(18.3, 0.5), "transport", dice)
    if person.life == "student" and day.working:
        for hour in (7.4, 12.2, 17.9):
            if dice.random() < 0.34 * keen:
                diary.pay(day.on, dice.gauss(hour, 0.25), "campus", dice)
    if person.life == "senior" and dice.random() < 0.2 * keen:
        diary.pay(day.on, dice.gauss(7.3, 0.6), "grocery", dice)
    weekend = 0.0 if day.working else 0.12
    if person.life in ("payroll", "own") and dice.random() < (0.1 + weekend) * keen:
        scene = dice.choice(("grocery", "dining", "dining"))
        hour = 10.2 if scene == "grocery" else dice.choice((12.4, 19.1))
        diary.pay(day.on, dice.gauss(hour, 0.5), scene, dice)
    if dice.random() < (0.01 + weekend * 0.4) * keen:
        diary.pay(day.on, dice.gauss(19.6, 0.8), "leisure", dice)


def _repay(diary: Diary, person: Person, day: Day, dice: random.Random) -> None:
    if person.has_credit_card and day.on.day == (person.bill_day + 8) % 27 + 1:
        on_time = dice.random() < 0.93
        late = 0 if on_time else dice.randint(1, 5)
        at = diary.moment(day.on + timedelta(days=late), dice.uniform(9, 21))
        data = {
            "bill_month": f"{day.on:%Y-%m}",
            "kind": dice.choice(("full", "full", "full", "min")),
            "on_time": on_time,
            "txn_ref": f"{dice.getrandbits(40):x}",
        }
        diary.write("creditcard.repaid", at, data)
    if person.has_loan and day.on.day == 20:
        at = diary.moment(day.on, 7 + dice.uniform(0, 0.5))
        diary.write("loan.repaid", at, {"bill_month": f"{day.on:%Y-%m}", "on_time": True})
