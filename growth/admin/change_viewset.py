"""Approvals: requests that wait for a second person, and what became of the others."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Case, IntegerField, Q, Value, When
from django.urls import path
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column
from wagtail.permissions import policy_registry

from growth import changes, registry
from growth.admin.adjustment_views import AdjustView, BulkGrantView
from growth.admin.change_views import TONES, ChangePage, DecideView, approvals, kind_label, lines
from growth.admin.hold_views import HoldView, ReleaseView
from growth.admin.listing import DayColumn, ListView, ReadOnlyViewSet, TagColumn
from growth.models import ChangeRequest

State = ChangeRequest.State


def _kinds() -> list[tuple[str, Any]]:
    return [(name, kind.label) for name, kind in registry.change_kinds.items()]


class ChangeFilterSet(WagtailFilterSet):
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=_kinds)
    state = django_filters.MultipleChoiceFilter(
        label=_("State"), choices=State.choices, widget=forms.CheckboxSelectMultiple
    )
    maker = django_filters.CharFilter(label=_("Asked by"), field_name="maker__username")

    class Meta:
        model = ChangeRequest
        fields: list[str] = []


class ChangeList(ListView):
    """What waits for the reader comes first, then what waits for others, then the newest."""

    page_title = _("Approvals")
    default_ordering = ("turn", "-pk")

    def get_page_title(self) -> str:
        return str(self.page_title)

    def get_base_queryset(self) -> Any:
        user = self.request.user
        done = Q(maker=user) | Q(first_checker=user, first_checker__isnull=False)
        mine = done if user.has_perm(changes.DECIDE) else Q()
        turn = Case(
            When(Q(state=State.WAITING) & ~mine, then=Value(0)),
            When(state=State.WAITING, then=Value(1)),
            When(state=State.APPROVED, then=Value(2)),
            default=Value(3),
            output_field=IntegerField(),
        )
        return super().get_base_queryset().annotate(turn=turn)

    @cached_property
    def add_item_label(self) -> str:
        return str(_("Points for many customers"))

    @cached_property
    def columns(self) -> list[Any]:
        return [self._get_title_column("subject"), *self.list_display[1:]]


class ApprovalsItem(MenuItem):
    """The menu's entry says how many requests wait for the reader."""

    def is_shown(self, request: Any) -> bool:
        """For who may see requests."""
        policy = policy_registry.get_by_type(ChangeRequest)
        return bool(policy.user_has_permission(request.user, "view"))

    def render_component(self, request: Any) -> Any:
        """The entry, with the number."""
        component = super().render_component(request)
        if number := changes.waiting_for(request.user).count():
            component.label = f"{component.label} ({number})"
        return component


class ChangeViewSet(ReadOnlyViewSet):
    model = ChangeRequest
    name = "changes"
    url_prefix = "approvals"
    icon = "check"
    menu_label = _("Approvals")
    menu_order = 200
    add_to_admin_menu = True
    menu_item_class = ApprovalsItem
    index_view_class = ChangeList
    inspect_view_class = ChangePage
    queryset = ChangeRequest.objects.defer("payload").select_related(
        "maker", "checker", "first_checker"
    )
    list_display = [
        "subject",
        Column("kind", label=_("Kind"), accessor=kind_label),
        TagColumn(
            "state", label=_("State"), accessor="get_state_display", raw="state", tones=TONES
        ),
        Column("approvals", label=_("Approvals"), accessor=approvals),
        Column("maker", label=_("Asked by")),
        DayColumn("asked_at", label=_("Asked")),
        DayColumn("effective_at", label=_("Takes effect")),
        Column("checker", label=_("Decided by")),
    ]
    search_fields = ["subject", "reason"]
    filterset_class = ChangeFilterSet
    list_export = [
        "id", "kind", "subject", "state", "maker.username", "asked_at", "reason",
        "first_checker.username", "first_at", "first_comment",
        "checker.username", "decided_at", "comment", "effective_at", "applied_at",
    ]  # fmt: skip

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_common_view_kwargs(**kwargs),
            "add_url_name": self.get_url_name("add"),
        }

    def get_urlpatterns(self) -> list[Any]:
        return [
            *super().get_urlpatterns(),
            path("decide/<int:pk>/", DecideView.as_view(), name="decide"),
            path("lines/<int:pk>/", lines, name="lines"),
            path("adjust/<int:pk>/", AdjustView.as_view(), name="adjust"),
            path("hold/<int:pk>/", HoldView.as_view(), name="hold"),
            path("release/<int:pk>/", ReleaseView.as_view(), name="release"),
            path("points-for-many/", BulkGrantView.as_view(), name="add"),
        ]

    def get_permissions_to_register(self) -> Any:
        return super(ReadOnlyViewSet, self).get_permissions_to_register()
