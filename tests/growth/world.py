"""The bank, its program and its feeds, as the tests of growth use them."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from django.core.management import call_command
from django.db import transaction

from growth import bankday, intake, ledger, program, queries, report, settling
from growth.cloudevents import Incoming, read_line
from growth.intake import Outcome
from growth.ledger import Earning
from growth.models import Customer, PointsTransfer, Segment, TaskCompletion, Wallet

BANK = ZoneInfo("Asia/Shanghai")
_numbers = count(1)


def task(code: str = "t", kind: str = "once", event: str = "a.done", **facts: Any) -> dict:
    """A task of the program file, worth 10 points."""
    reward = {"points": 10}
    return {"code": code, "name": {"en": code}, "kind": kind, "event": event, "reward": reward} | {
        key: value for key, value in facts.items() if value is not None
    }


def levels(policy: str = "never", buffer: int = 0, window: int = 0, **starts: int) -> dict:
    """A scheme of low (0), mid (100) and high (200), or of ``starts``."""
    steps = starts or {"low": 0, "mid": 100, "high": 200}
    return {
        "window_days": window,
        "steps": [{"code": c, "name": {"en": c}, "from": start} for c, start in steps.items()],
        "downgrade": {"policy": policy, "buffer_days": buffer},
    }


def segment(code: str, rule: dict) -> dict:
    return {"code": code, "name": {"en": code}, "rule": rule}


def load(*tasks: dict, history: bool = False, **sections: Any) -> program.Changes:
    """Load a program of these tasks (and ``segments``, ``levels``) as the command does."""
    document = {"version": 1, "tasks": list(tasks), **sections}
    return load_text(yaml.safe_dump(document), history=history)


def load_text(text: str, **options: Any) -> program.Changes:
    changes = program.load(program.read(text), **options)
    while changes.history and settling.refold_customers():
        pass
    return changes


def at(when: str | date) -> str:
    """RFC 3339 for a bank time: ``2025-01-31`` (when it begins) or ``2025-01-31T23:59:59.999``."""
    text = str(when)
    moment = datetime.fromisoformat(text if "T" in text else f"{text}T00:00:00")
    return (moment if moment.tzinfo else moment.replace(tzinfo=BANK)).isoformat()


def event(
    kind: str = "a.done",
    who: str = "ada",
    when: str | date = "2025-01-15",
    *,
    event_id: str = "",
    source: str = "/bank",
    data: dict | None = None,
) -> dict[str, Any]:
    """A CloudEvent with an id of its own."""
    return {
        "specversion": "1.0",
        "id": event_id or f"e{next(_numbers):07}",  # in the order in which they are made
        "source": source,
        "type": kind,
        "subject": who,
        "time": at(when),
        "data": data or {},
    }


def reversal(of: dict, *, who: str = "", **facts: Any) -> dict[str, Any]:
    """The event that takes ``of`` back."""
    named = {"source": of["source"], "id": of["id"]}
    return event("event.reversed", who or of["subject"], data=named, **facts)


def read(*lines: str) -> list[Incoming]:
    now = bankday.now()
    return [read_line(line, now=now) for line in lines]


def take_lines(*lines: str, settle: bool = True) -> Outcome:
    """Take in lines of a feed as one batch."""
    return intake.take_in(read(*lines), settle=settle)


def take(*events: dict, settle: bool = True) -> Outcome:
    """Take in events as one batch."""
    return take_lines(*map(json.dumps, events), settle=settle)


def take_one_by_one(*events: dict) -> None:
    for found in events:
        take(found)


def settle_all() -> int:
    """Settle what is stored, as the sweeper does."""
    total = 0
    while done := settling.settle_stored():
        total += done
    return total


def days_ago(number: int) -> date:
    return bankday.today() - timedelta(days=number)


def customer(ref: str = "ada") -> Customer:
    return Customer.objects.get(ref=ref)


def enrolled(ref: str = "ada") -> int:
    """The id of a customer who may be new."""
    intake.enrol([ref])
    return customer(ref).pk


def balance(ref: str = "ada") -> int:
    return Wallet.objects.get(customer__ref=ref).balance


def available(ref: str = "ada") -> int:
    """Points that the customer can spend today."""
    return queries.points(customer(ref).pk).available


def earn(ref: str, points: int, *, key: str = "", expires: date | None = None) -> str:
    """Post points in a lot of their own; returns the earning's key."""
    key = key or f"earning-{next(_numbers)}"
    earning = Earning(enrolled(ref), points, key, "test", {}, expires)
    ledger.post_earnings([earning], today=bankday.today())
    return key


def spend(ref: str, points: int, *, key: str = "", **facts: Any) -> PointsTransfer:
    """Spend points, once per ``key``."""
    return ledger.spend(
        customer_id=customer(ref).pk,
        points=points,
        key=key or f"purchase-{next(_numbers)}",
        reason="test",
        origin={},
        **facts,
    )


def refund(transfer: PointsTransfer, *, key: str = "", **facts: Any) -> PointsTransfer:
    key = key or f"refund-{next(_numbers)}"
    return ledger.refund(transfer=transfer, key=key, reason="test", origin={}, **facts)


@contextmanager
def refused(error: type[Exception]) -> Iterator[None]:
    """What is done here is refused, and undone as in a transaction of its own."""
    with pytest.raises(error), transaction.atomic():
        yield


def level(ref: str = "ada") -> str:
    """The customer's level, the lowest one where none was reached."""
    return customer(ref).level or "low"


def figures(code: str = "t") -> dict[str, Any]:
    """A task's figures in the report."""
    return report.program_report()["tasks"][code]


def completions(code: str = "t") -> int:
    return figures(code)["completions"]


def completion_days(code: str = "t", ref: str | None = "ada") -> list[str]:
    """Days of the completing events, of what stands; of everybody without a ``ref``."""
    rows = TaskCompletion.objects.filter(task__code=code)
    if ref:
        rows = rows.filter(customer__ref=ref)
    return sorted(str(row.day) for row in rows.exclude(status="reversed"))


def members(code: str) -> set[str]:
    memberships = Segment.objects.get(code=code).memberships
    return set(memberships.values_list("customer__ref", flat=True))


def outcome() -> dict[str, Any]:
    """The report but what may depend on how events arrived (contract section 5)."""
    told = report.program_report()
    for key in ("issued", "reversed"):
        del told["points"][key]
    return told


def differences() -> list[str]:
    return list(report.differences())


def command(name: str, *args: Any, **options: Any) -> list[str]:
    """What a command prints, line by line."""
    out = io.StringIO()
    call_command(name, *map(str, args), stdout=out, **options)
    return out.getvalue().splitlines()


def tally(name: str, *args: Any, **options: Any) -> dict[str, int]:
    """The figures that an importing command prints last, without its seconds."""
    told = json.loads(command(name, *args, **options)[-1])
    assert told.pop("seconds") >= 0
    return told


def feed(path: Path, *events: dict | str | bytes) -> Path:
    """A feed of events; text and bytes are lines as they are."""
    lines = [
        found if isinstance(found, bytes)
        else (found if isinstance(found, str) else json.dumps(found)).encode()
        for found in events
    ]  # fmt: skip
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path
