"""The four zones as Wagtail pages, one for each language, their articles below them."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.utils.html import escape
from wagtail.models import Locale, Page, Site

from content.models import ArticlePage
from growth.models import Segment
from zones.models import ZoneIndexPage, ZonePage

from . import files

INDEX_TITLES = {"en": "Zones", "zh-hans": "专区"}
SITE_NAME = "Willowford Bank"
BODY = {"p": "paragraph", "h": "heading", "callout": "callout", "image": "image"}
_NAMESPACE = uuid.UUID("5e6a1f2c-5b7e-4a55-9a3c-3f4a7c1f2d10")


@transaction.atomic
def build(images: dict[str, Any]) -> None:
    """Make the pages that are missing; a zone that is there stays as its editors left it."""
    indexes = _indexes()
    for slug in files.ZONES:
        first: ZonePage | None = None
        for language in files.LANGUAGES:
            page = ZonePage.objects.child_of(indexes[language]).filter(slug=slug).first()
            if page is None:
                page = _zone(indexes[language], slug, language, images, first)
            first = first or page


def _indexes() -> dict[str, ZoneIndexPage]:
    """The page above the zones in each language; the site begins at the first."""
    made: dict[str, ZoneIndexPage] = {}
    root = Page.get_first_root_node()
    for language in files.LANGUAGES:
        locale, _ = Locale.objects.get_or_create(language_code=language)
        index = ZoneIndexPage.objects.filter(locale=locale).first()
        if index is None:
            slug = "zones" if language == "en" else f"zones-{language}"
            index = ZoneIndexPage(title=INDEX_TITLES[language], slug=slug, locale=locale)
            if made:
                index.translation_key = made["en"].translation_key
            root.add_child(instance=index)
            index.save_revision().publish()
        made[language] = index
    _begin_at(made["en"])
    return made


def _begin_at(index: ZoneIndexPage) -> None:
    site = Site.objects.filter(is_default_site=True).first()
    if site is None:
        Site.objects.create(
            hostname="localhost", root_page=index, is_default_site=True, site_name=SITE_NAME
        )
        return
    welcome = site.root_page
    if welcome.pk == index.pk:
        return
    site.root_page, site.site_name = index, SITE_NAME
    site.save()
    if type(welcome.specific) is Page and not welcome.get_children().exists():
        welcome.delete()


def _zone(
    index: ZoneIndexPage, slug: str, language: str, images: dict[str, Any], first: ZonePage | None
) -> ZonePage:
    written = files.page(slug, language)
    page = ZonePage(
        title=written["title"],
        slug=slug,
        locale=index.locale,
        intro=written["intro"],
        theme=written["theme"],
        segment=Segment.objects.get(code=written["segment"]),
        hero_image=images[written["image"]],
    )
    if first is not None:
        page.translation_key = first.translation_key
    index.add_child(instance=page)
    articles = _articles(page, written["articles"], images, first)
    stream = ZonePage._meta.get_field("funnel").stream_block
    page.funnel = stream.clean(stream.to_python(_funnel(slug, written, images, articles)))
    page.save_revision().publish()
    return page


def _articles(
    zone: ZonePage, written: list[dict[str, Any]], images: dict[str, Any], first: ZonePage | None
) -> dict[str, ArticlePage]:
    originals = ArticlePage.objects.child_of(first).in_bulk(field_name="pk") if first else {}
    keys = {page.slug: page.translation_key for page in originals.values()}
    stream = ArticlePage._meta.get_field("body").stream_block
    made = {}
    for text in written:
        body = [
            {"type": BODY[kind], "value": _body(kind, value, images), "id": _id(text["slug"], n)}
            for n, part in enumerate(text["body"])
            for kind, value in part.items()
        ]
        page = ArticlePage(
            title=text["title"],
            slug=text["slug"],
            locale=zone.locale,
            summary=text["summary"],
            stage=text["stage"],
            image=images[text["image"]],
            reading_minutes=text["reading_minutes"],
            body=stream.clean(stream.to_python(body)),
        )
        if text["slug"] in keys:
            page.translation_key = keys[text["slug"]]
        zone.add_child(instance=page)
        page.save_revision().publish()
        made[text["slug"]] = page
    return made


def _body(kind: str, value: Any, images: dict[str, Any]) -> Any:
    if kind == "p":
        return f"<p>{escape(value)}</p>"
    return _linked(value, images, {}) if kind == "image" else value


def _funnel(
    slug: str, written: dict[str, Any], images: dict[str, Any], articles: dict[str, ArticlePage]
) -> list[dict[str, Any]]:
    return [
        {
            "type": stage,
            "id": _id(slug, stage),
            "value": {
                "heading": part["heading"],
                "components": [
                    {
                        "type": component["type"],
                        "id": _id(slug, stage, number),
                        "value": _linked(component["value"], images, articles),
                    }
                    for number, component in enumerate(part["components"])
                ],
            },
        }
        for stage, part in written["funnel"].items()
    ]


def _linked(value: Any, images: dict[str, Any], articles: dict[str, ArticlePage]) -> Any:
    """The written value with the names of pictures and articles turned into ids."""
    if isinstance(value, list):
        return [_linked(item, images, articles) for item in value]
    if not isinstance(value, dict):
        return value
    linked = {key: _linked(inner, images, articles) for key, inner in value.items()}
    if "image" in value:
        linked["image"] = images[value["image"]].pk
    if "articles" in value:
        linked["articles"] = [articles[slug].pk for slug in value["articles"]]
    return linked


def _id(*parts: object) -> str:
    """A block's id: the same in both languages, so that their figures can be compared."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(map(str, parts))))
