"""The product at a small bank's size and at a large one's: rates and slowest answers compared."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench import web
from tests.bench.events_by_file import MOST_GROWTH_MIB, MOST_MIB, Import, growth, import_feed
from tests.bench.http_events import PROGRAM, Bank, session
from tests.bench.place import Place
from tests.bench.report import Result

RATE = "settling_at_scale"
HTTP = "http_at_scale"
READS = "slowest_reads_at_scale"
NAME = "scale"
LEAST_RATE = 0.80
MOST_SLOWER = 1.5
SMALL, LARGE = "bench_10k", "bench_1m"
ENTRIES = 20
SESSIONS = 200
Runs = dict[str, list[float]]


def run(place: Place, *, quick: bool) -> list[Result]:
    """Import, sign and read at both sizes, on servers of the same kind, one after the other."""
    sizes = {SMALL: (1_000, 9_000), LARGE: (20_000, 0) if quick else (1_000_000, 0)}
    feeds = {SMALL: 20_000, LARGE: 20_000} if quick else {SMALL: 200_000, LARGE: 1_000_000}
    banks = {name: _bank(place, name, *sizes[name]) for name in sizes}
    customers = {name: sum(sizes[name]) for name in sizes}
    plans = _read_whole(place, LARGE)
    imports = {name: _imported(place, name, feeds[name], customers[name]) for name in sizes}
    seconds, turns = (1.0, 1) if quick else (4.0, 5)
    answers: Runs = {SMALL: [], LARGE: []}
    slowest: dict[str, Runs] = {SMALL: {}, LARGE: {}}
    tokens = {name: _sessions(place, name, sizes[name][0]) for name in sizes}
    with _serving(place, SMALL) as small, _serving(place, LARGE) as large:
        for turn in range(turns + 1):
            for name, port in ((SMALL, small), (LARGE, large)):
                rate = _signed_rate(place, port, banks[name], customers[name], seconds)
                reads = _slowest_reads(port, tokens[name], seconds / 2)
                if not turn:  # the first turn warms up
                    continue
                answers[name].append(rate)
                for path, milliseconds in reads.items():
                    slowest[name].setdefault(path, []).append(milliseconds)
                print(f"{HTTP}: {name} {rate:,.0f} requests/s", flush=True)
    place.drop_database(SMALL)
    place.drop_database(LARGE)
    facts = {"customers": customers, "entries": {n: sizes[n][0] * ENTRIES for n in sizes}}
    return [
        _of_settling(imports, plans, facts | {"events": feeds}),
        _of_http(answers, slowest, facts | {"slowest_ms": slowest, "runs": answers}),
    ]


def _imported(place: Place, name: str, events: int, customers: int) -> Import:
    feed = place.places.data_dir / "scale.jsonl"
    _write(feed, events, customers)
    place.settle_down()
    imported = import_feed(place, feed, events, name)
    feed.unlink()
    print(f"{RATE}: {name} {imported.rate:,.0f} events/s", flush=True)
    return imported


def _signed_rate(place: Place, port: int, bank: Bank, customers: int, seconds: float) -> float:
    """Signed events of customers from all over the bank that are answered in a second."""
    sent = [
        web.request("POST", "/api/v1/events", *bank.signed(subject=subject))
        for subject in _subjects(customers, int(900 * seconds))
    ]
    place.settle_down()
    return web.load(port, sent, seconds=seconds, status=202).rate


def _slowest_reads(port: int, tokens: list[str], seconds: float) -> dict[str, float]:
    """Milliseconds of the slowest answers by path."""
    return {
        path: web.load(port, _reads(path, tokens), seconds=seconds, status=200).slowest_ms
        for path in ("/api/v1/me/points", "/api/v1/me/points/entries")
    }


def _read_whole(place: Place, name: str) -> dict[str, set[str]]:
    """Tables that statements of a day's verbs and queries read whole; nothing of these is kept."""
    from django.db import transaction
    from django.test.utils import setup_test_environment

    from tests import plans

    setup_test_environment()
    with place.using(name), transaction.atomic():
        plans.load_program()
        with plans.plans(as_if_large=False) as found:
            for done in plans.HOT:
                done()
        transaction.set_rollback(True)
    whole = plans.whole(found)
    print(f"{RATE}: {len(found)} statements, {len(whole)} read a large table whole", flush=True)
    for sql, tables in whole.items():
        print(f"  {', '.join(sorted(tables))}: {sql}", flush=True)
    return whole


def _of_settling(
    imports: dict[str, Import], whole: dict[str, set[str]], facts: dict[str, Any]
) -> Result:
    large = imports[LARGE]
    return Result(
        RATE,
        "events/s",
        large.rate,
        imports[SMALL].rate,
        LEAST_RATE,
        at_most={
            "peak MiB": (max(large.memory), MOST_MIB),
            "growth MiB": (growth(large.memory), MOST_GROWTH_MIB),
            "statements that read a large table whole": (len(whole), 0),
        },
        facts=facts,
    )


def _of_http(answers: Runs, slowest: dict[str, Runs], facts: dict[str, Any]) -> Result:
    return Result(
        HTTP,
        "requests/s",
        median(answers[LARGE]),
        median(answers[SMALL]),
        LEAST_RATE,
        at_most={
            f"{path} p99, times": (median(runs) / median(slowest[SMALL][path]), MOST_SLOWER)
            for path, runs in slowest[LARGE].items()
        },
        facts=facts,
    )


def _bank(place: Place, name: str, with_entries: int, without: int) -> Bank:
    """A database of such customers, and a system of the bank that may send events to it."""
    place.copy_database(name, "bench_empty")
    program = place.places.data_dir / "program.yaml"
    program.write_text(PROGRAM)
    place.manage("load_program", str(program), database=name)
    for customers, entries in ((with_entries, ENTRIES), (without, 0)):
        if customers:
            options = ["--customers", str(customers), "--entries", str(entries)]
            place.manage("seed_scale", *options, "--events", "1", database=name)
    place.manage("rebuild_segments", database=name)
    told = json.loads(
        place.manage("create_api_client", "bench", "--scope", "events:write", database=name)
    )
    return Bank(told["client_id"], told["secret"])


def _subjects(customers: int, number: int) -> Iterator[str]:
    picked = random.Random(number)
    for _ in range(number):
        yield f"scale-{picked.randint(1, customers)}"


def _write(feed: Path, events: int, customers: int) -> None:
    """A feed of so many bills, of customers by chance and in the order of time."""
    start = datetime.now(UTC) - timedelta(days=2)
    with feed.open("w") as out:
        for number, subject in enumerate(_subjects(customers, events)):
            time = start + timedelta(milliseconds=100 * number)
            out.write(
                f'{{"specversion":"1.0","id":"feed-{number}","source":"/bench","type":"bill.paid",'
                f'"subject":"{subject}","time":"{time.isoformat()}",'
                f'"data":{{"amount":"120.50","biller":"water"}}}}\n'
            )


def _serving(place: Place, name: str):
    return web.serving(place, web.OURS, database=name)


def _reads(path: str, tokens: list[str]) -> Iterator[bytes]:
    while True:
        for token in tokens:
            yield web.request("GET", path, {"Authorization": f"Bearer {token}"})


def _sessions(place: Place, name: str, customers: int) -> list[str]:
    """Sessions of customers with entries, from all over the bank."""
    step = max(1, customers // SESSIONS)
    with place.using(name):
        return [session(f"scale-{n}") for n in range(1, customers + 1, step)][:SESSIONS]
