"""What a page's HTML depends on, besides its content. Nothing here tells two people apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest

if TYPE_CHECKING:
    from growth.sessions import Visitor


# Before the code of a level that a component is limited to; no segment's code has a colon.
LEVEL = "level:"
_LANGUAGES = frozenset(code for code, _name in settings.LANGUAGES)


@dataclass(frozen=True, slots=True)
class Facts:
    """Who shares them shares the page."""

    language: str
    large_text: bool = False
    signed_in: bool = False
    segments: frozenset[str] = frozenset()  # and levels reached, as ``level:…``

    def relevant(self, named: frozenset[str]) -> Facts:
        """The same without the segments that the page does not name."""
        return replace(self, segments=self.segments & named)

    @property
    def key(self) -> str:
        """Part of a cache key."""
        return "|".join(
            [
                self.language,
                "large" if self.large_text else "normal",
                "customer" if self.signed_in else "public",
                *sorted(self.segments),
            ]
        )


def facts_of(request: HttpRequest, visitor: Visitor | None) -> Facts:
    """The facts of whoever asks.

    A customer who switched personalisation off sees what belongs to no segment and no level.
    """
    if visitor is None:
        return Facts(language=_language(request, ""))
    return Facts(
        language=_language(request, visitor.language),
        large_text=visitor.large_text,
        signed_in=True,
        segments=_audience(visitor) if visitor.personalised else frozenset(),
    )


def _audience(visitor: Visitor) -> frozenset[str]:
    """What components may be limited to: the customer's segments, and levels reached."""
    return visitor.segments | {f"{LEVEL}{code}" for code in visitor.levels}


def _language(request: HttpRequest, chosen: str) -> str:
    """``?language=``, else what the customer chose, else what the browser prefers."""
    asked = request.GET.get("language", "") if request.META.get("QUERY_STRING") else ""
    for code in (asked, chosen, getattr(request, "LANGUAGE_CODE", "")):
        if code in _LANGUAGES:
            return code
    return settings.LANGUAGE_CODE
