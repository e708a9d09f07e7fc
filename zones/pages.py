"""Finished pages out of the cache, made where they are not there yet."""

from collections.abc import Callable

from django.http import Http404
from rest_framework.renderers import JSONRenderer

from content.models import ArticlePage
from zones import directory, render
from zones.cache import Shell, shells
from zones.directory import Entry
from zones.facts import Facts
from zones.models import Theme, ZonePage


def zone(slug: str, facts: Facts) -> Shell:
    """The zone's page. Raises Http404 where there is no such zone."""
    entry = entry_of(slug, facts)
    return _zone("zone", entry, facts, render.zone_html)


def zone_json(slug: str, facts: Facts) -> Shell:
    """The zone as JSON, by the same choice."""
    entry = entry_of(slug, facts)
    return _zone(
        "json",
        entry,
        facts,
        lambda page, shared: JSONRenderer().render(render.zone_data(page, shared)).decode(),
    )


def article(slug: str, article_slug: str, facts: Facts) -> Shell:
    """An article of the zone."""
    entry = entry_of(slug, facts)
    shared = facts.relevant(frozenset())

    def make() -> Shell:
        page = _article(entry, article_slug)
        if page is None:
            raise Http404
        return Shell.of(render.article_html(page, entry, shared))

    return shells.get(f"article|{slug}|{entry.language}|{article_slug}|{shared.key}", make)


def index(zones: list[Entry], facts: Facts) -> Shell:
    """The list of these zones."""
    shared = facts.relevant(frozenset())
    slugs = ",".join(entry.slug for entry in zones)
    return shells.get(
        f"index|{slugs}|{shared.key}", lambda: Shell.of(render.index_html(zones, shared))
    )


def my(facts: Facts, home: Entry | None) -> Shell:
    """The customer's own page, without the customer; it looks like the zone it leads back to."""
    shared = facts.relevant(frozenset())
    url, theme = (home.url, home.theme) if home else ("/zones/", Theme.LIGHT)
    key = f"my|{url}|{theme}|{shared.key}"
    return shells.get(key, lambda: Shell.of(render.my_html(shared, url, theme)))


def open_in_app(facts: Facts) -> Shell:
    """What stands where a session is needed and none is there."""
    shared = facts.relevant(frozenset())
    return shells.get(f"app|{shared.key}", lambda: Shell.of(render.open_in_app_html(shared)))


def entry_of(slug: str, facts: Facts) -> Entry:
    """The zone in the facts' language or another. Raises Http404."""
    entry = directory.find(slug, facts.language)
    if entry is None:
        raise Http404
    return entry


def _zone(kind: str, entry: Entry, facts: Facts, make: Callable[[ZonePage, Facts], str]) -> Shell:
    shared = facts.relevant(entry.named)

    def made() -> Shell:
        page = ZonePage.objects.live().select_related("locale").filter(pk=entry.page_id).first()
        if page is None:
            raise Http404
        return Shell.of(make(page, shared))

    return shells.get(f"{kind}|{entry.slug}|{entry.language}|{shared.key}", made)


def _article(entry: Entry, slug: str) -> ArticlePage | None:
    """The live article of that name below the zone."""
    below = ArticlePage.objects.live().filter(path__startswith=entry.path, slug=slug)
    return below.select_related("locale").first()
