"""Takes in files of uploaded codes, line by line and in batches, within bounded memory."""

import csv
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO, NamedTuple

from django.db import connection, transaction

from benefits import redemption
from benefits.errors import BenefitError
from benefits.models import Benefit, CodeBatch
from growth import bankday, sealing
from growth.models import RejectedRow
from growth.values import iso_date

COLUMNS = ("code", "valid_until", "face_value")
BATCH = 5000
MAX_LINE = 4096
MAX_CODE = 200

_MONEY = re.compile(r"(\d{1,7})(?:\.(\d{1,2}))?", re.ASCII)
_INSERT = """
    INSERT INTO benefits_benefitcode (benefit_id, batch_id, sealed, digest, valid_until,
                                      face_value_fen, state)
    SELECT %s, %s, c.*, 'free'
    FROM unnest(%s::bytea[], %s::bytea[], %s::date[], %s::int[]) AS c
    ON CONFLICT (benefit_id, digest) DO NOTHING
"""


class UnreadableFile(BenefitError):
    """The file as a whole cannot be read."""

    code = "unreadable_file"
    status = 422


class BadRow(Exception):
    """One row cannot be taken in; ``code`` is stable."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class Line(NamedTuple):
    """A line of the file; ``text`` is None where it is too long or not UTF-8."""

    number: int
    text: str | None
    shown: str
    fault: str


class CodeRow(NamedTuple):
    """One uploaded code."""

    code: str
    valid_until: date | None
    face_value_fen: int | None


@dataclass
class Tally:
    """What became of the rows of a file."""

    accepted: int = 0
    duplicate: int = 0
    rejected: int = 0


def import_codes(
    *, benefit: Benefit, path: Path, advance: Callable[[int], object] = lambda size: None
) -> Tally:
    """Add the codes of a CSV file to ``benefit``'s stock and serve the rewards that wait for it.

    A code that the benefit has already, from this file or an earlier one, counts as duplicate
    and keeps its first facts. Rows that cannot be read are kept as rejected rows. Codes are
    taken in by batches, each in one transaction; the same file again goes on where it stopped.

    Raises:
        UnreadableFile: it is not there, is empty, or has no usable header.
    """
    if benefit.kind != Benefit.Kind.CODE:
        raise UnreadableFile(
            f"{benefit.code} is of kind {benefit.kind}, it takes no uploaded codes"
        )
    tally = Tally()
    try:
        with path.open("rb") as stream:
            lines = _lines(stream, advance)
            header = _header(next(lines, None))
            batch = CodeBatch.objects.create(benefit=benefit, feed=path.name[:255])
            feed = f"{benefit.code}/{path.name}#{','.join(header)}"
            for chunk in _chunks(lines):
                _take_in(batch, feed, header, chunk, tally)
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror}") from error
    redemption.serve_all()
    return tally


def replay(row: str, feed: str) -> tuple[str, str] | None:
    """Take a rejected row in again; None once it is in, else its reason code and detail."""
    benefit_code, _, rest = feed.partition("/")
    header = rest.rpartition("#")[2].split(",")
    benefit = Benefit.objects.filter(code=benefit_code, kind=Benefit.Kind.CODE).first()
    if benefit is None:
        return "benefit", f"there is no benefit {benefit_code} that takes codes"
    try:
        parsed = parse_row(row, header, bankday.today())
    except BadRow as bad:
        return bad.code, bad.detail
    with transaction.atomic():
        batch = CodeBatch.objects.create(benefit=benefit, feed=f"replay of {rest}"[:255])
        _insert(batch, [parsed])
    return None


def parse_row(text: str, header: list[str], today: date) -> CodeRow:
    """A line as a code with its facts.

    Raises:
        BadRow: it cannot be taken in.
    """
    try:
        cells = next(csv.reader([text], strict=True))
    except (csv.Error, StopIteration):
        raise BadRow("malformed", "not a row of CSV") from None
    if len(cells) > len(header):
        raise BadRow("malformed", f"{len(cells)} cells under {len(header)} columns")
    values = dict(zip(header, (cell.strip() for cell in cells), strict=False))
    return CodeRow(
        _code(values.get("code", "")),
        _valid_until(values.get("valid_until", ""), today),
        _fen(values.get("face_value", "")),
    )


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
    yuan, cents = found.groups()
    return int(yuan) * 100 + int((cents or "").ljust(2, "0"))


def _lines(stream: BinaryIO, advance: Callable[[int], object]) -> Iterator[Line]:
    """Lines of at most ``MAX_LINE`` bytes; the rest of a longer one is read past."""
    number = 0
    while raw := stream.readline(MAX_LINE):
        number += 1
        size, too_long = len(raw), False
        while not raw.endswith(b"\n") and (rest := stream.readline(MAX_LINE)):
            too_long, size = True, size + len(rest)
            if rest.endswith(b"\n"):
                break
        advance(size)
        if number == 1:
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        yield _decoded(number, raw, too_long)


def _decoded(number: int, raw: bytes, too_long: bool) -> Line:
    shown = raw.decode(errors="replace").replace("\x00", "\ufffd").rstrip("\r\n")
    if too_long:
        return Line(number, None, shown, f"a line of more than {MAX_LINE} bytes")
    try:
        return Line(number, raw.decode().rstrip("\r\n"), shown, "")
    except UnicodeDecodeError:
        return Line(number, None, shown, "not UTF-8")


def _header(line: Line | None) -> list[str]:
    if line is None:
        raise UnreadableFile("the file is empty")
    if line.text is None:
        raise UnreadableFile(f"line 1: {line.fault}")
    try:
        names = [name.strip().lower() for name in next(csv.reader([line.text], strict=True), [])]
    except csv.Error:
        raise UnreadableFile("line 1: not a row of CSV") from None
    for name in names:
        if name not in COLUMNS:
            raise UnreadableFile(
                f"line 1: unknown column '{name[:40]}', known: {', '.join(COLUMNS)}"
            )
        if names.count(name) > 1:
            raise UnreadableFile(f"line 1: column '{name}' stands there twice")
    if "code" not in names:
        raise UnreadableFile("line 1: there is no column 'code'")
    return names


def _chunks(lines: Iterable[Line]) -> Iterator[list[Line]]:
    chunk: list[Line] = []
    for line in lines:
        if line.text is not None and not line.text.strip():
            continue
        chunk.append(line)
        if len(chunk) == BATCH:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


@transaction.atomic
def _take_in(
    batch: CodeBatch, feed: str, header: list[str], chunk: list[Line], tally: Tally
) -> None:
    today = bankday.today()
    good, bad = [], []
    for line in chunk:
        try:
            if line.text is None:
                raise BadRow("too_long" if "bytes" in line.fault else "encoding", line.fault)
            good.append(parse_row(line.text, header, today))
        except BadRow as fault:
            bad.append(
                RejectedRow(
                    feed=feed,
                    kind="code",
                    line=line.number,
                    row=line.shown,
                    code=fault.code,
                    detail=fault.detail,
                )
            )
    accepted = _insert(batch, good)
    RejectedRow.objects.bulk_create(bad, ignore_conflicts=True)
    tally.accepted += accepted
    tally.duplicate += len(good) - accepted
    tally.rejected += len(bad)


def _insert(batch: CodeBatch, rows: list[CodeRow]) -> int:
    """Returns how many were new."""
    if not rows:
        return 0
    secrets = [row.code.encode() for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                batch.benefit_id,
                batch.pk,
                [sealing.seal(secret) for secret in secrets],
                [sealing.fingerprint(secret) for secret in secrets],
                [row.valid_until for row in rows],
                [row.face_value_fen for row in rows],
            ],
        )
        return cursor.rowcount
