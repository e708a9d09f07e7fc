"""Wagtail's lists and forms of operators, where our groups go by their translated names."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import TitleColumn
from wagtail.users.views.groups import GroupViewSet, IndexView
from wagtail.users.views.users import UserFilterSet, UserViewSet

from growth.admin import groups

NAMES = {
    groups.EDITORS: _("Editors"),
    groups.CAMPAIGN: _("Campaign"),
    groups.REVIEWERS: _("Reviewers"),
    groups.AUDITORS: _("Auditors"),
    groups.SUPPORT: _("Support"),
    groups.FINANCE: _("Finance"),
}


def name(group: Any) -> str:
    """A group's name; one that the bank has made is called as it is."""
    return str(NAMES.get(group.name, group.name))


class GroupIndexView(IndexView):
    columns = [
        TitleColumn(
            "name",
            label=_("Name"),
            accessor=name,
            sort_key="name",
            url_name="wagtailusers_groups:edit",
        )
    ]


class OperatorGroupViewSet(GroupViewSet):
    index_view_class = GroupIndexView


class OperatorFilterSet(UserFilterSet):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["group"].field.label_from_instance = name


class OperatorViewSet(UserViewSet):
    filterset_class = OperatorFilterSet

    def get_form_class(self, for_update: bool = False) -> Any:
        class OperatorForm(super().get_form_class(for_update)):  # type: ignore[misc]
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)
                self.fields["groups"].label_from_instance = name

        return OperatorForm
