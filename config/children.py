"""The processes that `make run` started: remembered on disk, and ended without leaving any."""

import json
import os
from contextlib import suppress
from pathlib import Path

import psutil

# Every descendant carries it, so a process whose parent was killed is still found.
MARK = "SEGMENT_ZONES_RUN"
PATIENCE_SECONDS = 8


def remember(record: Path, pids: list[int]) -> None:
    """Write down who runs; the time of birth tells a process from a later one with its number."""
    rows = []
    for pid in pids:
        with suppress(psutil.Error):
            rows.append({"pid": pid, "created": psutil.Process(pid).create_time()})
    fresh = record.with_suffix(".new")
    fresh.write_text(json.dumps(rows))
    fresh.replace(record)


def end_all(record: Path, mark: str) -> int:
    """End what was remembered, what it started, and whoever carries our mark."""
    found = {process.pid: process for process in _remembered(record) + _marked(mark)}
    for process in list(found.values()):
        with suppress(psutil.Error):
            found |= {child.pid: child for child in process.children(recursive=True)}
    found.pop(os.getpid(), None)
    for process in found.values():
        with suppress(psutil.Error):
            process.terminate()
    _, alive = psutil.wait_procs(found.values(), timeout=PATIENCE_SECONDS)
    for process in alive:
        with suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(alive, timeout=PATIENCE_SECONDS)
    record.unlink(missing_ok=True)
    return len(found)


def _remembered(record: Path) -> list[psutil.Process]:
    try:
        rows = json.loads(record.read_text())
    except (OSError, ValueError):
        return []
    alive = []
    for row in rows:
        with suppress(psutil.Error):
            process = psutil.Process(row["pid"])
            if abs(process.create_time() - row["created"]) < 0.05:
                alive.append(process)
    return alive


def _marked(mark: str) -> list[psutil.Process]:
    alive = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.environ().get(MARK) == mark:
                alive.append(process)
    return alive
