"""Points given or taken by hand, once a second person agrees: to one customer, or by a file.

A file's lines have keys that follow from what the file says, so the same file gives its points
once, however often it is uploaded, approved or interrupted.
"""

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from heapq import nlargest
from operator import itemgetter
from typing import Any, BinaryIO, NamedTuple

from django.db import connection

from growth import bankday, ledger
from growth.bulk import TEXTS, texts
from growth.errors import ExpiryOver, GrowthError, NotFound
from growth.ledger import Earning
from growth.models import ChangeRequest, Customer
from growth.registry import Applied
from growth.values import canonical

ADJUSTMENT, BULK_GRANT = "points_adjustment", "bulk_grant"
# What transfers give as their reason.
ADJUSTED, GRANTED = "adjustment", "grant"
MOST_POINTS = 10**7
MOST_LINES = 100_000
MOST_FAULTS = 100
MOST_NAMED = 100  # of the customers who are not known
BATCH = 5000


class Given(NamedTuple):
    """A line of a file: points for a customer."""

    customer: str
    points: int
    reason: str = ""


@dataclass
class Upload:
    """A file as it was read; ``faults`` are (number of the line, code of what is wrong)."""

    lines: list[Given] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)
    more_faults: int = 0

    def fault(self, line: int, code: str) -> None:
        """Note a fault; after the first hundred they are only counted."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.append((line, code))
        else:
            self.more_faults += 1


@dataclass(frozen=True)
class DryRun:
    """What a file would do: lines that are new, for how many customers, points in all."""

    lines: int
    customers: int
    points: int
    given_before: int
    unknown: int
    unknown_sample: list[str]


# One customer -----------------------------------------------------------------------------------


def validate_adjustment(payload: dict[str, Any]) -> None:
    """Refuse an adjustment of no points, of too many, or of nobody's."""
    points = payload["points"]
    if not points or abs(points) > MOST_POINTS:
        raise GrowthError(f"from 1 to {MOST_POINTS} points can be given or taken")
    _check_funding(payload, gives=points > 0)
    customer_id_of(payload["customer"])


def adjusted_points(payload: dict[str, Any]) -> int:
    """How many points are given or taken."""
    return abs(int(payload["points"]))


def apply_adjustment(payload: dict[str, Any], change: ChangeRequest) -> Applied:
    """Give or take the points, once for each request."""
    customer_id, points = customer_id_of(payload["customer"]), payload["points"]
    key, origin, today = f"adjustment:{change.pk}", {"change": change.pk}, bankday.today()
    if points > 0:
        expires_on = _expires_on(payload, today)
        earning = Earning(
            customer_id, points, key, ADJUSTED, origin, expires_on, payload["cost_centre"]
        )
        ledger.grant(earning=earning, today=today)
    else:
        ledger.deduct(
            customer_id=customer_id,
            points=-points,
            key=key,
            reason=ADJUSTED,
            origin=origin,
            today=today,
        )
    return Applied({"points": points})


def customer_id_of(ref: str) -> int:
    """The customer whom the bank calls so.

    Raises:
        NotFound: there is none.
    """
    found = Customer.objects.filter(ref=ref).values_list("pk", flat=True).first()
    if found is None:
        raise NotFound
    return found


def _check_funding(payload: dict[str, Any], *, gives: bool) -> None:
    if gives and not payload["cost_centre"]:
        raise GrowthError("points that are given need a cost centre")
    _expires_on(payload, bankday.today())


def is_over(payload: Mapping[str, Any], today: date) -> bool:
    """Whether the fixed day on which the points are to expire has come by ``today``."""
    on = payload["points_expire"].get("on")
    return bool(on) and date.fromisoformat(on) <= today


def _expires_on(payload: dict[str, Any], today: date) -> date | None:
    """First day on which points given today cannot be spent, None = never.

    Raises:
        ExpiryOver: that day was fixed, and has come.
    """
    if is_over(payload, today):
        raise ExpiryOver
    return bankday.expires_on(payload["points_expire"], today)


# A file of many ---------------------------------------------------------------------------------


