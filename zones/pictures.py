"""Pictures of a page: found, loaded and sized together."""

from collections.abc import Iterable, Iterator
from typing import Any

from wagtail.images import get_image_model
from wagtail.models import Page

from content import sizes
from content.models import ArticlePage
from zones.choice import raw_components
from zones.models import ZonePage


def load(ids: Iterable[int]) -> dict[int, Any]:
    """Pictures by id, with their sizes, in two queries."""
    wanted = {i for i in ids if i}
    if not wanted:
        return {}
    images = get_image_model().objects.filter(pk__in=wanted).prefetch_renditions(*sizes.ALL)
    return {image.pk: image for image in images}


def ids_in_zone(page: ZonePage) -> set[int]:
    """Ids of the pictures that the zone's own blocks show."""
    found = {page.hero_image_id} if page.hero_image_id else set()
    for value in raw_components(page.funnel):
        found.update(_pictures_in(value))
    return found


def article_ids(page: ZonePage) -> set[int]:
    """Ids of the articles that the zone's blocks lead to."""
    found: set[int] = set()
    for value in raw_components(page.funnel):
        for item in value.get("articles") or []:
            chosen = item["value"] if isinstance(item, dict) else item
            if chosen:
                found.add(chosen)
    return found


def ids_in_article(page: ArticlePage) -> set[int]:
    """Ids of the pictures that the article shows."""
    found = {page.image_id} if page.image_id else set()
    for block in page.body.raw_data:
        if block["type"] == "image":
            value = block["value"]
            found.update(_pictures_in(value if isinstance(value, dict) else {"image": value}))
    return found


def prepare(page_id: int) -> None:
    """Make every size that the page may ask for, so that no customer waits for it."""
    page = Page.objects.filter(pk=page_id).first()
    specific = page.specific if page else None
    hero = None
    if isinstance(specific, ZonePage):
        hero = specific.hero_image_id
        covers = ArticlePage.objects.filter(pk__in=article_ids(specific)).values_list("image_id")
        ids = ids_in_zone(specific) | {image for (image,) in covers if image}
    elif isinstance(specific, ArticlePage):
        ids = ids_in_article(specific)
    else:
        return
    for image in get_image_model().objects.filter(pk__in=ids):
        image.get_renditions(*(sizes.ALL if image.pk == hero else sizes.OF_OTHERS))


def _pictures_in(value: Any) -> Iterator[int]:
    """Every ``image`` in a stored value, however deep."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "image" and isinstance(inner, int):
                yield inner
            else:
                yield from _pictures_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _pictures_in(inner)
