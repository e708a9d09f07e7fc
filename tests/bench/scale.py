"""The product at a small bank's size and at a large one's: rates and slowest answers compared.

Not among the benchmarks that run by default: making the large bank takes some minutes.
"""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.db import connection

from tests.bench import web
from tests.bench.events_by_file import MOST_GROWTH_MIB, MOST_MIB, import_feed
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


def run(place: Place, *, quick: bool) -> list[Result]:
    """Import, sign and read at both sizes, on servers of the same kind, one after the other."""
    sizes = {SMALL: (1_000, 9_000), LARGE: (20_000, 0) if quick else (1_000_000, 0)}
    feeds = {SMALL: 20_000, LARGE: 20_000} if quick else {SMALL: 200_000, LARGE: 1_000_000}
    banks = {name: _bank(place, name, *sizes[name]) for name in sizes}
    customers = {name: sum(sizes[name]) for name in sizes}
    rates, memory = {}, {}
    for name in (SMALL, LARGE):
        feed = place.places.data_dir / "scale.jsonl"
        _write(feed, feeds[name], customers[name])
        place.settle_down()
        imported = import_feed(place, feed, feeds[name], name)
        rates[name], memory[name] = imported.rate, imported
        feed.unlink()
        print(f"{RATE}: {name} {imported.rate:,.0f} events/s", flush=True)
    seconds, turns = (1.0, 1) if quick else (5.0, 3)
    answers: dict[str, list[float]] = {SMALL: [], LARGE: []}
    slowest: dict[str, dict[str, list[float]]] = {SMALL: {}, LARGE: {}}
    tokens = {name: _sessions(name, sizes[name][0]) for name in sizes}
    with _serving(place, SMALL) as small, _serving(place, LARGE) as large:
        ports = {SMALL: small, LARGE: large}
        for turn in range(turns + 1):
            for name, port in ports.items():
                wanted = int(900 * seconds)
                sent = [
                    web.request("POST", "/api/v1/events", *banks[name].signed(subject=subject))
                    for subject in _subjects(customers[name], wanted)
                ]
                place.settle_down()
                told = web.load(port, sent, seconds=seconds, status=202)
                for path in ("/api/v1/me/points", "/api/v1/me/points/entries"):
                    reads = _reads(path, tokens[name])
                    read = web.load(port, reads, seconds=seconds / 2, status=200)
                    if turn:  # the first turn warms up
                        slowest[name].setdefault(path, []).append(read.slowest_ms)
                if turn:
                    answers[name].append(told.rate)
                    print(f"{HTTP}: {name} {told.rate:,.0f} requests/s", flush=True)
    place.drop_database(SMALL)
    place.drop_database(LARGE)
    reads_ratio = {
        f"{path} p99, times": (min(slowest[LARGE][path]) / min(slowest[SMALL][path]), MOST_SLOWER)
        for path in slowest[SMALL]
    }
    facts = {"customers": customers, "entries": {n: sizes[n][0] * ENTRIES for n in sizes}}
    return [
        Result(
            RATE,
            "events/s",
            rates[LARGE],
            rates[SMALL],
            LEAST_RATE,
            at_most={
                "peak MiB": (max(memory[LARGE].memory), MOST_MIB),
                "growth MiB": (memory[LARGE].growth, MOST_GROWTH_MIB),
            },
            facts=facts | {"events": feeds},
        ),
        Result(
            HTTP,
            "requests/s",
            max(answers[LARGE]),
            max(answers[SMALL]),
            LEAST_RATE,
            at_most=reads_ratio,
            facts=facts | {"slowest_ms": slowest, "runs": answers},
        ),
    ]


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


def _sessions(name: str, customers: int) -> list[str]:
    """Sessions of customers with entries, from all over the bank."""
    main = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        step = max(1, customers // SESSIONS)
        return [session(f"scale-{n}") for n in range(1, customers + 1, step)][:SESSIONS]
    finally:
        connection.close()
        connection.settings_dict["NAME"] = main
