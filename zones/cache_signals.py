"""Drops cached pages when what they show changes, after commit. No business rule is here."""

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from wagtail.images import get_image_model
from wagtail.signals import page_published, page_unpublished, post_page_move

from zones.cache import shells


def _drop(**_kwargs: Any) -> None:
    transaction.on_commit(shells.drop)


def _published(instance: Any, **_kwargs: Any) -> None:
    from zones import jobs

    transaction.on_commit(shells.drop)
    transaction.on_commit(lambda: jobs.prepare_soon(instance.pk))


def connect() -> None:
    """Called once, when the app is ready."""
    from content.models import ArticlePage
    from zones.models import ZoneIndexPage, ZonePage

    for model in (ZonePage, ArticlePage):
        page_published.connect(_published, sender=model, dispatch_uid=f"zones-pub-{model}")
    for model in (ZonePage, ArticlePage, ZoneIndexPage):
        page_unpublished.connect(_drop, sender=model, dispatch_uid=f"zones-unpub-{model}")
        post_page_move.connect(_drop, sender=model, dispatch_uid=f"zones-move-{model}")
        post_delete.connect(_drop, sender=model, dispatch_uid=f"zones-delete-{model}")
    # A picture that is cropped or replaced has new files; a segment may have a new code.
    for sender in (get_image_model(), "growth.Segment"):
        post_save.connect(_drop, sender=sender, dispatch_uid=f"zones-save-{sender}")
        post_delete.connect(_drop, sender=sender, dispatch_uid=f"zones-gone-{sender}")
