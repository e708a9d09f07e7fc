"""Choosers of pictures and articles that a page can load all at once.

A stream loads what it points to block type by block type and stage by stage. A page with five
stages would need dozens of queries; a renderer that has loaded everything in a few of its own
lends it to these blocks with ``lend``.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

_pictures: ContextVar[Mapping[int, Any] | None] = ContextVar("pictures", default=None)
_articles: ContextVar[Mapping[int, Any] | None] = ContextVar("articles", default=None)


@contextmanager
def lend(pictures: Mapping[int, Any], articles: Mapping[int, Any]) -> Iterator[None]:
    """Inside the block, choosers take from these and ask the database for nothing."""
    tokens = _pictures.set(pictures), _articles.set(articles)
    try:
        yield
    finally:
        _pictures.reset(tokens[0])
        _articles.reset(tokens[1])


class _Lent(blocks.ChooserBlock):
    """Looks in what is lent before the database; what is gone from there is None."""

    lent: ContextVar[Mapping[int, Any] | None]

    def to_python(self, value):
        lent = self.lent.get()
        return super().to_python(value) if lent is None else lent.get(value)

    def bulk_to_python(self, values):
        lent = self.lent.get()
        return super().bulk_to_python(values) if lent is None else [lent.get(v) for v in values]


class PictureBlock(_Lent, ImageChooserBlock):
    """A picture of the library."""

    lent = _pictures

    def __init__(self, **options):
        super().__init__(**{"required": False, "label": _("picture"), **options})

    def deconstruct(self):
        return "wagtail.images.blocks.ImageChooserBlock", [], {"required": False}


class ArticleChooserBlock(_Lent, blocks.PageChooserBlock):
    """An article of any zone."""

    lent = _articles

    def __init__(self, **options):
        super().__init__(**{"page_type": "content.ArticlePage", "label": _("article"), **options})

    @cached_property
    def model_class(self):
        return self.target_model

    def deconstruct(self):
        return "wagtail.blocks.PageChooserBlock", [], {"page_type": ["content.ArticlePage"]}
