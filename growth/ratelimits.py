"""Rate limits by API client and by customer, never by address: a bank's app comes through a few.

Counted in the cache's server by one script per hit, so they hold under concurrency. Of a large
limit each process takes a small part in advance, for a second, and asks again when it is used up:
so a busy client does not cost a round trip per request. Where that server is down, nothing is
limited: the database's own limits still hold.
"""

import logging
import os
import threading
import time
from functools import lru_cache
from math import ceil

from django.conf import settings
from django.core.cache import cache
from limits import RateLimitItem, parse
from limits.storage import RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from redis.exceptions import RedisError

from growth.errors import GrowthError

logger = logging.getLogger(__name__)

# Name -> the limit. `settings.RATE_LIMITS` or RATE_LIMIT_<NAME> in the environment override it.
DEFAULTS = {
    "events": "100000/minute",  # events of an API client
    "handoffs": "30000/minute",  # tickets of an API client
    "support": "6000/minute",  # questions of an API client about customers
    "reads": "600/minute",  # calls of a customer that change nothing
    "writes": "120/minute",  # calls of a customer that may
}
PAUSE_SECONDS = 5.0
ADVANCE_SECONDS = 1.0
ADVANCE_PART = 1000  # a thousandth of the limit is taken in advance

_paused_until = 0.0
_lock = threading.Lock()
_advances: dict[tuple[str, str], tuple[float, int]] = {}  # good until, left


class RateLimited(GrowthError):
    """That is too many requests; wait a little."""

    code = "rate_limited"
    status = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after


def hit(name: str, who: str | int, *, cost: int = 1) -> None:
    """Count ``cost`` towards a limit.

    Raises:
        RateLimited: it is used up; nothing was counted.
    """
    global _paused_until
    if time.monotonic() < _paused_until or _use_advance((name, str(who)), cost):
        return
    try:
        wait = _count(name, str(who), cost)
    except (RedisError, OSError) as error:
        # Not asked again for a while: each request would wait for it.
        _paused_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("rate limits are off for %s s: %s", PAUSE_SECONDS, error)
        return
    if wait:
        raise RateLimited(wait)


def limit(name: str) -> RateLimitItem:
    """The limit of that name, as the settings, the environment or the defaults say."""
    chosen = getattr(settings, "RATE_LIMITS", {}).get(name)
    return _parsed(chosen or os.environ.get(f"RATE_LIMIT_{name.upper()}") or DEFAULTS[name])


def _count(name: str, who: str, cost: int) -> int:
    """Count in the cache's server; 0, or the seconds to wait."""
    limiter, item = _limiter(), limit(name)
    advance = item.amount // ADVANCE_PART
    if advance > cost and limiter.hit(item, name, who, cost=advance):
        _keep_advance((name, who), advance - cost)
        return 0
    if limiter.hit(item, name, who, cost=cost):
        return 0
    reset = limiter.get_window_stats(item, name, who).reset_time
    return max(1, ceil(reset - time.time()))


def _use_advance(key: tuple[str, str], cost: int) -> bool:
    with _lock:
        until, left = _advances.get(key, (0.0, 0))
        if left < cost or until < time.monotonic():
            return False
        _advances[key] = until, left - cost
        return True


def _keep_advance(key: tuple[str, str], left: int) -> None:
    with _lock:
        if len(_advances) > ADVANCE_PART:
            _advances.clear()
        _advances[key] = time.monotonic() + ADVANCE_SECONDS, left


@lru_cache(maxsize=64)
def _parsed(text: str) -> RateLimitItem:
    return parse(text)


@lru_cache(maxsize=1)
def _limiter() -> SlidingWindowCounterRateLimiter:
    # The cache's connections: they know the address and start the embedded server.
    pool = cache._cache.get_client(write=True).connection_pool  # type: ignore[attr-defined]
    storage = RedisStorage("redis://", connection_pool=pool, key_prefix="zones:limit")
    return SlidingWindowCounterRateLimiter(storage)
