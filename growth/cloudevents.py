"""CloudEvents as the bank sends them: read, checked, and given one content hash."""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from growth import bodies
from growth.personal import holds_personal_number, may_hold_one
from growth.values import BadJson, canonical, check_text, checked_text, parse_json

REVERSED = "event.reversed"
MAX_AHEAD = timedelta(minutes=5)
OLDEST = datetime(1900, 1, 2, tzinfo=UTC)
MAX_LENGTH = {"id": 256, "source": 512, "type": 128, "subject": 128}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)


class Rejected(Exception):
    """One event that cannot be taken in, with a stable code."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


class Incoming(NamedTuple):
    """A checked event. ``digest`` is equal for equal content (contract section 3).

    ``data`` is what rules may read of it; ``body`` all of it as JSON, where that is more.
    """

    source: str
    event_id: str
    type: str
    subject: str
    time: datetime
    data: Mapping[str, Any]
    data_json: str
    digest: bytes
    target: tuple[str, str] | None  # (source, id) that an event.reversed names
    body: str | None = None


def read_event(value: Any, *, now: datetime) -> Incoming:
    """Check one parsed CloudEvent.

    Raises:
        Rejected: with code ``invalid``, ``future`` or ``personal_data``.
    """
    if not isinstance(value, dict):
        raise Rejected("invalid", "an event is a JSON object")
    if value.get("specversion") != "1.0":
        raise Rejected("invalid", 'specversion: must be "1.0"')
    texts = {name: _text(value, name) for name in MAX_LENGTH}
    time = _time(value.get("time"))
    if time > now + MAX_AHEAD:
        raise Rejected("future", "time: more than 5 minutes ahead of our clock")
    data = value.get("data", {})
    if not isinstance(data, dict):
        raise Rejected("invalid", "data: must be an object")
    try:
        data_json = checked_text(data)
    except BadJson as error:
        raise Rejected("invalid", f"data: {error}") from None
    if (may_hold_one(data_json) and holds_personal_number(data)) or holds_personal_number(
        texts["subject"]
    ):
        raise Rejected(
            "personal_data", "card, identity and phone numbers are not taken in; send a token"
        )
    content = "\x1f".join((texts["type"], texts["subject"], time.isoformat(), data_json))
    target = _target(data) if texts["type"] == REVERSED else None
    kept = bodies.readable(data)
    return Incoming(
        source=texts["source"],
        event_id=texts["id"],
        type=texts["type"],
        subject=texts["subject"],
        time=time,
        data=kept,
        data_json=data_json if kept is data else canonical(kept),
        digest=hashlib.blake2b(content.encode(), digest_size=16).digest(),
        target=target,
        body=None if kept is data else data_json,
    )


def read_line(line: str, *, now: datetime) -> Incoming:
    """One line of an event feed. Raises Rejected, also for what is not strict JSON."""
    try:
        value = parse_json(line)
    except BadJson as error:
        raise Rejected("invalid", str(error)) from None
    return read_event(value, now=now)


def _text(value: dict[str, Any], name: str) -> str:
    text = value.get(name)
    if not isinstance(text, str) or not text.strip():
        raise Rejected("invalid", f"{name}: must be a text that is not empty")
    if len(text) > MAX_LENGTH[name]:
        raise Rejected("invalid", f"{name}: at most {MAX_LENGTH[name]} characters")
    if text.isascii() and text.isprintable():
        return text
    if _CONTROL.search(text):
        raise Rejected("invalid", f"{name}: holds control characters")
    try:
        check_text(text)
    except BadJson as error:
        raise Rejected("invalid", f"{name}: {error}") from None
    return text


def _time(text: Any) -> datetime:
    if not isinstance(text, str) or not _RFC3339.fullmatch(text):
        raise Rejected("invalid", "time: must be RFC 3339 with a zone, as 2026-01-31T08:00:00Z")
    try:
        time = datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Rejected("invalid", "time: there is no such time") from None
    if time < OLDEST:
        raise Rejected("invalid", "time: before 1900")
    return time


def _target(data: dict[str, Any]) -> tuple[str, str]:
    source, event_id = data.get("source"), data.get("id")
    if not (isinstance(source, str) and source and isinstance(event_id, str) and event_id):
        raise Rejected("invalid", "data: a reversal names the source and id of its event")
    if len(source) > MAX_LENGTH["source"] or len(event_id) > MAX_LENGTH["id"]:
        raise Rejected("invalid", "data: no event has so long a source or id")
    return source, event_id
