"""The demo bank's customers and ninety days of what they did, the same for the same moment.

Nobody here exists. Two thousand people are dealt a way of life (salaried, retired, studying,
own business) and a habit of opening the app; their days follow from that: payday, the school
canteen, the market on Saturday morning, bills after the money has come.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from .habits import Day, Diary, live_a_day

SEED = 20240315
CUSTOMERS = 2000
DAYS = 90
BANK_TIME = ZoneInfo("Asia/Shanghai")
DEMO = ("demo-payroll", "demo-senior", "demo-student", "demo-city")

LIVES = ("payroll", "senior", "student", "own")
LIFE_WEIGHTS = (46, 21, 17, 16)
DISTRICTS = {
    "Chengzhou": ("Old Ford", "Eastbridge", "Southbank", "Lakeside", "College Town"),
    "Linxi": ("Linxi Centre", "Stonewell"),
    "Yunmen": ("Cloudgate", "Tea Terrace"),
}
EMPLOYERS = ("factory", "school", "hospital", "software", "retail", "public", "logistics")
BIRTH_YEARS = {
    "payroll": (1968, 2002),
    "senior": (1938, 1962),
    "student": (2003, 2007),
    "own": (1966, 2000),
}


@dataclass
class Person:
    """One made-up customer: who they are and how they live."""

    ref: str
    life: str
    birth_date: date
    gender: str
    city: str
    district: str
    employer_type: str
    joined_on: date | None
    zeal: float
    commutes: bool
    has_credit_card: bool
    has_loan: bool
    payday: int
    bill_day: int
    tags: list[str] = field(default_factory=list)
    zones: list[str] = field(default_factory=list)


def customers(count: int = CUSTOMERS) -> Iterator[dict[str, str]]:
    """The rows of a customer file: opaque id, attributes, tags separated by spaces."""
    for person in _people(count):
        yield {
            "customer_id": person.ref,
            "birth_date": person.birth_date.isoformat(),
            "gender": person.gender,
            "city": person.city,
            "district": person.district,
            "employer_type": person.employer_type,
            "tags": " ".join(person.tags),
        }


def events(until: datetime, count: int = CUSTOMERS) -> Iterator[dict[str, Any]]:
    """What they did in the ninety days before `until`, as CloudEvents in order of time."""
    end = until.astimezone(BANK_TIME)
    first = end.date() - timedelta(days=DAYS - 1)
    happened: list[dict[str, Any]] = []
    for person in _people(count):
        happened += _history(person, first, end)
    happened.sort(key=lambda e: (datetime.fromisoformat(e["time"]), e["source"], e["id"]))
    yield from happened


def _people(count: int) -> Iterator[Person]:
    dice = random.Random(SEED)
    for ref, life in zip(DEMO, ("payroll", "senior", "student", "own"), strict=True):
        yield _demo_person(ref, life)
    for _ in range(count - len(DEMO)):
        yield _person(dice)


def _person(dice: random.Random) -> Person:
    life = dice.choices(LIVES, LIFE_WEIGHTS)[0]
    city = dice.choices(tuple(DISTRICTS), (90, 6, 4) if life == "student" else (74, 15, 11))[0]
    district = dice.choice(DISTRICTS[city])
    if life == "student" and city == "Chengzhou":
        district = dice.choices(("College Town", "Old Ford"), (8, 1))[0]
    low, high = BIRTH_YEARS[life]
    tags = [life] if life in ("payroll", "student") else []
    if life == "senior":
        tags.append("pension")
    if dice.random() < 0.04 and life == "payroll":
        tags.append("teacher")
    has_card = life in ("payroll", "own") and dice.random() < 0.42
    if has_card:
        tags.append("credit-card")
    commutes = city == "Chengzhou" and life != "senior" and dice.random() < 0.45
    return Person(
        ref=f"w{dice.getrandbits(44):011x}",
        life=life,
        birth_date=date(dice.randint(low, high), dice.randint(1, 12), dice.randint(1, 28)),
        gender=dice.choice(("female", "male")),
        city=city,
        district=district,
        employer_type=dice.choice(EMPLOYERS) if life == "payroll" else "",
        joined_on=None,
        zeal=min(0.97, 0.02 + dice.betavariate(0.7, 3.9)),
        commutes=commutes,
        has_credit_card=has_card,
        has_loan=life in ("payroll", "own") and dice.random() < 0.12,
        payday=dice.choice((5, 10, 10, 15, 25)),
        bill_day=dice.randint(3, 26),
        tags=tags,
        zones=_zones(life, city),
    )


def _demo_person(ref: str, life: str) -> Person:
    years = {"payroll": 1991, "senior": 1957, "student": 2006, "own": 1987}
    tags = {"payroll": ["payroll"], "senior": ["pension"], "student": ["student"], "own": []}
    student = life == "student"
    return Person(
        ref=ref,
        life=life,
        birth_date=date(years[life], 5, 14),
        gender="female" if life in ("payroll", "student") else "male",
        city="Chengzhou",
        district="College Town" if student else "Old Ford",
        employer_type="hospital" if life == "payroll" else "",
        joined_on=None,
        zeal=0.72,
        commutes=life in ("payroll", "own"),
        has_credit_card=life == "own",
        has_loan=False,
        payday=10,
        bill_day=12,
        tags=list(tags[life]),
        zones=_zones(life, "Chengzhou"),
    )


def _zones(life: str, city: str) -> list[str]:
    own = [life] if life != "own" else []
    return own + (["city"] if city == "Chengzhou" else []) or ["payroll"]


def _history(person: Person, first: date, end: datetime) -> list[dict[str, Any]]:
    dice = random.Random(f"{SEED}:{person.ref}")
    diary = Diary(person.ref, end)
    start = first
    if person.ref in DEMO:
        _arrive(diary, person, first + timedelta(days=2), dice, complete=True)
    elif dice.random() < 0.13:
        start = first + timedelta(days=dice.randint(0, DAYS - 4))
        _register(diary, person, start, dice)
    elif dice.random() < 0.5:
        _arrive(diary, person, first + timedelta(days=dice.randint(0, DAYS - 6)), dice)
    quiet = _quiet_days(person, end.date())
    for offset in range((end.date() - start).days + 1):
        today = start + timedelta(days=offset)
        live_a_day(diary, person, Day.of(today, person.zeal, dice), dice, today in quiet)
    if person.ref in DEMO:
        _nearly_a_week(diary, end.date(), dice)
    _seldom(diary, person, first, dice)
    _take_back(diary, dice)
    return diary.events


def _register(diary: Diary, person: Person, day: date, dice: random.Random) -> None:
    """A new customer: opens the account, most confirm who they are within days."""
    at = diary.moment(day, dice.uniform(8.5, 21.5))
    data = {"channel": dice.choice(("app", "app", "branch")), "city": person.city}
    diary.write("customer.registered", at, data)
    if dice.random() < 0.85:
        _arrive(diary, person, day + timedelta(days=int(dice.expovariate(0.8))), dice, after=at)


def _arrive(
    diary: Diary,
    person: Person,
    day: date,
    dice: random.Random,
    *,
    complete: bool = False,
    after: datetime | None = None,
) -> None:
    """Identity confirmed, then a card added; some stop half-way."""
    at = diary.moment(day, dice.uniform(9, 21))
    if after and at <= after:
        at = after + timedelta(minutes=dice.uniform(2, 40))
    method = "branch" if person.life == "senior" and dice.random() < 0.5 else "face"
    diary.write("identity.verified", at, {"method": method, "level": "II"})
    if not complete and dice.random() > 0.78:
        return
    bound = at + timedelta(minutes=dice.uniform(2, 3000))
    data = {"card_kind": "debit", "class": "I", "bank_self": True, "is_first": True}
    card = f"t{dice.getrandbits(32):08x}"
    written = diary.write("card.bound", bound, {**data, "card_token": card})
    if written and not complete and dice.random() < 0.03:
        gone = bound + timedelta(days=dice.uniform(1, 9))
        diary.write("card.unbound", gone, {"card_token": card})
        diary.reverse(written, gone + timedelta(minutes=1))


def _quiet_days(person: Person, today: date) -> set[date]:
    """Demo customers had a day off a week ago, so that their streak stands one day short."""
    return {today, today - timedelta(days=7)} if person.ref in DEMO else set()


def _nearly_a_week(diary: Diary, today: date, dice: random.Random) -> None:
    for back in range(1, 7):
        diary.login(today - timedelta(days=back), dice.uniform(7.2, 8.6), dice)


def _seldom(diary: Diary, person: Person, first: date, dice: random.Random) -> None:
    """What happens once or hardly ever: the lesson, a friend who has settled in."""
    demo = person.ref in DEMO
    if dice.random() < 0.08 + 0.5 * person.zeal:
        at = diary.moment(first + timedelta(days=dice.randint(3, DAYS - 3)), dice.uniform(9, 21))
        passed = demo or dice.random() < 0.85
        diary.write("lesson.completed", at, {"topic": "fraud", "passed": passed, "minutes": 10})
    friends = 1 if demo else int(dice.random() < 0.05 * (1 + person.zeal))
    for _ in range(friends):
        at = diary.moment(first + timedelta(days=dice.randint(30, DAYS - 2)), 4.5)
        diary.write("referral.qualified", at, {"referee": f"r{dice.getrandbits(40):010x}"})


def _take_back(diary: Diary, dice: random.Random) -> None:
    """A few payments are refunded later."""
    for event in [e for e in diary.events if e["type"] == "payment.completed"]:
        if dice.random() < 0.004:
            later = datetime.fromisoformat(event["time"]) + timedelta(hours=dice.uniform(3, 90))
            diary.reverse(event, later)
