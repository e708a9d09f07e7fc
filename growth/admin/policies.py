"""Who may do what in the admin. What was earned is append-only, whoever asks."""

from collections.abc import Iterable
from typing import Any

from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy


class ActionsPolicy(ModelPermissionPolicy):
    """Django's permissions, but never more than ``actions``: not even for a superuser."""

    def __init__(self, model: Any, actions: Iterable[str]) -> None:
        super().__init__(model)
        self.actions = frozenset(actions)

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action in self.actions and super().user_has_permission(user, action)

    def user_has_any_permission(self, user: Any, actions: Iterable[str]) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)

    def users_with_any_permission(self, actions: Iterable[str]) -> Any:
        return super().users_with_any_permission([a for a in actions if a in self.actions])


READ = ("view",)
PROGRAM = ("view", "add", "change")


def allow(actions: Iterable[str], *models: Any) -> None:
    """Allow at most ``actions`` on these models. Call it before a viewset is registered."""
    for model in models:
        register_permission_policy(model, ActionsPolicy(model, actions), exact_class=True)
