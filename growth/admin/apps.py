"""Wagtail's app of users and groups, with our names for the groups."""

from wagtail.users.apps import WagtailUsersAppConfig


class OperatorsConfig(WagtailUsersAppConfig):
    """Stands for ``wagtail.users``."""

    group_viewset = "growth.admin.operators.OperatorGroupViewSet"
    user_viewset = "growth.admin.operators.OperatorViewSet"
