"""The drawn pictures, put into Wagtail's library."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.images import ImageFile
from wagtail.images import get_image_model
from wagtail.models import Collection

from benefits.api.serializers import PICTURE
from benefits.models import Benefit
from content.models import ArticlePage
from zones.models import ZonePage
from zones.pictures import prepare

from . import pictures


def store(collection: Collection) -> dict[str, Any]:
    """Draw what the library does not have yet; every picture by its name."""
    model = get_image_model()
    known = {image.title: image for image in model.objects.filter(collection=collection)}
    found = {}
    for name in pictures.NAMES:
        title = pictures.title(name)
        found[name] = known.get(title) or _add(model, collection, name, title)
    return found


def size_all() -> None:
    """Make the sizes that pages and shelves show, so that no first visitor waits for them."""
    for model in (ZonePage, ArticlePage):
        for pk in model.objects.values_list("pk", flat=True):
            prepare(pk)
    shown = Benefit.objects.exclude(picture=None).values("picture")
    for image in get_image_model().objects.filter(pk__in=shown):
        image.get_rendition(PICTURE)


def _add(model: Any, collection: Collection, name: str, title: str) -> Any:
    content = io.BytesIO()
    pictures.draw(name).save(content, "JPEG", quality=90, subsampling=0, optimize=True)
    image = model(title=title, collection=collection, description=title)
    image.file = ImageFile(content, name=f"{name}.jpg")
    if focus := pictures.focus(name):
        image.focal_point_x, image.focal_point_y = focus
        image.focal_point_width = image.focal_point_height = 40
    image.save()
    return image
