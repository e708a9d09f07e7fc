"""All live zones, in one query, kept until something is published."""

from collections.abc import Iterable
from dataclasses import dataclass

from zones.cache import shells
from zones.choice import segments_named
from zones.models import ZonePage


@dataclass(frozen=True, slots=True)
class Entry:
    """A live zone in one language."""

    page_id: int
    path: str
    slug: str
    language: str
    title: str
    intro: str
    theme: str
    segment: str
    hero_image: int | None
    named: frozenset[str]

    @property
    def url(self) -> str:
        """Where customers read it."""
        return f"/zones/{self.slug}/"


def entries() -> tuple[Entry, ...]:
    """Every live zone in every language, in the order of the page tree."""
    return shells.local("directory", _load)


def find(slug: str, language: str) -> Entry | None:
    """The zone in ``language``, else in any other that it exists in."""
    return _best((e for e in entries() if e.slug == slug), language)


def listed(language: str) -> list[Entry]:
    """Each zone once, in ``language`` where it exists in it."""
    slugs = dict.fromkeys(entry.slug for entry in entries())
    return [entry for slug in slugs if (entry := find(slug, language))]


def _best(found: Iterable[Entry], language: str) -> Entry | None:
    candidates = list(found)
    return next((e for e in candidates if e.language == language), None) or next(
        iter(candidates), None
    )


def _load() -> tuple[Entry, ...]:
    pages = (
        ZonePage.objects.live()
        .select_related("locale", "segment")
        .only(
            "slug",
            "title",
            "intro",
            "theme",
            "hero_image_id",
            "funnel",
            "path",
            "locale__language_code",
            "segment__code",
        )
        .order_by("path")
    )
    return tuple(
        Entry(
            page_id=page.pk,
            path=page.path,
            slug=page.slug,
            language=page.locale.language_code,
            title=page.title,
            intro=page.intro,
            theme=page.theme,
            segment=page.segment.code if page.segment else "",
            hero_image=page.hero_image_id,
            named=segments_named(page.funnel),
        )
        for page in pages
    )
