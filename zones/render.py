"""Pages as HTML and as data, made from content and facts alone: no customer comes in here."""

import json
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from content import sizes
from content.blocks.choosers import lend
from content.models import ArticlePage
from zones import directory, options, pictures, words
from zones.choice import choose
from zones.directory import Entry
from zones.facts import Facts
from zones.models import Theme, ZonePage


def zone_html(page: ZonePage, facts: Facts, *, sample: bool = False) -> str:
    """The zone as these facts see it; ``sample`` fills in example numbers for the preview."""
    shown, images = _materials(page)
    with translation.override(facts.language), lend(images, shown):
        return render_to_string(
            "zones/zone.html",
            {
                **frame(facts, page.theme),
                "page": page,
                "zone_slug": page.slug,
                "zone_title": page.title,
                "hero": images.get(page.hero_image_id or 0),
                "stages": choose(page.funnel, facts.segments),
                "sample": sample,
                "sample_names": json.dumps(_names()) if sample else "",
            },
        )


def zone_data(page: ZonePage, facts: Facts) -> dict[str, Any]:
    """The zone as plain data, by the same choice."""
    shown, images = _materials(page)
    with lend(images, shown):
        sections = [
            {
                "stage": stage.name,
                "id": stage.block_id,
                "heading": stage.heading,
                "blocks": [
                    {
                        "id": part.block_id,
                        "type": part.kind,
                        "anchor": part.anchor,
                        "value": _plain(part.child.value),
                    }
                    for part in stage.components
                ],
            }
            for stage in choose(page.funnel, facts.segments)
        ]
    return {
        "slug": page.slug,
        "title": page.title,
        "intro": page.intro,
        "language": page.locale.language_code,
        "theme": page.theme,
        "image": _picture(images.get(page.hero_image_id or 0)),
        "sections": sections,
    }


def article_html(article: ArticlePage, zone: Entry, facts: Facts, *, sample: bool = False) -> str:
    """An article in its zone's frame."""
    images = pictures.load(pictures.ids_in_article(article))
    with translation.override(facts.language), lend(images, {}):
        return render_to_string(
            "zones/article.html",
            {
                **frame(facts, zone.theme),
                "article": article,
                "zone_slug": zone.slug,
                "zone_title": zone.title,
                "hero": images.get(article.image_id or 0),
                "body": article.body,
                "sample": sample,
            },
        )


def index_html(zones: list[Entry], facts: Facts) -> str:
    """The plain list of zones."""
    images = pictures.load(zone.hero_image for zone in zones if zone.hero_image)
    cards = [(zone, images.get(zone.hero_image or 0)) for zone in zones]
    with translation.override(facts.language):
        return render_to_string("zones/index.html", {**frame(facts, Theme.LIGHT), "cards": cards})


def my_html(facts: Facts, home: str, theme: str) -> str:
    """The customer's own page: its frame, since every number on it comes by API."""
    with translation.override(facts.language):
        return render_to_string("zones/my.html", {**frame(facts, theme), "home": home})


def open_in_app_html(facts: Facts) -> str:
    """For whoever has no session and asks for what needs one."""
    with translation.override(facts.language):
        return render_to_string("zones/open_in_app.html", frame(facts, Theme.LIGHT))


def frame(facts: Facts, theme: str) -> dict[str, Any]:
    """What every page's frame needs. A senior's pages are in large text without being asked."""
    return {
        "facts": facts,
        "theme": theme,
        "large": facts.large_text or theme == Theme.SENIOR,
        "words": words.for_script(),
    }


def _names() -> dict[str, str]:
    """Names of all tasks and benefits, for the preview: it has no customer to ask for."""
    return dict(options.benefits()) | dict(options.tasks())


def _materials(page: ZonePage) -> tuple[dict[int, Any], dict[int, Any]]:
    """Everything that the page's blocks point to: articles in one query, pictures in two."""
    ids = pictures.article_ids(page)
    articles = (
        {
            article.pk: article
            for article in ArticlePage.objects.live().filter(pk__in=ids).defer("body")
        }
        if ids
        else {}
    )
    covers = {article.image_id for article in articles.values()}
    images = pictures.load(pictures.ids_in_zone(page) | covers)
    zones = {entry.path: entry.url for entry in directory.entries()}
    for article in articles.values():
        article.image = images.get(article.image_id or 0)
        zone = zones.get(article.path[: -article.steplen])
        # An article whose own zone is not live cannot be opened: its card is left out.
        article.href = f"{zone}{article.slug}/" if zone else ""
    return articles, images


def _plain(value: Any) -> Any:
    """A block's value without objects: pictures and articles become small records."""
    if isinstance(value, ArticlePage):
        return {
            "slug": value.slug,
            "title": value.title,
            "summary": value.summary,
            "reading_minutes": value.reading_minutes,
            "stage": value.stage,
            "image": _picture(value.image),
            "url": value.href,
        }
    if hasattr(value, "get_rendition"):
        return _picture(value)
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items() if key != "segment"}
    if hasattr(value, "bound_blocks") or isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value if inner is not None]
    if hasattr(value, "source"):
        return value.source
    return value


def _picture(image: Any) -> dict[str, Any] | None:
    # What zones show is decoration beside words that say the same, hence the empty alt.
    if image is None:
        return None
    rendition = image.get_rendition(sizes.WIDE)
    return {
        "url": rendition.url,
        "width": rendition.width,
        "height": rendition.height,
        "alt": "",
    }
