"""Tables as CSV and XLSX that cannot run anything on the reader's machine, row by row."""

import csv
from collections.abc import Iterable, Iterator
from tempfile import TemporaryFile
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

# What spreadsheet programs read as the start of a formula, their full-width forms included.
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "＝", "＋", "－", "＠", "｜")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def harmless(value: Any) -> Any:
    """``value``, with an apostrophe before a text that a spreadsheet might calculate."""
    if isinstance(value, str) and value.lstrip(" \u3000\ufeff").startswith(RISKY):
        return f"'{value}"
    return value


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
