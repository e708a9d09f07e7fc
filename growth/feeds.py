"""Files that banks send: read line by line, whatever is in them, within bounded memory."""

import csv
import gzip
import lzma
import sys
import time
import zlib
from collections import deque
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeVar

from django.core.management.base import CommandError
from django.db.models import Value
from django.db.models.functions import MD5
from tqdm import tqdm

from growth.models import RejectedRow
from growth.values import BadJson, check_json

MAX_LINE = 2**20
KEPT = 2**16


class Line(NamedTuple):
    """A line of a feed; ``fault`` is (code, detail) where it cannot be read."""

    number: int
    text: str
    fault: tuple[str, str] | None = None


@contextmanager
def opened(path: str) -> Iterator[BinaryIO]:
    """A feed's bytes, unpacked where its name ends in .gz or .xz.

    What is packed is unpacked to its end beforehand. Its checksum comes last, and damage may unpack
    to a line with another amount: of such a file nothing may be taken in.

    Raises:
        CommandError: one line that names the file.
    """
    packed: Any = {".gz": gzip.open, ".xz": lzma.open}.get(Path(path).suffix)
    opener = packed or open
    try:
        if packed:
            with packed(path, "rb") as file:
                while file.read(KEPT):
                    pass
        with opener(path, "rb") as file:
            yield file
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        raise CommandError(f"{path}: cannot be read: {error}") from None


def lines(file: BinaryIO, *, blank: bool = False) -> Iterator[Line]:
    """Lines, without ``blank`` ones. A line past 1 MiB is skipped over without being held."""
    number = 0
    while raw := file.readline(MAX_LINE + 1):
        number += 1
        if len(raw) > MAX_LINE:
            start = raw[:200].decode("utf-8", "replace")
            while raw and not raw.endswith(b"\n"):
                raw = file.readline(MAX_LINE)
            yield Line(number, start, ("too_long", "a line of more than 1 MiB"))
            continue
        try:
            text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            detail = f"not UTF-8: byte {error.start + 1} of the line"
            yield Line(number, raw.decode("utf-8", "replace"), ("encoding", detail))
            continue
        if blank or text.strip():
            yield Line(number, text.rstrip("\r\n"))


T = TypeVar("T")


def ahead(items: Iterator[T]) -> Iterator[T]:
    """The items, each made by a thread while the caller is busy with the one before.

    So the next batch is read while the database works on this one. The items may not use the
    database: a connection belongs to its thread.
    """
    interval = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)  # who has an answer from the database goes on at once
    try:
        with ThreadPoolExecutor(1, "reader") as reader:
            following = reader.submit(list, islice(items, 1))
            while item := following.result():
                following = reader.submit(list, islice(items, 1))
                yield item[0]
    finally:
        sys.setswitchinterval(interval)


class CsvRow(NamedTuple):
    """A row of a CSV file by column; ``fault`` where it cannot be read."""

    line: int
    text: str
    cells: dict[str, str]
    fault: tuple[str, str] | None = None


def csv_rows(file: BinaryIO, path: str, required: str) -> Iterator[CsvRow]:
    """Rows of a CSV with a header. Raises CommandError where the header cannot be used.

    A quoted cell may hold line breaks. Where that does not come to a row, only the row's first
    line is at fault, and the next row begins on the next line.
    """
    source, waiting = lines(file, blank=True), deque[Line]()

    def following() -> Line | None:
        return waiting.popleft() if waiting else next(source, None)

    header: list[str] | None = None
    while (line := following()) is not None:
        if line.fault:
            if header is None:
                raise CommandError(f"{path}: line {line.number}: {line.fault[1]}")
            yield CsvRow(line.number, line.text, {}, line.fault)
            continue
        if not line.text.strip():
            continue
        cells, more = _record(line, following)
        if header is None:
            header = _header(cells, path, required)
        elif cells is None or len(cells) != len(header):
            waiting.extendleft(reversed(more))
            found = "a broken quote" if cells is None else f"{len(cells)} cells"
            fault = ("columns", f"{found} where the header has {len(header)} columns")
            yield CsvRow(line.number, line.text, {}, fault)
        else:
            text = "\n".join([line.text, *(other.text for other in more)])
            yield CsvRow(line.number, text, dict(zip(header, cells, strict=True)))
    if header is None:
        raise CommandError(f"{path}: is empty; a header with {required} was expected")


def _record(
    first: Line, following: Callable[[], Line | None]
) -> tuple[list[str] | None, list[Line]]:
    """The cells of the row that begins with a line, and the further lines that it took."""
    more: list[Line] = []

    def texts() -> Iterator[str]:
        yield f"{first.text}\n"
        size = 0
        while size < KEPT and (line := following()) is not None:
            more.append(line)
            if line.fault:
                return
            size += len(line.text) + 1
            yield f"{line.text}\n"

    try:
        return next(csv.reader(texts(), strict=True)), more
    except (csv.Error, StopIteration):
        return None, more


def _header(cells: list[str] | None, path: str, required: str) -> list[str]:
    names = [cell.strip() for cell in cells or []]
    double = sorted({name for name in names if names.count(name) > 1})
    if double:
        raise CommandError(f"{path}: the column {double[0]!r} stands twice in the header")
    if required not in names:
        raise CommandError(f"{path}: the header has no column {required}")
    if "" in names:
        raise CommandError(f"{path}: a column in the header has no name")
    try:
        check_json(names)
    except BadJson as error:
        raise CommandError(f"{path}: the header: {error}") from None
    return names


def keep_rejected(feed: str, kind: str, rows: list[tuple[int, str, str, str]]) -> None:
    """Keep rejected rows (line, text, code, detail), to be looked at and replayed.

    Each is kept once a feed. Refused again after its replay, it is open again.
    """
    kept = [
        RejectedRow(
            feed=feed,
            kind=kind,
            line=line,
            row=text[:KEPT].replace("\x00", "\ufffd"),
            code=code,
            detail=detail[:500],
        )
        for line, text, code, detail in rows
    ]
    RejectedRow.objects.bulk_create(kept, ignore_conflicts=True)
    again = RejectedRow.objects.filter(kind=kind, feed=feed, replayed_at__isnull=False)
    again = again.alias(feed_mark=MD5("feed"), row_mark=MD5("row"))
    for code in {row.code for row in kept}:
        marks = [MD5(Value(row.row)) for row in kept if row.code == code]
        found = again.filter(feed_mark=MD5(Value(feed)), code=code, row_mark__in=marks)
        found.update(replayed_at=None)


@contextmanager
def progress_bar(what: str, total: int | None = None) -> Iterator[Callable[[int], object]]:
    """A bar on a terminal, nothing elsewhere; called with each batch's rows."""
    with tqdm(unit=f" {what}", total=total, disable=None, leave=False) as bar:
        yield bar.update


class Tally:
    """What an import has done so far."""

    def __init__(self) -> None:
        self.accepted = self.duplicate = self.rejected = 0
        self._started = time.monotonic()

    def add(self, accepted: int, duplicate: int, rejected: Collection[int]) -> None:
        """Count one more batch."""
        self.accepted += accepted
        self.duplicate += duplicate
        self.rejected += len(rejected)

    def as_dict(self) -> dict[str, float]:
        """The figures that an importing command prints last."""
        return {
            "accepted": self.accepted,
            "duplicate": self.duplicate,
            "rejected": self.rejected,
            "seconds": round(time.monotonic() - self._started, 3),
        }
