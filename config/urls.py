"""Every address of the site."""

from django.conf import settings
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from django.views.static import serve
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from config import health
from growth.api.problems import no_such_address

urlpatterns = [
    # First, because most requests are for these.
    path("", include("zones.urls")),
    path("", RedirectView.as_view(url="/zones/"), name="home"),
    path("livez", health.live),
    path("readyz", health.ready),
    path("metrics", health.metrics),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(), name="api-docs"),
    path("api/v1/", include("growth.api.urls")),
    path("api/v1/", include("benefits.api.urls")),
    path("api/v1/", include("zones.api.urls")),
    re_path(r"^api/", no_such_address),
    path("handoff/", include("growth.handoff_urls")),
    path("badges/", include("growth.badge_urls")),
    # Granian serves pictures itself under `make run`; this is for every other server.
    re_path(r"^media/(?P<path>.+)$", serve, {"document_root": settings.MEDIA_ROOT}),
    path("", include(wagtail_urls)),
]
