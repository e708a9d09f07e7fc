"""What benefits add to the operators' admin."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.viewsets.model import ModelViewSetGroup

from benefits import models
from growth import registry
from growth.admin import policies

policies.allow(policies.PROGRAM, models.Benefit, models.Merchant)
policies.allow(("view", "add"), models.CodeBatch)
policies.allow(("view", "change"), models.Redemption)

# Viewsets ask for their model's policy when they are made, so they come after the policies.
from benefits.admin import home, viewsets  # noqa: E402

registry.customer_panels.append(
    (_("Redemptions"), "benefits/admin/customer_panel.html", home.customer_panel)
)
registry.coming_changes.append(home.coming)


class BenefitsGroup(ModelViewSetGroup):
    """The catalogue, merchants, codes and redemptions."""

    menu_label = _("Benefits")
    menu_icon = "tag"
    menu_order = 220
    items = viewsets.VIEWSETS


@hooks.register("register_admin_viewset")
def admin_viewsets() -> list[Any]:
    return [BenefitsGroup()]


@hooks.register("construct_homepage_panels")
def homepage_panels(request: Any, panels: list[Any]) -> None:
    home.add_panel(request, panels)


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    actions.register_action("benefits.codes_uploaded", _("Upload codes"), _("Codes uploaded"))
    actions.register_action(
        "benefits.redemption_cancel", _("Cancel a redemption"), _("Redemption cancelled")
    )
    actions.register_action(
        "benefits.redemption_used", _("Mark a redemption as used"), _("Marked as used")
    )
