"""Django's Redis cache, which starts the embedded server when it is first needed."""

from typing import Any

from django.conf import settings
from django.core.cache.backends.redis import RedisCache
from django.utils.functional import cached_property

from config import embedded


class EmbeddedCache(RedisCache):
    """Commands that touch no cache start no server."""

    @cached_property
    def _cache(self) -> Any:
        embedded.start(settings.DATA_DIR)
        return super()._cache
