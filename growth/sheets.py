"""Tables as CSV and XLSX that cannot run anything on the reader's machine, row by row."""

import csv
import re
from collections.abc import Iterable, Iterator
from tempfile import TemporaryFile
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

# What spreadsheet programs read as the start of a formula, their full-width forms included.
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "＝", "＋", "－", "＠", "｜")
# What no XML can hold, and so no cell of a workbook.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def harmless(value: Any) -> Any:
    """``value``; of a text, control characters are replaced, and an apostrophe comes before what a
    spreadsheet might calculate."""
    if not isinstance(value, str):
        return value
    text = _NOT_IN_XML.sub("\ufffd", value)
    return f"'{text}" if text.lstrip(" \u3000\ufeff").startswith(RISKY) else text


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> bytes:
        return text.encode()


def csv_lines(rows: Iterable[Iterable[Any]]) -> Iterator[bytes]:
    """The rows as CSV, one at a time. Without the mark at the beginning, spreadsheet programs
    take Chinese for another encoding."""
    yield "\ufeff".encode()
    writer = csv.writer(_Echo())
    for row in rows:
        yield writer.writerow([harmless(value) for value in row])


def xlsx(rows: Iterable[Iterable[Any]], title: str) -> IO[bytes]:
    """The rows as a workbook in a temporary file; never more than a row in memory."""
    workbook = Workbook(write_only=True, iso_dates=True)
    sheet = workbook.create_sheet(title=title)
    for row in rows:
        sheet.append(_cell(sheet, value) for value in row)
    file = TemporaryFile()  # noqa: SIM115 - who sends it closes it
    workbook.save(file)
    file.seek(0)
    return file


def _cell(sheet: Any, value: Any) -> Any:
    cell = WriteOnlyCell(sheet, harmless(value))
    if cell.data_type == "f":
        cell.data_type = "s"
    return cell
