"""What growth adds to the operators' admin."""

from typing import Any

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.viewsets.model import ModelViewSetGroup
from wagtail.models import ModelLogEntry

from growth import models
from growth.admin import policies

policies.allow(
    policies.PROGRAM,
    models.GrowthTask,
    models.Segment,
    models.LevelScheme,
    models.Badge,
    models.Budget,
)
policies.allow(policies.PROGRAM, models.TaskDraft, models.ChangeRequest)
policies.allow(("view", "change"), models.OpenItem)
policies.allow(("view", "add"), models.BacktestRun)
policies.allow(
    policies.READ,
    models.ApiClient,
    models.BankEvent,
    models.Customer,
    models.CustomerSession,
    models.LiabilityFlow,
    models.PointsTransfer,
    models.RejectedRow,
    models.TaskCompletion,
    ModelLogEntry,
)

# Viewsets ask for their model's policy when they are made, so they come after the policies.
from growth.admin import (  # noqa: E402
    award_views,
    backtest_views,
    budget_viewset,
    change_viewset,
    customers,
    dead_letters,
    end_views,
    exclusion_views,
    exports,
    home,
    liability_views,
    open_item_viewset,
    operators_log,
    pause_views,
    program_viewsets,
    record_viewsets,
    statement_views,
)


class GrowthGroup(ModelViewSetGroup):
    """Segments, tasks, levels and what came of them."""

    menu_label = _("Growth")
    menu_icon = "tick-inverse"
    menu_order = 210
    submenu_hook = "register_growth_menu_item"
    items = [
        *program_viewsets.VIEWSETS,
        budget_viewset.BudgetViewSet,
        backtest_views.BacktestViewSet,
        *record_viewsets.VIEWSETS,
        open_item_viewset.OpenItemViewSet,
    ]


class CustomersGroup(ModelViewSetGroup):
    """Customers, their sessions, and the bank's systems."""

    menu_label = _("Customers")
    menu_icon = "user"
    menu_order = 230
    submenu_hook = "register_customers_menu_item"
    items = [*customers.VIEWSETS, operators_log.OperatorsLogViewSet]


@hooks.register("register_admin_viewset")
def viewsets() -> list[Any]:
    return [change_viewset.ChangeViewSet(), GrowthGroup(), CustomersGroup()]


@hooks.register("register_admin_urls")
def admin_urls() -> list[Any]:
    return [
        *liability_views.urls(),
        *statement_views.urls(),
        *award_views.urls(),
        *pause_views.urls(),
        *end_views.urls(),
        *exclusion_views.urls(),
    ]


@hooks.register("register_growth_menu_item")
def pauses_menu_item() -> Any:
    return pause_views.menu_item()


@hooks.register("register_customers_menu_item")
def exclusions_menu_item() -> Any:
    return exclusion_views.menu_item()


@hooks.register("register_reports_menu_item")
def points_report() -> Any:
    return liability_views.menu_item()


@hooks.register("construct_homepage_panels", order=-100)
def homepage_panels(request: Any, panels: list[Any]) -> None:
    home.replace_panels(request, panels)


@hooks.register("construct_homepage_summary_items", order=1000)
def homepage_summary(request: Any, items: list[Any]) -> None:
    """Counts of pages and pictures tell nobody anything here."""
    items.clear()


@hooks.register("construct_help_menu")
def help_menu(request: Any, items: list[Any]) -> None:
    """A bank's network is closed: links to the world outside lead nowhere."""
    outside = ("whats-new", "editor-guide")
    items[:] = [item for item in items if not str(item.name).startswith(outside)]


@hooks.register("insert_global_admin_css")
def admin_css() -> str:
    return format_html('<link rel="stylesheet" href="{}">', static("growth/admin.css"))


LOGGED = [
    ("draft_saved", _("Save a draft"), _("Draft saved")),
    ("draft_discarded", _("Discard a draft"), _("Draft discarded")),
    ("change_asked", _("Ask for a change"), _("Change asked for")),
    ("change_half_approved", _("Approve a change, as the first of two"), _("First approval given")),
    ("change_approved", _("Approve a change"), _("Change approved")),
    ("change_rejected", _("Reject a change"), _("Change rejected")),
    ("change_refused", _("Try to decide, and be refused"), _("Decision refused")),
    ("change_withdrawn", _("Withdraw a change"), _("Change withdrawn")),
    ("change_expired", _("Let a change expire"), _("Change expired")),
    ("change_applied", _("Apply a change"), _("Change applied")),
    ("change_exported", _("Export the lines of a change"), _("Lines exported")),
    ("change_failed", _("Fail to apply a change"), _("Change failed")),
]
LOGS = [
    *LOGGED,
    *award_views.LOGGED,
    *dead_letters.LOGGED,
    *exports.LOGGED,
    *open_item_viewset.LOGGED,
]


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    actions.register_action(
        customers.VIEWED, _("Look at a customer"), _("Looked at this customer's page")
    )
    for action, doing, done in LOGS:
        actions.register_action(f"growth.{action}", doing, done)
