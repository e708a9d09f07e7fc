"""Budgets: what each has given, how fast it goes, and when it will be used up."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column

from growth import budget_changes, budgets
from growth.admin.budget_form import panel
from growth.admin.listing import DayColumn, ListView, PointsColumn, RoomViewSet, TagColumn
from growth.admin.views import ProgramCreateView, ProgramEditView
from growth.budget_section import facts
from growth.errors import GrowthError, ProgramFaults
from growth.models import Budget

TONES = {"good": "good", "alert": "wait", "exhausted": "bad", "over": "bad"}


def state(budget: Budget, standing: budgets.Standing) -> str:
    """``over``, ``exhausted``, ``alert`` or ``good``."""
    if standing.over:
        return "over"
    if not standing.left:
        return "exhausted"
    return "alert" if budget.alerted_at else "good"


def said(found: str) -> str:
    """A state in words."""
    return {
        "good": _t("in order"),
        "alert": _t("nearly used up"),
        "exhausted": _t("used up"),
        "over": _t("over"),
    }[found]


class BudgetList(ListView):
    """What budgets have given comes in one query for the whole list."""

    @cached_property
    def standings(self) -> dict[int, budgets.Standing]:
        """How each budget stands."""
        return budgets.standings(Budget.objects.all())

    def _of(self, read: Any) -> Any:
        return lambda row: read(self.standings[row.pk])

    @cached_property
    def columns(self) -> list[Any]:
        def tagged(row: Budget) -> str:
            row.state = state(row, self.standings[row.pk])  # type: ignore[attr-defined]
            return said(row.state)  # type: ignore[attr-defined]

        return [
            self._get_title_column("__str__"),
            Column("cost_centre", label=_("Cost centre")),
            TagColumn("state", label=_("State"), accessor=tagged, raw="state", tones=TONES),
            PointsColumn("points", label=_("Points")),
            PointsColumn("used", label=_("Given"), accessor=self._of(lambda s: s.used)),
            PointsColumn("left", label=_("Left"), accessor=self._of(lambda s: s.left)),
            PointsColumn("percent", label=_("Per cent"), accessor=self._of(lambda s: s.percent)),
            PointsColumn("a_day", label=_("A day, lately"), accessor=self._of(lambda s: s.a_day)),
            DayColumn("ends_on", label=_("Will end on"), accessor=self._of(lambda s: s.ends_on)),
        ]


class AskMixin:
    """What the form says waits for a second person, who sees it beside how the budget stands."""

    form: Any
    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:
        """Ask for it; what is refused after all goes into the form."""
        self.form, row = form, form.row()
        if facts(row) == facts(budget_changes.stored(row["code"]) or {"name": {}, "points": None}):
            messages.info(self.request, _t("Nothing is different from the budget now."))
            return HttpResponseRedirect(reverse("budgets:index"))
        try:
            change = budget_changes.propose(
                row=row, reason=form.cleaned_data["reason"], maker=self.request.user
            )
        except ProgramFaults as refusal:
            form.place(refusal.faults)
        except GrowthError as refusal:
            form.add_error(None, _t(refusal.detail))
        else:
            messages.success(self.request, _t("Sent for review. Somebody else has to approve it."))
            return HttpResponseRedirect(reverse("changes:inspect", args=[change.pk]))
        return self.form_invalid(form)  # type: ignore[attr-defined]


class BudgetCreateView(AskMixin, ProgramCreateView):
    """A new budget."""

    submit_button_label = _("Send for review")


class BudgetEditView(AskMixin, ProgramEditView):
    """A budget with how it stands."""

    submit_button_label = _("Send for review")
    template_name = "growth/admin/budget_form.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        standing = budgets.standings([self.object])[self.object.pk]
        found = state(self.object, standing)
        return {
            **super().get_context_data(**kwargs),
            "standing": standing,
            "state": said(found),
            "tone": TONES[found],
            "days": budgets.BURN_DAYS,
        }


class BudgetViewSet(RoomViewSet):
    model = Budget
    name = "budgets"
    url_prefix = "growth/budgets"
    icon = "calendar-check"
    menu_label = _("Budgets")
    inspect_view_enabled = False
    index_view_class = BudgetList
    add_view_class = BudgetCreateView
    edit_view_class = BudgetEditView
    edit_handler = panel
    search_fields = ["code", "name", "cost_centre"]
    list_export = ["code", "name", "cost_centre", "points", "starts", "ends"]
