"""Pictures of badges. They show nobody's data, so anybody may fetch and keep them."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, register_converter
from django.views.decorators.http import require_safe

from growth import badge_images
from growth.models import Badge

FOR_EVER = "public, max-age=31536000, immutable"


class Scale:
    """1, 2 or 3 device pixels for each CSS pixel."""

    regex = "[123]"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(Scale, "badge_scale")


@require_safe
def image(request: HttpRequest, code: str, digest: str, scale: int) -> HttpResponse:
    """The picture; an address that no longer fits the badge is gone."""
    badge = get_object_or_404(Badge, code=code)
    if digest != badge_images.digest(badge):
        raise Http404
    response = HttpResponse(badge_images.png(badge, scale), content_type="image/png")
    response.headers["Cache-Control"] = FOR_EVER
    return response


urlpatterns = [
    path("<slug:code>.<slug:digest>@<badge_scale:scale>x.png", image, name="badge-image"),
]
