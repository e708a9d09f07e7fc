"""What zones add to the operators' admin: their pages and articles as flat lists."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.viewsets.pages import PageListingViewSet

from content.models import ArticlePage
from zones.models import ZonePage
from zones.page_lists import PageIndex


class PagesMenuItem(MenuItem):
    """Shown to who may do anything with pages; others would find the lists empty."""

    def is_shown(self, request: Any) -> bool:
        return bool(user_has_any_page_permission(request.user))


class ZoneListing(PageListingViewSet):
    """Every zone in every language."""

    index_view_class = PageIndex
    model = ZonePage
    name = "zone_pages"
    url_prefix = "zones/pages"
    icon = "desktop"
    menu_label = _("Zone pages")
    menu_item_class = PagesMenuItem


class ArticleListing(PageListingViewSet):
    """Every article of every zone."""

    index_view_class = PageIndex
    model = ArticlePage
    name = "articles"
    url_prefix = "zones/articles"
    icon = "doc-full-inverse"
    menu_label = _("Articles")
    menu_item_class = PagesMenuItem
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