def read_lines(file: BinaryIO) -> Upload:
    """Read a CSV file with the columns customer_id, points and, if there is one, reason.

    It is streamed; every fault is named by its line.
    """
    upload = Upload()
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    rows = csv.reader(text, strict=True)
    try:
        places = _header(next(rows, []))
        if places is None:
            upload.fault(1, "header")
            return upload
        for row in rows:
            if row:
                _read_row(upload, rows.line_num, row, places)
            if len(upload.lines) > MOST_LINES:
                upload.fault(rows.line_num, "too_many")
                break
    except UnicodeDecodeError:
        upload.fault(rows.line_num + 1, "encoding")
    except csv.Error:
        upload.fault(rows.line_num, "columns")
    finally:
        text.detach()
    if not upload.lines and not upload.faults:
        upload.fault(1, "empty")
    return upload


def _header(row: list[str]) -> dict[str, int] | None:
    """Columns by name, or None where they are not ours."""
    names = [name.strip() for name in row]
    known = {"customer_id", "points", "reason"}
    if len(set(names)) != len(names) or not {"customer_id", "points"} <= set(names) <= known:
        return None
    return {name: place for place, name in enumerate(names)}


def _read_row(upload: Upload, line: int, row: list[str], places: dict[str, int]) -> None:
    if len(row) != len(places):
        upload.fault(line, "columns")
        return
    ref, number = row[places["customer_id"]].strip(), row[places["points"]].strip()
    reason = row[places["reason"]].strip() if "reason" in places else ""
    if not ref or len(ref) > 128 or "\x00" in ref:
        upload.fault(line, "customer")
    elif not 0 < (points := _whole(number)) <= MOST_POINTS:
        upload.fault(line, "points")
    elif len(reason) > 200 or "\x00" in reason:
        upload.fault(line, "reason")
    else:
        upload.lines.append(Given(ref, points, reason))


def _whole(text: str) -> int:
    """The whole number that a cell writes; 0 for anything else, and for what is far too long."""
    digits = text.lstrip("0")
    fits = digits.isascii() and digits.isdigit() and len(digits) <= len(str(MOST_POINTS))
    return int(digits) if fits else 0


def bulk_payload(
    upload: Upload, *, file: str, cost_centre: str, points_expire: dict[str, Any]
) -> dict[str, Any]:
    """What a request for a read file says; the ``mark`` is the same for the same lines."""
    lines = [list(line) for line in upload.lines]
    return {
        "file": file[:200],
        "mark": hashlib.sha256(canonical(lines).encode()).hexdigest()[:32],
        "lines": lines,
        "cost_centre": cost_centre,
        "points_expire": points_expire,
    }


def dry_run(payload: dict[str, Any]) -> DryRun:
    """What the file would do now. Nothing is written."""
    keyed, found = _keyed(payload), _known(payload["lines"])
    before = _posted([key for _line, key in keyed])
    new = [line for line, key in keyed if key not in before]
    known = [line for line in new if line[0] in found]
    unknown = sorted({line[0] for line in new if line[0] not in found})
    return DryRun(
        lines=len(known),
        customers=len({line[0] for line in known}),
        points=sum(line[1] for line in known),
        given_before=len(before),
        unknown=len(unknown),
        unknown_sample=unknown[:MOST_NAMED],
    )


def validate_bulk(payload: dict[str, Any]) -> None:
    """Refuse a file that has no lines, or points that nobody pays for."""
    if not 0 < len(payload["lines"]) <= MOST_LINES:
        raise GrowthError(f"a file has from 1 to {MOST_LINES} lines")
    _check_funding(payload, gives=True)


def bulk_points(payload: dict[str, Any]) -> int:
    """How many points all lines of the file come to, whoever is known."""
    return sum(line[1] for line in payload["lines"])


