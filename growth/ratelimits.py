"""Rate limits by API client and by customer, never by address: a bank's app comes through a few.

Counted in the cache's server by one script per hit, so they hold under concurrency. Where that
server is down, nothing is limited: the database's own limits still hold.
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
    "reads": "600/minute",  # calls of a customer that change nothing
    "writes": "120/minute",  # calls of a customer that may
}
PAUSE_SECONDS = 5.0

_paused_until = 0.0
_lock = threading.Lock()


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
    if time.monotonic() < _paused_until:
        return
    try:
        limiter, item = _limiter(), limit(name)
        if limiter.hit(item, name, str(who), cost=cost):
            return
        reset = limiter.get_window_stats(item, name, str(who)).reset_time
    except (RedisError, OSError) as error:
        # Not asked again for a while: each request would wait for it.
        _paused_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("rate limits are off for %s s: %s", PAUSE_SECONDS, error)
        return
    raise RateLimited(max(1, ceil(reset - time.time())))


def limit(name: str) -> RateLimitItem:
    """The limit of that name, as the settings, the environment or the defaults say."""
    chosen = getattr(settings, "RATE_LIMITS", {}).get(name)
    return _parsed(chosen or os.environ.get(f"RATE_LIMIT_{name.upper()}") or DEFAULTS[name])


@lru_cache(maxsize=64)
def _parsed(text: str) -> RateLimitItem:
    return parse(text)


@lru_cache(maxsize=1)
def _limiter() -> SlidingWindowCounterRateLimiter:
    with _lock:
        # The cache's connections: they know the address and start the embedded server.
        pool = cache._cache.get_client(write=True).connection_pool  # type: ignore[attr-defined]
        return SlidingWindowCounterRateLimiter(
            RedisStorage("redis://", connection_pool=pool, key_prefix="zones:limit")
        )
