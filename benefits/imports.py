"""Takes in files of uploaded codes, row by row and in batches, within bounded memory."""

import csv
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import BinaryIO, NamedTuple

from django.core.management.base import CommandError
from django.db import connection, transaction

from benefits import redemption
from benefits.models import Benefit, CodeBatch
from growth import bankday, feeds, sealing
from growth.feeds import CsvRow, Tally
from growth.values import iso_date

COLUMNS = ("code", "valid_until", "face_value")
BATCH_ROWS = 5000
BATCH_CHARACTERS = 4 * 1024 * 1024
MAX_CODE = 200

_MONEY = re.compile(r"(\d{1,7})(?:\.(\d{1,2}))?", re.ASCII)
_INSERT = """
    INSERT INTO benefits_benefitcode (benefit_id, batch_id, sealed, digest, valid_until,
                                      face_value_fen, state)
    SELECT %s, %s, c.*, 'free'
    FROM unnest(%s::bytea[], %s::bytea[], %s::date[], %s::int[]) AS c
    ON CONFLICT (benefit_id, digest) DO NOTHING
"""


class BadRow(Exception):
    """One row cannot be taken in; ``code`` is stable."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class CodeRow(NamedTuple):
    """One uploaded code."""

    code: str
    valid_until: date | None
    face_value_fen: int | None


def import_codes(
    file: BinaryIO, path: str, *, benefit_code: str, on_batch: Callable[[int], object]
) -> Tally:
    """Add uploaded codes to a benefit's stock, then serve the rewards that wait for it.

    A code that the benefit has already, from this file or an earlier one, counts as duplicate
    and keeps its first facts. Rows that cannot be read are kept as rejected rows. Each batch is
    one transaction; the same file again goes on where it stopped.

    Raises:
        CommandError: the benefit takes no codes, or the file has no usable header.
    """
    benefit = _benefit(benefit_code)
    if benefit is None:
        raise CommandError(f"there is no benefit {benefit_code!r} of kind code")
    tally, batch = Tally(), None
    for chunk in _chunks(feeds.csv_rows(file, path, required="code")):
        _check_columns(chunk, path)
        batch = batch or CodeBatch.objects.create(benefit=benefit, feed=Path(path).name[:255])
        _take_in(batch, chunk, tally)
        on_batch(len(chunk))
    redemption.serve_all()
    return tally


def replay(row: str, feed: str) -> tuple[str, str] | None:
    """Take a rejected row in again; None once it is in, else its reason code and detail."""
    benefit_code, _, rest = feed.partition("/")
    name, _, header = rest.rpartition("#")
    benefit = _benefit(benefit_code)
    if benefit is None:
        return "benefit", f"there is no benefit {benefit_code!r} of kind code"
    try:
        cells = next(csv.reader([row], strict=True))
        parsed = parse(dict(zip(header.split(","), cells, strict=True)), bankday.today())
    except (csv.Error, StopIteration, ValueError):
        return "columns", "not a row under this header"
    except BadRow as bad:
        return bad.code, bad.detail
    with transaction.atomic():
        _insert(CodeBatch.objects.create(benefit=benefit, feed=name[:255]), [parsed])
    return None


def parse(cells: dict[str, str], today: date) -> CodeRow:
    """A row as a code with its facts. What looks like a formula is a text like any other.

    Raises:
        BadRow: it cannot be taken in.
    """
    return CodeRow(
        _code(cells["code"].strip()),
        _valid_until(cells.get("valid_until", "").strip(), today),
        _fen(cells.get("face_value", "").strip()),
    )


def _benefit(code: str) -> Benefit | None:
    return Benefit.objects.filter(code=code, kind=Benefit.Kind.CODE).first()


def _check_columns(chunk: list[CsvRow], path: str) -> None:
    """A mistyped ``valid_until`` must not make codes that are good for ever."""
    for name in next((row.cells for row in chunk if row.cells), {}):
        if name not in COLUMNS:
            known = ", ".join(COLUMNS)
            raise CommandError(f"{path}: unknown column {name[:40]!r}; known are {known}")


def _code(text: str) -> str:
    if not text:
        raise BadRow("code", "no code")
    if len(text) > MAX_CODE:
        raise BadRow("code", f"a code of more than {MAX_CODE} characters")
    if any(unicodedata.category(character).startswith("C") for character in text):
        raise BadRow("code", "a code with a control character")
    return text


def _valid_until(text: str, today: date) -> date | None:
    if not text:
        return None
    day = iso_date(text)
    if day is None:
        raise BadRow("valid_until", "not a date such as 2026-12-31")
    if day < today:
        raise BadRow("expired", "valid_until has passed")
    return day


def _fen(text: str) -> int | None:
    """Yuan with at most two decimals, as fen."""
    if not text:
        return None
    found = _MONEY.fullmatch(text)
    if found is None:
        raise BadRow("face_value", "not an amount in yuan such as 25 or 25.50")
    yuan, rest = found.groups()
    return int(yuan) * 100 + int((rest or "").ljust(2, "0"))


def _chunks(rows: Iterable[CsvRow]) -> Iterator[list[CsvRow]]:
    """Batches that are bounded in rows and in what they hold in memory."""
    chunk: list[CsvRow] = []
    characters = 0
    for row in rows:
        chunk.append(row)
        characters += len(row.text)
        if len(chunk) == BATCH_ROWS or characters > BATCH_CHARACTERS:
            yield chunk
            chunk, characters = [], 0
    if chunk:
        yield chunk


@transaction.atomic
def _take_in(batch: CodeBatch, chunk: list[CsvRow], tally: Tally) -> None:
    today = bankday.today()
    good, bad, header = [], [], ""
    for row in chunk:
        header = header or ",".join(row.cells)
        try:
            if row.fault:
                raise BadRow(*row.fault)
            good.append(parse(row.cells, today))
        except BadRow as fault:
            bad.append((row.line, row.text, fault.code, fault.detail))
    accepted = _insert(batch, good)
    # What a replay needs to know besides the row.
    feed = f"{batch.benefit.code}/{batch.feed}#{header or 'code'}"
    feeds.keep_rejected(feed, "code", bad)
    tally.accepted += accepted
    tally.duplicate += len(good) - accepted
    tally.rejected += len(bad)


def _insert(batch: CodeBatch, rows: list[CodeRow]) -> int:
    """Returns how many were new."""
    if not rows:
        return 0
    texts = [row.code.encode() for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                batch.benefit_id,
                batch.pk,
                [sealing.seal(text) for text in texts],
                [sealing.fingerprint(text) for text in texts],
                [row.valid_until for row in rows],
                [row.face_value_fen for row in rows],
            ],
        )
        return cursor.rowcount
