"""The admin's home page: what customers did in the last days, and what needs a look."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin.ui.components import Component
from wagtail.permissions import policy_registry

from growth import budgets, open_items
from growth.admin import budget_viewset, choices, coming
from growth.admin.charts import chart
from growth.admin.figures import DAYS, figures
from growth.admin.words import amount
from growth.models import (
    BankEvent,
    Budget,
    GrowthTask,
    LiabilityFlow,
    OpenItem,
    RejectedRow,
    TaskCompletion,
)

# Why an award waits that no job will pay by itself.
ASK_A_PERSON = ("velocity", "risk_held")


class FiguresPanel(Component):
    """Figures and charts of the growth room."""

    name = "growth_figures"
    order = 100
    template_name = "growth/admin/home.html"

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        user = parent_context["request"].user
        found = figures()
        spent = found.moved.get("redeem", {})
        expired = sum(found.moved.get("expire", {}).values())
        return {
            "days": DAYS,
            "tiles": [
                (_("Customers"), found.customers, ""),
                (_("Active customers"), found.active_total, _("in {n} days").format(n=DAYS)),
                (_("Points outstanding"), found.outstanding, _("customers can spend them")),
                (_("Points expired"), expired, _("in {n} days").format(n=DAYS)),
                (_("Refused completions"), found.refused, _("in {n} days").format(n=DAYS)),
            ],
            "charts": [
                chart("events", _("Bank events"), found.events, found.days),
                chart("active", _("Active customers a day"), found.active, found.days,
                      total=found.active_total, tone="quiet"),
                chart("completions", _("Completed tasks"), found.completions, found.days),
                chart("earned", _("Points earned"), found.earned, found.days, tone="good",
                      note=_("by the day on which they were earned")),
                chart("spent", _("Points spent"), spent, found.days, tone="warm"),
            ],
            "levels": _levels(found.levels, found.customers),
            "warnings": list(_warnings(found, user)),
        }  # fmt: skip


def _levels(held: dict[str, int], customers: int) -> list[tuple[str, int, str]]:
    """Customers by level, with the bar's length in per cent; without one stands for the lowest."""
    rows = []
    for rank, (code, name) in enumerate(choices.levels()):
        number = held.get(code, 0) + (held.get("", 0) if rank == 0 else 0)
        rows.append((name, number, f"{100 * number / customers:.1f}" if customers else "0"))
    return rows


def _warnings(found: Any, user: Any) -> Any:
    yield from _book_warnings(user)
    yield from _award_warnings(user)
    if found.unsettled and _sees(user, BankEvent):
        text = ngettext(
            "{n} event has been waiting to be settled for more than a minute.",
            "{n} events have been waiting to be settled for more than a minute.",
            found.unsettled,
        )
        url = reverse("bank_events:index") + "?waiting=false"
        yield text.format(n=amount(found.unsettled)), url
    if found.rejected and _sees(user, RejectedRow):
        text = ngettext(
            "{n} row was rejected and has not been taken in since.",
            "{n} rows were rejected and have not been taken in since.",
            found.rejected,
        )
        yield text.format(n=amount(found.rejected)), reverse("rejected_rows:index") + "?open=false"


def _book_warnings(user: Any) -> Any:
    """The chain of seals that is broken, and differences that nobody has seen to yet."""
    if not _sees(user, OpenItem):
        return
    url = reverse("open_items:index") + "?closed=false"
    number, broken = open_items.standing()
    if broken:
        yield _("The hash chain over the points is broken: somebody changed the ledger."), url
    if number:
        text = ngettext(
            "{n} difference from the records is open.",
            "{n} differences from the records are open.",
            number,
        )
        yield text.format(n=amount(number)), url


def _award_warnings(user: Any) -> Any:
    """Budgets that are nearly or all used up, and awards that wait for a person."""
    if _sees(user, Budget):
        rows = list(Budget.objects.all())
        found = budgets.standings(rows)
        for budget in rows:
            how = budget_viewset.state(budget, found[budget.pk])
            if how in ("alert", "exhausted"):
                text = _("Budget “{name}” is {state}: {n} points are left.")
                said = budget_viewset.said(how)
                left = amount(found[budget.pk].left)
                yield text.format(name=budget, state=said, n=left), reverse("budgets:index")
    if _sees(user, TaskCompletion):
        waiting = TaskCompletion.objects.filter(status="pending", reason__in=ASK_A_PERSON).count()
        if waiting:
            text = _("Awards that wait for somebody to decide: {n}.")
            url = reverse("completions:index") + "?status=pending"
            yield text.format(n=amount(waiting)), url


def _sees(user: Any, model: Any) -> bool:
    return bool(policy_registry.get_by_type(model).user_has_permission(user, "view"))


def replace_panels(request: Any, panels: list[Any]) -> None:
    """Figures first; of Wagtail's own panels those stay that wait for this person."""
    kept = ("workflow_objects_to_moderate", "user_objects_in_workflow_moderation", "locked_pages")
    panels[:] = [panel for panel in panels if getattr(panel, "name", "") in kept]
    coming.add_panels(request, panels)
    if _sees(request.user, GrowthTask) or _sees(request.user, LiabilityFlow):
        panels.append(FiguresPanel())
