"""What `manage.py` does about a database that is away, or that was never migrated."""

import os
from collections.abc import Callable

MISSING = ("42P01", "42703")  # PostgreSQL: undefined table, undefined column


def run(execute: Callable[[list[str]], None], arguments: list[str]) -> None:
    """Run one command; trouble with the database is one line (``--traceback`` shows all).

    The embedded database is ours to migrate, so a command that finds no tables there migrates and
    is run again: nothing was done yet, and all our importers may be repeated.
    """
    from django.core.management import call_command
    from django.db import OperationalError, ProgrammingError, connection

    try:
        try:
            execute(arguments)
        except ProgrammingError as error:
            if getattr(error.__cause__, "sqlstate", "") not in MISSING:
                raise
            if os.environ.get("DATABASE_URL"):
                raise SystemExit(
                    "The database is not up to date: run `manage.py migrate` first."
                ) from error
            connection.close()
            call_command("migrate", interactive=False, verbosity=0)
            execute(arguments)
    except OperationalError as error:
        if "--traceback" in arguments:
            raise
        reason = " ".join(str(error).split())
        raise SystemExit(f"The database cannot be used: {reason}") from error
