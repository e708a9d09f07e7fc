"""Finished pages, kept in two layers: this process's memory, and the cache that all share.

Every key carries a version. Publishing gives a new one, so nothing old is ever found again; a
process notices within ``CHECK_SECONDS``. When the shared cache is down, pages live in memory
for ``ALONE_SECONDS`` and are then made again.
"""

import gzip
import logging
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from redis.exceptions import RedisError

from zones.release import release

log = logging.getLogger(__name__)

CHECK_SECONDS = 1.0
ALONE_SECONDS = 3.0
KEPT = 256
SHARED_SECONDS = 300
_VERSION_KEY = "zones:version"
_DOWN = (RedisError, OSError)


@dataclass(frozen=True, slots=True)
class Shell:
    """A finished answer's body, plain and compressed."""

    plain: bytes
    zipped: bytes

    @classmethod
    def of(cls, text: str) -> "Shell":
        """Compress once, serve often."""
        plain = text.encode()
        return cls(plain, gzip.compress(plain, 6, mtime=0))


class Shells:
    """The memory of one process over the shared cache."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Any] = OrderedDict()
        self._version = ""
        self._checked_at = float("-inf")
        self._lock = threading.Lock()
        self._making = threading.Lock()

    def version(self) -> str:
        """The content's version; read from the shared cache at most once a second."""
        now = time.monotonic()
        if now - self._checked_at < CHECK_SECONDS:
            return self._version
        found = _shared_version() or f"alone-{int(now / ALONE_SECONDS)}"
        with self._lock:
            if found != self._version:
                self._version = found
                self._kept.clear()
            # A cache that is down is not asked again at once: each try may take a second.
            pause = ALONE_SECONDS if found.startswith("alone-") else CHECK_SECONDS
            self._checked_at = time.monotonic() + pause - CHECK_SECONDS
        return found

    def get(self, key: str, make: Callable[[], Any]) -> Any:
        """What stands under ``key``, made and kept if it is not there.

        The version is read first, so that what is made from older content is filed under it.
        """
        version = self.version()
        found = self._kept.get(key)
        if found is not None:
            return found
        with self._making:
            found = self._kept.get(key) or _from_shared(version, key)
            if found is None:
                found = make()
                _to_shared(version, key, found)
            self._keep(version, key, found)
        return found

    def local(self, key: str, make: Callable[[], Any]) -> Any:
        """Like ``get``, in this process only."""
        version = self.version()
        found = self._kept.get(key)
        if found is None:
            found = make()
            self._keep(version, key, found)
        return found

    def drop(self) -> None:
        """Forget every page, here at once and elsewhere within ``CHECK_SECONDS``."""
        try:
            cache.set(_VERSION_KEY, secrets.token_hex(8), None)
        except _DOWN:
            log.warning("The shared cache is down: pages may be old for a few seconds.")
        with self._lock:
            self._kept.clear()
            self._version = ""
            self._checked_at = float("-inf")

    def _keep(self, version: str, key: str, value: Any) -> None:
        with self._lock:
            if version != self._version:
                return
            self._kept[key] = value
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)


def _shared_version() -> str | None:
    try:
        found = cache.get(_VERSION_KEY)
        if found is None:
            cache.add(_VERSION_KEY, secrets.token_hex(8), None)
            found = cache.get(_VERSION_KEY)
    except _DOWN:
        log.warning("The shared cache is down: pages are kept in memory only.")
        return None
    return found


def _from_shared(version: str, key: str) -> Any:
    if version.startswith("alone-"):
        return None
    try:
        return cache.get(_shared_key(version, key))
    except _DOWN:
        return None


def _to_shared(version: str, key: str, value: Any) -> None:
    if version.startswith("alone-"):
        return
    try:
        cache.set(_shared_key(version, key), value, SHARED_SECONDS)
    except _DOWN:
        log.warning("The shared cache is down: pages are kept in memory only.")


def _shared_key(version: str, key: str) -> str:
    return f"zones:page:{release()}:{version}:{key}"


shells = Shells()
