import json
import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from growth import backtest, program, registry
from growth.errors import ProgramFaults
from growth.values import iso_date

MOST_DAYS = 31
MOST_PROCESSES = 2


class Command(BaseCommand):
    help = "Tries the tasks of a program file on the events stored. Writes nothing."

    def add_arguments(self, parser):
        parser.add_argument("file")
        parser.add_argument("--from", dest="first", metavar="DAY", help="First bank day.")
        parser.add_argument("--to", dest="last", metavar="DAY", help="Last bank day.")
        parser.add_argument("--json", action="store_true", help="Print one JSON object.")
        parser.add_argument(
            "--processes",
            type=int,
            default=min(MOST_PROCESSES, os.cpu_count() or 1),
            help="How many processes judge events (default: %(default)s).",
        )

    def handle(self, *args, file, first, last, processes, **options):
        days = {name: _day(name, text) for name, text in (("from", first), ("to", last))}
        if all(days.values()) and days["from"] > days["to"]:
            raise CommandError("--to is before --from")
        try:
            text = Path(file).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file}: cannot be read: {error}") from None
        try:
            with tqdm(unit=" events", disable=None, leave=False) as bar:
                found = backtest.run(
                    program.read(text),
                    first=days["from"],
                    last=days["to"],
                    processes=processes,
                    advance=lambda done, total: _show(bar, done, total),
                )
        except ProgramFaults as refusal:
            raise CommandError(f"{file}: nothing was tried.\n{refusal}") from None
        if options["json"]:
            self.stdout.write(json.dumps(found))
        else:
            for line in _lines(found):
                self.stdout.write(line)


def _day(name: str, text: str | None) -> Any:
    day = iso_date(text)
    if text and day is None:
        raise CommandError(f"--{name} must be a date, as 2026-01-31")
    return day


def _show(bar: Any, done: int, total: int) -> None:
    bar.total = total
    bar.update(done - bar.n)


def _lines(found: dict[str, Any]) -> list[str]:
    draft, live = found["draft"], found["live"]
    winners, losers = found["winners"], found["losers"]
    head = ["", "completions", "points", "growth", "refused", "customers"]
    tasks = [
        ["all tasks", *_figures(draft), draft["customers"]],
        *([code, *_figures(row), row["customers"]] for code, row in found["tasks"].items()),
        ["live now", *_figures(live), ""],
    ]
    changes = [
        [kind, *(row[name] for name in _CHANGE)]
        for kind, group in (("more", winners), ("fewer", losers))
        for row in group["top"]
    ]
    days = found["days"]
    keys = ("day", "completions", "points", "growth", "refused", "live_points")
    return [
        f"{found['events']:,} events, {found['events_a_second']:,} a second",
        *(f"note: {row['note']} ({row['task']})" for row in found["notes"]),
        "",
        *_table([head, *tasks]),
        *_section("refused", [[r, n] for r, n in draft["refused"].items()], ["reason", "times"]),
        *_section("ends", [list(row.values()) for row in found["ends"]], ["day", "limit", "of"]),
        *_section(
            "cost",
            [[r["budget"] or "-", r["cost_centre"] or "-", r["points"]] for r in found["budgets"]],
            ["budget", "cost centre", "points"],
        ),
        *_section("benefits", _benefits(draft["benefits"]), ["benefit", "number", "points each"]),
        "",
        f"more than live: {_changed(winners)}",
        f"less than live: {_changed(losers)}",
        *_section("largest changes", changes, ["", "customer", "points", "live", "growth", "live"]),
        *_section(
            f"day by day (the last {MOST_DAYS} of {len(days)}; --json has all)",
            [[row[key] for key in keys] for row in days[-MOST_DAYS:]],
            ["day", "completions", "points", "growth", "refused", "live points"],
        ),
    ]


_CHANGE = ("customer", "points", "live_points", "growth", "live_growth")


def _changed(group: dict[str, Any]) -> str:
    points, growth = group["points"], group["growth"]
    return f"{group['customers']:,} customers, {points:,} points, {growth:,} growth value"


def _benefits(granted: dict[str, int]) -> list[list[Any]]:
    read = registry.reward_prices.get("benefit")
    prices = read(granted) if read else {}
    return [[code, times, prices.get(code, "-")] for code, times in granted.items()]


def _figures(row: dict[str, Any]) -> list[int]:
    return [row["completions"], row["points"], row["growth"], sum(row["refused"].values())]


def _section(title: str, rows: list[list[Any]], head: list[str]) -> list[str]:
    return ["", title, *_table([head, *rows])] if rows else []


def _table(rows: list[list[Any]]) -> list[str]:
    cells = [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        "  " + "  ".join(
            cell.rjust(width) if isinstance(value, int) else cell.ljust(width)
            for cell, width, value in zip(line, widths, row, strict=True)
        ).rstrip()
        for line, row in zip(cells, rows, strict=True)
    ]  # fmt: skip
