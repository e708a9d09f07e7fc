"""Where the benchmarks run: servers, databases and files of their own, wiped before and after."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from config import embedded, env, run
from config.embedded import postgres, valkey

# Addresses and settings of whoever runs the benchmarks must not reach them.
_FOREIGN = ("DATABASE_URL", "REDIS_URL", "BROKER_URL", "DATABASE_POOLER", "BANK_TIME_ZONE")
_UNLIMITED = "1000000000/minute"
MAIN = postgres.DATABASE


class Place:
    """A running PostgreSQL and Valkey below one folder."""

    def __init__(self, places: embedded.Places) -> None:
        self.places = places

    def address(self, database: str = MAIN) -> str:
        return postgres.address(self.places, database)

    def environment(self, database: str = MAIN) -> dict[str, str]:
        """The environment of the product's processes, as its manager makes it."""
        os.environ.pop("DATABASE_URL", None)
        made = run._environment(self.places, str(self.places.data_dir))
        return made | {"DATABASE_URL": self.address(database)}

    def manage(self, *arguments: str, database: str = MAIN) -> str:
        """Run a command of the product; returns what it printed."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=env.ROOT, env=self.environment(database), capture_output=True, text=True
        )
        if done.returncode:
            raise SystemExit(f"manage.py {arguments[0]} failed:\n{done.stderr[-2000:]}")
        return done.stdout

    def copy_database(self, name: str, template: str) -> None:
        """A database that equals another one; an earlier one of that name is dropped."""
        self.drop_database(name)
        self.admin(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")

    def drop_database(self, name: str) -> None:
        self.admin(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def settle_down(self) -> None:
        """What earlier runs left to write is written now, not in the next one's time."""
        self.admin("CHECKPOINT")

    def admin(self, statement: str) -> None:
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def web_command(self, port: int) -> list[str]:
        """How the product's manager starts the web server."""
        return run._commands(self.places, "127.0.0.1", port)["web"]

    def use(self) -> None:
        """Set Django up in this process, on the main database."""
        os.environ.update(self.environment())
        env.choose_settings()
        import django

        django.setup()
        # The servers' environment is made anew for each of them.
        os.environ.pop("DATABASE_URL", None)

    @contextmanager
    def using(self, database: str) -> Iterator[None]:
        """Django in this process works with that database meanwhile."""
        from django.db import connection

        from growth.rules import rules_of

        main = connection.settings_dict["NAME"]
        connection.close()
        connection.settings_dict["NAME"] = database
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = main
            rules_of.cache_clear()


@contextmanager
def made() -> Iterator[Place]:
    """A place of our own; the servers end and the files go with it."""
    for name in _FOREIGN:
        os.environ.pop(name, None)
    places = embedded.Places(env.ROOT / "var" / "bench")
    places.data_dir.parent.mkdir(exist_ok=True)
    with (places.data_dir.parent / "bench.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SystemExit("The benchmarks run already: one at a time.") from None
        _clear(places)
        os.environ["DATA_DIR"] = str(places.data_dir)
        os.environ["DJANGO_ENV"] = "local"
        for name in ("EVENTS", "HANDOFFS", "READS", "WRITES"):
            os.environ[f"RATE_LIMIT_{name}"] = _UNLIMITED
        try:
            embedded.start(places.data_dir)
            yield Place(places)
        finally:
            _clear(places)


def _clear(places: embedded.Places) -> None:
    """End the servers, also those that a killed run left, and remove the files."""
    postgres.stop(places)
    valkey.stop(places)
    shutil.rmtree(places.data_dir, ignore_errors=True)
