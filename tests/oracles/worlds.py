"""Random programs, and random events in random batches: doubled, late and reversed."""

from datetime import UTC, date, datetime, timedelta
from random import Random

from tests.oracles.plain import BANK, Event

TYPES = ("a.done", "b.done")
SUBJECTS = ("x1", "x2", "x3")
SEGMENTS = [
    {"code": "red", "name": {"en": "Red"}, "rule": {"tag": "red"}},
    {"code": "blue", "name": {"en": "Blue"}, "rule": {"not": {"tag": "red"}}},
]
TAGS = {"x1": "red", "x2": "", "x3": "red"}
AUDIENCES = {"x1": {"red"}, "x2": {"blue"}, "x3": {"red"}}


def program(random: Random, today: date) -> dict:
    """A program of one to five tasks, given in the order of ``requires``."""
    tasks = [_task(random, number, today) for number in range(random.randint(1, 5))]
    return {
        "version": 1,
        "segments": SEGMENTS,
        "levels": {
            "window_days": random.choice([0, 10, 40]),
            "steps": [
                {"code": code, "name": {"en": code}, "from": start}
                for code, start in (("low", 0), ("mid", 20), ("high", 60), ("top", 90))
            ],
            "downgrade": {
                "policy": random.choice(["never", "one_down", "to_earned"]),
                "buffer_days": random.choice([0, 3]),
                "on": _fall_days(random, today) if random.random() < 0.3 else [],
            },
        },
        "tasks": tasks,
    }


def _fall_days(random: Random, today: date) -> list[str]:
    days = [today - timedelta(days=ago) for ago in random.sample(range(12), 2)]
    return sorted(f"{day:%m-%d}" for day in days if (day.month, day.day) != (2, 29))


def _task(random: Random, number: int, today: date) -> dict:
    kinds = ["once", "daily", "weekly", "monthly", "streak", "streak", "cumulative"]
    kinds += ["milestones", "activity"] + ["choose"] * min(number, 2)
    kind = random.choice(kinds)
    task = {
        "code": f"t{number}",
        "name": {"en": f"Task {number}"},
        "kind": kind,
        "event": random.choice(TYPES),
        "target": random.randint(1, 3),
        "reward": {"points": random.randint(0, 20), "growth": random.randint(0, 20)},
    }
    if kind == "cumulative" and random.random() < 0.6:
        task |= {"sum_of": "amount", "target": random.choice([5, 12.5, 100])}
    if kind in _SHAPES:
        _SHAPES[kind](random, task, number)
    if kind != "choose" and random.random() < 0.3:
        task["where"] = [
            random.choice(
                [
                    {"field": "amount", "min": 4},
                    {"field": "amount", "max": "7.5"},
                    {"field": "colour", "in": ["red", 5]},
                    {"field": "colour", "is_not": "red"},
                    {"field": "colour", "exists": True},
                ]
            )
        ]
    if kind != "choose" and random.random() < 0.2:
        task["distinct_by"] = "bill"
    if kind != "choose" and random.random() < 0.25:
        task["undone_by"] = _undone_by(random, task["event"])
    if random.random() < 0.2:
        task["segment"] = random.choice(["red", "blue"])
    if number and random.random() < 0.4:
        task["requires"] = [f"t{random.randrange(number)}"]
    if random.random() < 0.2:
        task["starts"] = today - timedelta(days=random.randint(20, 30))
    if random.random() < 0.2:
        task["ends"] = today - timedelta(days=random.randint(0, 20))
    return task


def _undone_by(random: Random, event: str) -> dict:
    undone_by = {"event": next(other for other in TYPES if other != event)}
    if random.random() < 0.7:
        undone_by["same"] = "bill"
    if random.random() < 0.5:
        undone_by["within_days"] = random.choice([0, 2, 10])
    return undone_by


def _reward(random: Random) -> dict:
    return {"points": random.randint(0, 20), "growth": random.randint(0, 20)}


def _streak(random: Random, task: dict, number: int) -> None:
    if random.random() < 0.5:
        task["grace_days"] = random.randint(0, 2)
    if random.random() < 0.5:
        task["make_up"] = {"per_month": 3, "points": 5, "days_back": 7}


def _milestones(random: Random, task: dict, number: int) -> None:
    del task["target"], task["reward"]
    targets = sorted(random.sample(range(1, 8), random.randint(1, 4)))
    if random.random() < 0.5:
        task["sum_of"] = "amount"
        targets = [target * 3.5 for target in targets]
    task["milestones"] = [{"target": target, "reward": _reward(random)} for target in targets]


def _activity(random: Random, task: dict, number: int) -> None:
    del task["target"], task["reward"]
    measures = [
        {"growth": 1},
        {"field": "amount", "each": 2.5, "growth": 2},
        {"field": "colour", "growth": 1},
    ]
    task["measures"] = random.sample(measures, random.randint(1, 3))
    task["growth_a_day"] = random.choice([1, 4, 25])


def _choose(random: Random, task: dict, number: int) -> None:
    del task["target"], task["event"]
    of = random.sample([f"t{other}" for other in range(number)], random.randint(1, number))
    task["choose"] = {"of": of, "at_least": random.randint(1, len(of))}


_SHAPES = {
    "streak": _streak,
    "milestones": _milestones,
    "activity": _activity,
    "choose": _choose,
}


def events(random: Random, now: datetime) -> list[Event]:
    """Up to 60 events of three customers over 8 or 40 days, edges of days among them."""
    found: list[Event] = []
    span = random.choice([8, 40])
    for number in range(random.randint(1, 60)):
        subject = random.choice(SUBJECTS)
        time = _time(random, now, span)
        if found and random.random() < 0.15:
            target = random.choice(found)
            kind, subject = "event.reversed", target.subject
            data = {"source": target.source, "id": target.id}
        elif random.random() < 0.2:
            kind, data = "checkin.made_up", {"task": f"t{random.randrange(5)}"}
        else:
            kind, data = random.choice(TYPES), _data(random)
        ours = kind == "checkin.made_up" and random.random() < 0.9
        source = "/zones/make-up" if ours else random.choice(["/a", "/b"])
        audience = frozenset(AUDIENCES[subject])
        found.append(Event(source, f"e{number}", kind, subject, time, data, audience))
    return found


def _time(random: Random, now: datetime, span: int) -> datetime:
    day = now.astimezone(BANK) - timedelta(days=random.randint(0, span))
    edge = random.choice([(0, 0, 0, 0), (23, 59, 59, 999999), None])
    if edge:
        hour, minute, second, micro = edge
        day = day.replace(hour=hour, minute=minute, second=second, microsecond=micro)
    else:
        day = day.replace(hour=random.randint(0, 23), minute=random.randint(0, 3))
    return min(day.astimezone(UTC), now)


def _data(random: Random) -> dict:
    data = {"amount": random.choice([1, 4, "4.00", 7.5, "7.5", "x", True, -3, "12.25", 9000])}
    if random.random() < 0.6:
        data["colour"] = random.choice(["red", "green", 5, "5.0"])
    if random.random() < 0.7:
        data["bill"] = random.choice(["jan", "feb", "mar"])
    return data


def batches(random: Random, found: list[Event]) -> list[list[Event]]:
    """The events in random order, some of them delivered again, cut into batches."""
    deliveries = found + [random.choice(found) for _ in range(random.randint(0, len(found)))]
    random.shuffle(deliveries)
    cut = []
    while deliveries:
        size = random.choice([1, 2, 5, 40])
        cut.append(deliveries[:size])
        deliveries = deliveries[size:]
    return cut
