"""Back-tests in the admin: asking for one, watching it run, and what it has found."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView, View
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.widgets import AdminDateInput
from wagtail.permissions import policy_registry

from growth import bankday, drafts
from growth.admin import backtest_figures
from growth.admin.listing import DayColumn, ReadOnlyViewSet, TagColumn
from growth.backtest import runs
from growth.errors import ProgramFaults
from growth.jobs import run_backtests
from growth.models import BacktestRun, Customer
from growth.text import localized

TONES = {"done": "good", "waiting": "wait", "running": "wait", "failed": "bad"}
DAYS = 90


def new_url(code: str) -> str:
    """Where a back-test of a task's draft, or of the task as it is, is asked for."""
    return f"{reverse('backtests:add')}?draft={code}"


def names_of(run: BacktestRun) -> str:
    """The names of the tasks that a run tries."""
    rows = run.document.get("tasks") or []
    return ", ".join(localized(row["name"]) or row["code"] for row in rows)


class PeriodForm(forms.Form):
    """The days whose events are tried."""

    first_day = forms.DateField(label=_("From"), widget=AdminDateInput)
    last_day = forms.DateField(label=_("To"), widget=AdminDateInput)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        first, last = found.get("first_day"), found.get("last_day")
        if first and last and first > last:
            raise ValidationError(_t("The last day is before the first one."))
        return found


class NewView(PermissionCheckedMixin, WagtailAdminTemplateMixin, FormView):
    """Asks for a back-test of a draft (or, without one, of the task as it is live)."""

    model = BacktestRun
    permission_required = "add"
    form_class = PeriodForm
    template_name = "growth/admin/backtest_new.html"
    page_title = _("Back-test")
    header_icon = "history"

    @cached_property
    def row(self) -> dict[str, Any]:
        """The task that is tried, as the program file has it."""
        code = self.request.GET.get("draft", "")
        draft = drafts.of(code)
        document = draft.document if draft else drafts.live(code)
        if not document:
            raise Http404
        row: dict[str, Any] = document["task"]
        return row

    def get_page_subtitle(self) -> str:
        return localized(self.row["name"]) or self.row["code"]

    def get_breadcrumbs_items(self) -> list[Any]:
        index = {"url": reverse("backtests:index"), "label": _t("Back-tests")}
        here = {"url": "", "label": self.page_title, "sublabel": self.get_page_subtitle()}
        return [*self.breadcrumbs_items, index, here]

    def get_initial(self) -> dict[str, Any]:
        today = bankday.today()
        first = max(runs.first_day_of_events(), today - timedelta(days=DAYS - 1))
        return {"first_day": first, "last_day": today}

    def form_valid(self, form: Any) -> HttpResponse:
        document = {"version": 1, "tasks": [self.row]}
        try:
            run = runs.ask(document=document, operator=self.request.user, **form.cleaned_data)
        except ProgramFaults as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        # Without a broker the sweeper comes round to it.
        transaction.on_commit(run_backtests.delay, robust=True)
        return HttpResponseRedirect(reverse("backtests:inspect", args=[run.pk]))


class ResultPage(generic.InspectView):
    """How far a back-test is, and what it has found."""

    template_name = "growth/admin/backtest.html"
    page_title = _("Back-test")

    def get_page_subtitle(self) -> str:
        return names_of(self.object)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        run = self.object
        rows = run.document.get("tasks") or []
        policy = policy_registry.get_by_type(Customer)
        found = run.result if run.state == BacktestRun.State.DONE else {}
        return {
            **super().get_context_data(**kwargs),
            "run": run,
            "percent": percent(run),
            "tone": TONES[run.state],
            "found": backtest_figures.of(found) if found else None,
            "drafts": [row["code"] for row in rows if drafts.of(row["code"])],
            "shows_customers": policy.user_has_permission(self.request.user, "view"),
        }


def percent(run: BacktestRun) -> int:
    """How far a run is."""
    return min(100, 100 * run.done // run.total) if run.total else 0


class StateView(PermissionCheckedMixin, View):
    """How far a run is, for the page that watches it."""

    model = BacktestRun
    permission_required = "view"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """State, events done and in all."""
        run = get_object_or_404(BacktestRun.objects.defer("result", "document"), pk=pk)
        told = {"state": run.state, "percent": percent(run), "done": run.done, "total": run.total}
        return JsonResponse(told)


def _period(run: BacktestRun) -> str:
    return f"{run.first_day:%Y-%m-%d} – {run.last_day:%Y-%m-%d}"


class BacktestViewSet(ReadOnlyViewSet):
    """Back-tests that were asked for."""

    model = BacktestRun
    name = "backtests"
    url_prefix = "growth/backtests"
    icon = "history"
    menu_label = _("Back-tests")
    inspect_view_class = ResultPage
    queryset = BacktestRun.objects.defer("result").select_related("operator")
    ordering = "-id"
    list_display = [
        Column("tasks", label=_("Tasks"), accessor=names_of),
        Column("period", label=_("Days"), accessor=_period),
        TagColumn(
            "state", label=_("State"), accessor="get_state_display", raw="state", tones=TONES
        ),
        Column("operator", label=_("Asked by")),
        DayColumn("asked_at", label=_("Asked")),
    ]
    search_fields = ["operator__username"]

    def get_urlpatterns(self) -> list[Any]:
        return [
            *super().get_urlpatterns(),
            path("new/", NewView.as_view(), name="add"),
            path("state/<int:pk>/", StateView.as_view(), name="state"),
        ]

    def get_permissions_to_register(self) -> Any:
        wanted = ("view_backtestrun", "add_backtestrun")
        every = super(ReadOnlyViewSet, self).get_permissions_to_register()
        return every.filter(codename__in=wanted)
