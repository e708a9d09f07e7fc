"""Work side by side on several connections: while one waits for the database, another computes."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any

from django.db import connection

SECONDS_TO_CLOSE = 60

# A verb and things; answers what the verb made of each, in their order.
Lanes = Callable[[Callable[[Any], Any], Sequence[Any]], list[Any]]


@contextmanager
def opened(number: int) -> Iterator[Lanes]:
    """What applies a verb to up to ``number`` things at once, and waits for all of them.

    Each lane is a thread with a connection, kept until the block ends. Within a transaction
    there is one connection only, and the verb is applied to one thing after the other.
    """
    if connection.in_atomic_block:
        yield lambda verb, things: [verb(thing) for thing in things]
        return
    with ThreadPoolExecutor(number, "lane") as pool:
        try:
            yield lambda verb, things: list(pool.map(verb, things))
        finally:
            list(pool.map(_close, [Barrier(number, timeout=SECONDS_TO_CLOSE)] * number))


def _close(all_here: Barrier) -> None:
    """Close this thread's connection; each thread waits for the others, so none closes twice."""
    all_here.wait()
    connection.close()
