"""The operators' lists of pages, in as many queries for many pages as for few."""

from functools import partial
from typing import Any

from wagtail.admin.views.pages.listing import IndexView
from wagtail.models import PagePermissionTester


class RowPermissions(PagePermissionTester):
    """Wagtail's rules; whether a page may be deleted is told from the row where the row says it."""

    def can_delete(self, ignore_bulk: bool = False) -> bool:
        """As Wagtail has it. Who may not publish may delete nothing that is live."""
        if self.user.is_active and not self.user.is_superuser:
            if "publish" not in self.permissions and self.page.live:
                return False
            if "change" in self.permissions and not self.page.live and self.page.is_leaf():
                return True
        return bool(super().can_delete(ignore_bulk))


class PageIndex(IndexView):
    """A flat list whose rows are asked for permissions without a query each."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        for page in context["object_list"]:
            page.permissions_for_user = partial(_permissions, page)
        return context


def _permissions(page: Any, user: Any) -> RowPermissions:
    return RowPermissions(user, page)
