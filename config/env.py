"""Typed readers of the environment. A wrong value stops the start with one line that names it."""

import os
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = ("local", "test", "production")
LOCAL_SECRET_KEY = "local-only-never-for-production-0123456789-abcdefghij"  # noqa: S105

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}


class BadEnvironment(SystemExit):
    """The environment cannot be used; printed as one line, without a traceback."""


def text(name: str, default: str | None = None) -> str:
    """The variable as text; without a default it has to be set."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        raise BadEnvironment(f"{name} is not set: it has no default here.")
    return default


def flag(name: str, default: bool = False) -> bool:
    """The variable as yes or no."""
    value = os.environ.get(name)
    if value is None:
        return default
    if value.strip().lower() in _TRUE:
        return True
    if value.strip().lower() in _FALSE:
        return False
    raise BadEnvironment(f"{name} is {value!r}: it has to be 1 or 0.")


def integer(name: str, default: int, *, least: int = 0, most: int = 2**31) -> int:
    """The variable as a whole number between ``least`` and ``most``."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
        raise BadEnvironment(f"{name} is {value!r}: it has to be a number from {least} to {most}.")
    return int(value)


def words(name: str, default: str | None = None) -> list[str]:
    """The variable as a list, separated by commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def time_zone(name: str, default: str) -> str:
    """The variable as the name of a time zone."""
    value = text(name, default)
    try:
        ZoneInfo(value)
    except Exception as error:
        raise BadEnvironment(f"{name} is {value!r}: there is no such time zone.") from error
    return value


def url(name: str, default: str | None = None) -> str:
    """The variable as an http(s) address without a trailing slash."""
    value = text(name, default).rstrip("/")
    if not value.startswith(("http://", "https://")) or any(c.isspace() for c in value):
        raise BadEnvironment(f"{name} is {value!r}: it has to be an http:// or https:// address.")
    return value


def environment() -> str:
    """Which settings are in force: local, test or production."""
    value = text("DJANGO_ENV", "local")
    if value not in ENVIRONMENTS:
        raise BadEnvironment(f"DJANGO_ENV is {value!r}: it has to be one of {ENVIRONMENTS}.")
    return value


def choose_settings() -> None:
    """Point Django at the settings that DJANGO_ENV names."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"config.settings.{environment()}")


def data_dir() -> Path:
    """Where everything that this product writes is kept."""
    folder = (ROOT / Path(text("DATA_DIR", "var")).expanduser()).resolve()
    nearest = next(each for each in (folder, *folder.parents) if each.exists())
    if not nearest.is_dir():
        raise BadEnvironment(f"DATA_DIR {folder} cannot be used: {nearest} is not a folder.")
    return folder
