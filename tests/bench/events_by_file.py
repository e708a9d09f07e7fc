"""Events by file, end to end, against plain SQL that writes the same rows."""

import contextlib
import json
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from config import env
from tests.bench import berka, raw, rows
from tests.bench.place import Place
from tests.bench.report import Result, of_runs

NAME = "events_by_file"
TARGET = 0.50
MOST_MIB = 400
# Growth from 30 % of the way to the end that is still called flat.
MOST_GROWTH_MIB = 16
LOOK_SECONDS = 0.2
FEED = "bench_feed"
OURS, PLAIN = "bench_ours", "bench_plain"


@dataclass
class Import:
    """What one import came to."""

    rate: float
    memory: list[float]  # MiB while it took in, every LOOK_SECONDS


def run(place: Place, *, quick: bool) -> Result | None:
    """Import the feed in a process of its own, then write its rows again; in three runs."""
    folder = berka.folder()
    if folder is None:
        print(f"{NAME}: skipped, there is no Berka feed (set BERKA_DIR)")
        return None
    # The first run is the long one; the others repeat its beginning.
    sizes = (40_000,) if quick else (200_000, 100_000, 100_000)
    feed = place.places.data_dir / "feed.jsonl"
    place.copy_database(FEED, "bench_empty")
    place.manage("load_program", str(folder / "program.yaml"), database=FEED)
    batches: list[rows.Batch] = []
    imports, pairs = [], []
    for number, events in enumerate(sizes):
        berka.write(folder, feed, events)
        place.copy_database(OURS, FEED)
        place.copy_database(PLAIN, FEED)
        place.settle_down()
        imports.append(import_feed(place, feed, events, OURS))
        if not batches:
            batches = _written(place)
        place.settle_down()
        seconds = raw.write(place.address(PLAIN), batches[: events // rows.BATCH])
        pairs.append((imports[-1].rate, events / seconds))
        _compare(place, contents=number == 0)
        print(f"{NAME}: {pairs[-1][0]:,.0f} of {pairs[-1][1]:,.0f} events/s", flush=True)
    for name in (OURS, PLAIN, FEED):
        place.drop_database(name)
    figure, limit = of_runs(pairs)
    return Result(
        NAME,
        "events/s",
        figure,
        limit,
        TARGET,
        at_most={
            "peak MiB": (max(max(one.memory) for one in imports), MOST_MIB),
            "growth MiB": (growth(imports[0].memory), MOST_GROWTH_MIB),
        },
        facts={"events": sizes[0], "runs": [[round(a), round(b)] for a, b in pairs]},
    )


def import_feed(place: Place, feed: Path, events: int, database: str) -> Import:
    """Import a feed in a process of its own, and watch its memory."""
    outcome, memory = watched(place, database, "import_events", str(feed))
    if outcome["accepted"] != events:
        raise SystemExit(f"import_events accepted {outcome}, not {events}")
    return Import(outcome["accepted"] / outcome["seconds"], memory)


def watched(place: Place, database: str, *command: str) -> tuple[dict[str, Any], list[float]]:
    """What a command tells at its end, run by a process of its own, and the MiB that it held.

    These are of the ``seconds`` that it tells, and so without its beginning, which is Python's.
    """
    process = subprocess.Popen(
        [sys.executable, "manage.py", *command],
        cwd=env.ROOT,
        env=place.environment(database),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    memory: list[float] = []
    watch = threading.Thread(target=_watch, args=(process, memory), daemon=True)
    watch.start()
    try:
        told, errors = process.communicate()
    finally:
        process.kill()
        watch.join()
    if process.returncode:
        raise SystemExit(f"{command[0]} failed:\n{errors[-2000:]}")
    outcome = json.loads(told.strip().splitlines()[-1])
    return outcome, memory[-max(1, int(outcome["seconds"] / LOOK_SECONDS)) :]


def growth(memory: list[float]) -> float:
    """MiB that were added at most after 30 % of the way."""
    later = memory[int(len(memory) * 0.3) :]
    return max(later) - later[0]


def _watch(process: "subprocess.Popen[str]", memory: list[float]) -> None:
    """Note what a process and its children hold, until it ends."""
    watched = psutil.Process(process.pid)
    while process.poll() is None:
        with contextlib.suppress(psutil.Error):
            family = [watched, *watched.children(recursive=True)]
            # A process that ends just now has no memory any more.
            if held := sum(one.memory_info().rss for one in family):
                memory.append(held / 2**20)
        time.sleep(LOOK_SECONDS)


def _written(place: Place) -> list[rows.Batch]:
    batches = rows.read(place.address(OURS))
    with place.using(OURS):  # the rules are read from the database that holds them
        rows.add_progress(batches)
    return batches


def _compare(place: Place, *, contents: bool) -> None:
    """The limit counts only if it wrote the same."""
    for look in (rows.counts, rows.digests) if contents else (rows.counts,):
        ours, plain = look(place.address(OURS)), look(place.address(PLAIN))
        different = [
            f"{name}: {ours[name]}, {plain[name]}" for name in ours if ours[name] != plain[name]
        ]
        if different:
            raise SystemExit("Plain SQL wrote something else:\n" + "\n".join(different))
