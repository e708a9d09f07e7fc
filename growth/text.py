"""Names that operators type in several languages: ``{"en": …, "zh-hans": …}``."""

from collections.abc import Mapping

from django.utils.translation import get_language

FALLBACK = "en"


def localized(name: Mapping[str, str], language: str | None = None) -> str:
    """The text in ``language`` (default: the active one), else English, else any there is."""
    wanted = (language or get_language() or FALLBACK).lower()
    for key in (wanted, wanted.split("-")[0], FALLBACK):
        if name.get(key):
            return name[key]
    return next((text for text in name.values() if text), "")
