"""PostgreSQL and Valkey of our own, for machines on which nothing is installed.

Both listen on Unix sockets below DATA_DIR only. Every process that uses them holds a shared lock on
``run/users.lock``; the one that can take it alone when it exits is the last, and stops the servers.
A process that was killed leaves them running, and the next one adopts them.
"""

import atexit
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.embedded import postgres, valkey
from config.embedded.places import Places, Trouble

__all__ = ["Places", "Trouble", "database_url", "redis_url", "start"]

# The locks that this process holds, by DATA_DIR.
_held: dict[Path, int] = {}


def database_url(data_dir: Path) -> str:
    """The address that the embedded PostgreSQL has when it runs."""
    return postgres.address(Places(data_dir))


def redis_url(data_dir: Path, number: int = 0) -> str:
    """The address that the embedded Valkey has when it runs."""
    return f"unix://{Places(data_dir).valkey_socket}?db={number}"


def start(data_dir: Path) -> None:
    """Start what no address is set for, and keep it until this process exits.

    Raises:
        Trouble: they cannot run here; one line says why.
    """
    if data_dir in _held:
        return
    places = Places(data_dir)
    try:
        places.make()
        handle = os.open(places.users_lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        # Waits while the last user before us stops the servers.
        fcntl.flock(handle, fcntl.LOCK_SH)
        _held[data_dir] = handle
        atexit.register(_leave, data_dir)
        with _alone(places.start_lock):
            if not os.environ.get("DATABASE_URL"):
                postgres.start(places)
            if not os.environ.get("REDIS_URL"):
                valkey.start(places)
    except OSError as error:
        _leave(data_dir)
        raise Trouble(f"DATA_DIR {data_dir} cannot be used: {error.strerror or error}.") from error
    except Trouble:
        _leave(data_dir)
        raise


def _leave(data_dir: Path) -> None:
    """Give up our use of the servers, and stop them if nobody else uses them."""
    handle = _held.pop(data_dir, None)
    if handle is None:
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return
    places = Places(data_dir)
    postgres.stop(places)
    valkey.stop(places)
    os.close(handle)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _forget_in_child() -> None:
    """A fork shares its parent's lock; closing it here leaves the parent's as it is."""
    for handle in _held.values():
        os.close(handle)
    _held.clear()


os.register_at_fork(after_in_child=_forget_in_child)
