"""Which zones a visitor has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zones import directory
from zones.directory import Entry

if TYPE_CHECKING:
    from growth.sessions import Visitor


def zones_for(visitor: Visitor | None, language: str = "") -> list[Entry]:
    """The zones to list: those of everybody and those of the visitor's segments.

    Without a session, or with personalisation switched off, the list is the same for all:
    every zone, because every zone may be read by whoever asks for it.
    """
    entries = directory.listed(language)
    if visitor is None or not visitor.personalised:
        return entries
    return [entry for entry in entries if not entry.segment or entry.segment in visitor.segments]


def home(visitor: Visitor, language: str = "") -> Entry | None:
    """The customer's first zone: their own pages lead back to it and look like it.

    With personalisation switched off that is a zone of everybody's; there may be none.
    """
    entries = zones_for(visitor, language)
    if not visitor.personalised:
        entries = [entry for entry in entries if not entry.segment]
    return entries[0] if entries else None


def zone_slugs(visitor: Any) -> list[str]:
    """Slugs of the visitor's zones, for ``GET /me``."""
    return [entry.slug for entry in zones_for(visitor)]
