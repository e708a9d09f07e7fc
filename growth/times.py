"""Instants and days as the API writes them."""

from datetime import UTC, date, datetime


def instant(moment: datetime) -> str:
    """RFC 3339 in UTC, to the millisecond."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def day(value: date | None) -> str | None:
    """ISO date."""
    return value.isoformat() if value else None
