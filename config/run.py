"""`make run`: everything on one machine, started and ended together.

The servers, the migrations and the demo first; then web, worker and beat under honcho's manager.
"""

import contextlib
import fcntl
import http.client
import io
import multiprocessing
import os
import shlex
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from honcho.manager import Manager

from config import children, embedded, env, stores, translations

WEB_WORKERS = 2
WEB_THREADS = 4  # of each: events that come together are settled together


def main() -> int:
    """Run the site until Ctrl-C."""
    os.chdir(env.ROOT)
    env.choose_settings()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    places = embedded.Places(env.data_dir())
    try:
        places.make()
        with _only_manager(places):
            return _run(places)
    except OSError as error:
        reason = error.strerror or str(error)
        raise SystemExit(f"DATA_DIR {places.data_dir} cannot be used: {reason}.") from error
    except KeyboardInterrupt:
        print("Stopped.")
        return 0


def _run(places: embedded.Places) -> int:
    record = places.run / "processes.json"
    mark = str(places.data_dir)
    if children.end_all(record, mark):
        print("Ended what an earlier, killed run had left behind.")
    host, port = env.text("HOST", "127.0.0.1"), env.integer("PORT", 8000, least=1, most=65535)
    _claim_port(host, port)
    if not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
        print("Starting PostgreSQL and Valkey ...", flush=True)
        embedded.start(places.data_dir)
    banner = _prepare()
    manager = Keeper(record)
    for name, command in _commands(places, host, port).items():
        manager.add_process(name, f"exec {shlex.join(command)}", env=_environment(places, mark))
    announcer = threading.Thread(target=_announce, args=(host, port, banner), daemon=True)
    try:
        manager.run(announcer)
    finally:
        children.end_all(record, mark)
    return 0 if manager.interrupted else 1


class Keeper(Manager):  # type: ignore[misc]  # honcho has no types
    """honcho's manager, which also writes down whom it started."""

    def __init__(self, record: Path) -> None:
        # The wrapper of each process is a fork, so that it needs no import of its own.
        multiprocessing.set_start_method("fork", force=True)
        super().__init__()
        self._record = record
        self._announcer: threading.Thread | None = None
        self._ended_early = False

    @property
    def interrupted(self) -> bool:
        """Whether it was us who ended the processes, not a failure of theirs."""
        return self.returncode in (130, 143)

    def run(self, announcer: threading.Thread) -> None:
        """Start everything, and stay until everything has ended."""
        self._announcer = announcer
        self.loop()

    def terminate(self) -> None:
        """End every process; a signal during the start waits until all have one to end."""
        if self._all_started():
            super().terminate()
        else:
            self._ended_early = True

    def _start(self) -> None:
        signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
        super()._start()
        waiting = []
        while not self._all_started():
            message = self.events.get()
            if message.type == "start":
                self._processes[message.name]["pid"] = message.data["pid"]
            waiting.append(message)
        pids = [entry["pid"] for entry in self._processes.values()]
        wrappers = [entry["process"].pid for entry in self._processes.values()]
        children.remember(self._record, [*pids, *wrappers])
        for message in waiting:
            self.events.put(message)
        if self._ended_early:
            self.terminate()
        elif self._announcer is not None:
            self._announcer.start()


@contextlib.contextmanager
def _only_manager(places: embedded.Places) -> Iterator[None]:
    """One manager a DATA_DIR."""
    with (places.run / "manager.lock").open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.seek(0)
            other = handle.read().strip() or "unknown"
            raise SystemExit(
                f"Already running with DATA_DIR {places.data_dir} (process {other}):"
                " stop that one first, or set another DATA_DIR and PORT."
            ) from None
        # A fork must not keep the lock when this process is killed.
        os.register_at_fork(after_in_child=handle.close)
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield


def _claim_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            raise SystemExit(
                f"PORT {port} cannot be used ({error.strerror}):"
                f" choose another, for example PORT={port + 1} make run"
            ) from error


def _prepare() -> str:
    """Bring the database and the files up to date; returns what to print once the site answers."""
    translations.compile_all()
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.core.management.base import CommandError
    from django.db import OperationalError, connections

    from config import static

    lines = [f"Site    {settings.BASE_URL}/zones/", f"Admin   {settings.BASE_URL}/admin/"]
    try:
        call_command("migrate", interactive=False, verbosity=0)
        static.collect()
        if settings.ENVIRONMENT == "local" and env.flag("DEMO", True):
            lines += _demo(call_command)
    except (CommandError, OperationalError) as error:
        reason = " ".join(str(error).split())
        raise SystemExit(f"The start failed: {reason}") from error
    finally:
        connections.close_all()
    return "\n".join(["", *lines, "", "Ctrl-C ends everything.", ""])


def _demo(call_command: Any) -> list[str]:
    """Load the demo once; how to sign in, and one link per demo customer and zone."""
    from django.core.management import get_commands

    lines: list[str] = []
    for name in ("load_demo", "demo_links"):
        if name in get_commands():
            told = io.StringIO() if name == "demo_links" else sys.stdout
            call_command(name, stdout=told)
            if isinstance(told, io.StringIO):
                lines += ["", *told.getvalue().rstrip().splitlines()]
    return lines


def _commands(places: embedded.Places, host: str, port: int) -> dict[str, list[str]]:
    python = sys.executable
    media = places.data_dir / "media"
    media.mkdir(exist_ok=True)
    web = [python, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
    web += ["--workers", str(WEB_WORKERS), "--blocking-threads", str(WEB_THREADS), "--no-ws"]
    web += ["--log-level", "warning", "--respawn-failed-workers", "--workers-kill-timeout", "5"]
    web += ["--static-path-route", "/media", "--static-path-mount", str(media)]
    celery = [python, "-m", "celery", "--app", "config.celery:app", "--quiet"]
    worker = ["worker", "--concurrency", "2", "--loglevel", "warning"]
    worker += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    beat = ["beat", "--loglevel", "warning", "--pidfile", ""]
    beat += ["--schedule", str(places.run / "beat-schedule")]
    return {
        "web": [*web, "config.wsgi:application"],
        "worker": [*celery, *worker],
        "beat": [*celery, *beat],
    }


def _environment(places: embedded.Places, mark: str) -> dict[str, str]:
    """The servers' addresses by environment: only the manager manages servers."""
    data_dir = places.data_dir
    ours = {
        "DATA_DIR": str(data_dir),
        "DATABASE_URL": embedded.database_url(data_dir),
        "BROKER_URL": stores.broker_url(data_dir),
        "REDIS_URL": stores.redis_url(data_dir),
        "PYTHONUNBUFFERED": "1",
    }
    given = {key: value for key, value in os.environ.items() if value}
    return {**ours, **given, "DATA_DIR": str(data_dir), children.MARK: mark}


def _announce(host: str, port: int, banner: str) -> None:
    """Say what to open, once it can be opened."""
    address = "127.0.0.1" if host in {"0.0.0.0", ""} else host  # noqa: S104
    for _ in range(600):
        with contextlib.suppress(OSError, http.client.HTTPException):
            web = http.client.HTTPConnection(address, port, timeout=5)
            web.request("GET", "/livez")
            web.getresponse()
            print(banner, flush=True)
            return
        time.sleep(0.1)


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
