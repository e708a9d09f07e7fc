"""Turns the addresses of PostgreSQL and Redis into Django's and Celery's settings."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from config import embedded, env

REDIS_SCHEMES = ("redis", "rediss", "unix")


def database(data_dir: Path) -> dict[str, Any]:
    """Django's settings of the one database: DATABASE_URL, or the embedded PostgreSQL."""
    address = os.environ.get("DATABASE_URL", "").strip()
    engine = "django.db.backends.postgresql" if address else "config.postgresql"
    parts = _conninfo(address or embedded.database_url(data_dir))
    return {
        "ENGINE": engine,
        "NAME": str(parts.pop("dbname", "zones")),
        "USER": str(parts.pop("user", "")),
        "PASSWORD": str(parts.pop("password", "")),
        "HOST": str(parts.pop("host", "")),
        "PORT": str(parts.pop("port", "")),
        # One connection a worker thread is kept; statements are prepared from the fifth use on.
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "application_name": "segment-zones",
            "prepare_threshold": None if env.flag("DATABASE_POOLER") else 5,
            **parts,
        },
    }


def redis_url(data_dir: Path) -> str:
    """The address of the cache: REDIS_URL, or the embedded Valkey."""
    value = os.environ.get("REDIS_URL", "").strip() or embedded.redis_url(data_dir)
    if urlsplit(value).scheme not in REDIS_SCHEMES:
        raise env.BadEnvironment(f"REDIS_URL has to begin with one of {REDIS_SCHEMES} and ://.")
    return value


def cache_backend() -> str:
    """Django's Redis cache, or ours that starts the embedded Valkey first."""
    given = os.environ.get("REDIS_URL", "").strip()
    return "django.core.cache.backends.redis.RedisCache" if given else "config.valkey.EmbeddedCache"


def broker_url(data_dir: Path) -> str:
    """The address of Celery's broker: BROKER_URL, or the cache's server."""
    given = os.environ.get("BROKER_URL", "").strip()
    if given:
        return _for_celery(given)
    if os.environ.get("REDIS_URL", "").strip():
        return _for_celery(redis_url(data_dir))
    # Its own database number, so that clearing the cache cannot drop waiting jobs.
    return _for_celery(embedded.redis_url(data_dir, number=1))


def _conninfo(address: str) -> dict[str, Any]:
    if not address.startswith(("postgres://", "postgresql://")):
        raise env.BadEnvironment("DATABASE_URL has to begin with postgresql://.")
    try:
        return dict(conninfo_to_dict(address))
    except ProgrammingError as error:
        reason = str(error).strip().splitlines()[0]
        raise env.BadEnvironment(f"DATABASE_URL cannot be read: {reason}") from error


def _for_celery(address: str) -> str:
    """Celery spells a Unix socket another way than redis-py."""
    parts = urlsplit(address)
    if parts.scheme != "unix":
        return address
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    number = options.pop("db", "0")
    return f"redis+socket://{quote(parts.path)}?{urlencode({'virtual_host': number, **options})}"
