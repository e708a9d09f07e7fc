"""What zones add to the operators' admin: their pages and articles as flat lists."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.viewsets.pages import PageListingViewSet

from content.models import ArticlePage
from zones.models import ZonePage


class ZoneListing(PageListingViewSet):
    """Every zone in every language."""

    model = ZonePage
    name = "zone_pages"
    url_prefix = "zones/pages"
    icon = "desktop"
    menu_label = _("Zone pages")


class ArticleListing(PageListingViewSet):
    """Every article of every zone."""

    model = ArticlePage
    name = "articles"
    url_prefix = "zones/articles"
    icon = "doc-full-inverse"
    menu_label = _("Articles")
    list_filter = ["stage"]


class ZonesGroup(ViewSetGroup):
    """Pages that customers see."""

    menu_label = _("Zones")
    menu_icon = "desktop"
    menu_order = 190
    items = (ZoneListing, ArticleListing)


@hooks.register("register_admin_viewset")
def admin_viewsets() -> list[Any]:
    return [ZonesGroup()]