def apply_bulk(payload: dict[str, Any], change: ChangeRequest) -> Applied:
    """Give the points of the next lines; ``done`` in the outcome says where the job goes on.

    Unknown customers are passed over and counted, as is what the same file gave before.
    """
    start = change.outcome.get("done", 0)
    part = _keyed(payload, start, start + BATCH)
    known = _known([line for line, _key in part])
    ledger.lock_customers(known.values())
    before = _posted([key for _line, key in part])
    today = bankday.today()
    expires_on = _expires_on(payload, today)
    earnings = [
        Earning(
            customer_id=known[ref],
            points=points,
            key=key,
            reason=reason or GRANTED,
            origin={"change": change.pk},
            expires_on=expires_on,
            cost_centre=payload["cost_centre"],
        )
        for (ref, points, reason), key in part
        if ref in known and key not in before
    ]
    ledger.grant_many(earnings=earnings, today=today)
    counts = {
        "done": len(part),
        "given": len(earnings),
        "points": sum(earning.points for earning in earnings),
        "given_before": len(before),
        "unknown": sum(line[0] not in known for line, _key in part),
    }
    outcome = {name: change.outcome.get(name, 0) + number for name, number in counts.items()}
    return Applied(outcome, finished=outcome["done"] >= len(payload["lines"]))


def largest(payload: dict[str, Any], most: int = 10) -> list[Given]:
    """The lines of a file that give most."""
    return [Given(*line) for line in nlargest(most, payload["lines"], key=itemgetter(1))]


def results(change: ChangeRequest) -> Iterator[tuple[int, Given, str]]:
    """Every line of a request's file with its number, and what has become of it."""
    payload, done = change.payload, change.outcome.get("done", 0)
    for start in range(0, len(payload["lines"]), BATCH):
        part = _keyed(payload, start, start + BATCH)
        by = _posted([key for _line, key in part])
        for number, (line, key) in enumerate(part, start + 1):
            if key in by:
                result = "given" if by[key] == change.pk else "given_before"
            else:
                result = "unknown" if number <= done else "not_given"
            yield number, Given(*line), result


def _keyed(
    payload: dict[str, Any], start: int = 0, stop: int | None = None
) -> list[tuple[list[Any], str]]:
    """Lines with their keys: what the whole file says, and the line's place in it."""
    mark = payload["mark"]
    part = payload["lines"][start:stop]
    return [(line, f"bulk:{mark}:{place}") for place, line in enumerate(part, start)]


# Transfers that applied requests stand for (``registry.points_causes``): the points of the
# customer that the request names, and the lines of a file that the job came to.
ADJUSTED_BY = f"""
    SELECT t.id, t.customer_id FROM growth_changerequest r
    JOIN growth_pointstransfer t ON t.key = 'adjustment:' || r.id
    JOIN growth_customer c ON c.id = t.customer_id AND c.ref = r.payload ->> 'customer'
    WHERE r.kind = '{ADJUSTMENT}' AND r.state = 'applied'
      AND (r.payload ->> 'points')::bigint =
        CASE t.kind WHEN 'grant' THEN t.points WHEN 'deduct' THEN -t.points END
"""  # noqa: S608
GRANTED_BY = f"""
    SELECT t.id, t.customer_id
    FROM growth_changerequest r
    CROSS JOIN jsonb_array_elements(r.payload -> 'lines') WITH ORDINALITY AS l(line, place)
    JOIN growth_pointstransfer t ON t.kind = 'grant'
      AND t.key = 'bulk:' || (r.payload ->> 'mark') || ':' || l.place - 1
    JOIN growth_customer c ON c.id = t.customer_id AND c.ref = l.line ->> 0
    WHERE r.kind = '{BULK_GRANT}' AND r.state IN ('approved', 'applied', 'failed')
      AND l.place <= (r.outcome ->> 'done')::bigint AND t.points = (l.line ->> 1)::bigint
"""  # noqa: S608

_KNOWN = f"SELECT ref, id FROM growth_customer WHERE ref = ANY({TEXTS})"  # noqa: S608
_POSTED = f"""
    SELECT key, (origin ->> 'change')::bigint FROM growth_pointstransfer WHERE key = ANY({TEXTS})
"""  # noqa: S608


def _known(lines: list[list[Any]]) -> dict[str, int]:
    """Ids of the customers that there are, by the bank's id."""
    refs = {line[0] for line in lines}
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [texts(refs)])
        return dict(cursor.fetchall())


def _posted(keys: list[str]) -> dict[str, int]:
    """Those of the keys that stand in the ledger, with the request that gave them."""
    with connection.cursor() as cursor:
        cursor.execute(_POSTED, [texts(keys)])
        return dict(cursor.fetchall())
