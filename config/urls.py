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
from config.optional import urls_of
from growth.api.problems import no_such_address

urlpatterns = [
    path("", RedirectView.as_view(url="/zones/"), name="home"),
    path("livez", health.live),
    path("readyz", health.ready),
    path("metrics", health.metrics),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(), name="api-docs"),
    *urls_of("api/v1/", "growth.api.urls"),
    *urls_of("api/v1/", "benefits.api.urls"),
    *urls_of("api/v1/", "zones.api.urls"),
    re_path(r"^api/", no_such_address),
    *urls_of("handoff/", "growth.handoff_urls"),
    *urls_of("", "zones.urls"),
    # Granian serves pictures itself under `make run`; this is for every other server.
    re_path(r"^media/(?P<path>.+)$", serve, {"document_root": settings.MEDIA_ROOT}),
    path("", include(wagtail_urls)),
]
