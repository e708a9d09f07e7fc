"""Deciding on awards, one or all that a list shows: pay, cancel, or take back for good."""

from typing import Any, NamedTuple

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.log_actions import log

from growth import award_decisions, changes
from growth.admin import words
from growth.award_decisions import ACTS, MOST, PART
from growth.errors import GrowthError
from growth.models import GrowthTask, TaskCompletion

Status = TaskCompletion.Status
RIGHT = "growth.change_taskcompletion"
SHOWN = 20


class Decision(NamedTuple):
    """What can be done with awards in some states, and how it is said."""

    label: Any
    hint: Any
    states: tuple[str, ...]


DECISIONS = {
    "release": Decision(
        gettext_lazy("Pay now"),
        gettext_lazy("What is held back is paid at once."),
        (Status.PENDING,),
    ),
    "cancel": Decision(
        gettext_lazy("Cancel for good"),
        gettext_lazy("What is held back is never paid. Limits and budgets get their place back."),
        (Status.PENDING,),
    ),
    "revoke": Decision(
        gettext_lazy("Take back for good"),
        gettext_lazy(
            "Points, growth value and benefits are taken back. It stays so, whatever comes in"
            " later."
        ),
        (Status.POSTED, Status.PENDING, Status.CLAIMABLE),
    ),
}


def url_of(row: TaskCompletion) -> str:
    """Where an award is decided on, "" where nothing can be done with it."""
    what = next((what for what, one in DECISIONS.items() if row.status in one.states), "")
    return f"{reverse('award_decide', args=[what])}?id={row.pk}" if what else ""


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("It is kept with your name. Customers do not see it."),
    )
    # The newest award that the page was about: what comes in later was not looked at.
    newest = forms.IntegerField(widget=forms.HiddenInput)


class DecideView(WagtailAdminTemplateMixin, FormView):
    """All awards that the list's filters choose (or one ``id``), what is done, and why."""

    form_class = ReasonForm
    template_name = "growth/admin/award_decide.html"
    header_icon = "success"
    page_title = gettext_lazy("Decide on awards")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """For who may decide on awards."""
        if not request.user.has_perm(RIGHT) or kwargs["what"] not in DECISIONS:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def decision(self) -> Decision:
        """What is to be done."""
        return DECISIONS[self.kwargs["what"]]

    @cached_property
    def chosen(self) -> QuerySet[TaskCompletion]:
        """The awards that it is about."""
        from growth.admin.record_viewsets import CompletionFilterSet

        rows = TaskCompletion.objects.filter(status__in=self.decision.states)
        if one := self.request.GET.get("id"):
            return rows.filter(pk=int(one)) if one.isdecimal() else rows.none()
        found = CompletionFilterSet(self.request.GET, queryset=rows, request=self.request)
        return found.qs if found.is_valid() else rows.none()

    def get_initial(self) -> dict[str, Any]:
        return {"newest": self.chosen.aggregate(newest=Max("pk"))["newest"] or 0}

    def get_page_subtitle(self) -> str:
        return str(self.decision.label)

    def get_breadcrumbs_items(self) -> list[Any]:
        index = {"url": reverse("completions:index"), "label": _("Completions and refusals")}
        return [*self.breadcrumbs_items, index, {"url": "", "label": self.get_page_subtitle()}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        number = self.chosen.order_by()[: MOST + 1].count()
        rows = self.chosen.select_related("customer", "task").order_by("-pk")[:SHOWN]
        return {
            **super().get_context_data(**kwargs),
            "decision": self.decision,
            "number": number,
            "too_many": number > MOST,
            "rows": [(row, words.reason(row.reason) if row.reason else "") for row in rows],
            "shown": SHOWN,
            "query": self.request.GET.urlencode(),
            "choices": [
                (reverse("award_decide", args=[what]), one.label, one is self.decision)
                for what, one in DECISIONS.items()
            ],
        }

    def form_valid(self, form: ReasonForm) -> HttpResponse:
        """Do it part by part; each is a transaction of its own, logged with its reason.

        Where it moves many points it is asked for: a second person decides, and a job does it.
        """
        shown = self.chosen.filter(pk__lte=form.cleaned_data["newest"])
        found = list(shown.order_by("pk").values_list("pk", "task_id")[: MOST + 1])
        if len(found) > MOST:
            messages.error(self.request, _("That is too much at once. Choose fewer."))
            return HttpResponseRedirect(self.request.get_full_path())
        reason, done = form.cleaned_data["reason"], 0
        payload = award_decisions.payload_of(self.kwargs["what"], [pk for pk, _task in found])
        if payload["points"] > settings.TWO_APPROVALS_ABOVE_POINTS:
            return self._ask(payload, reason)
        for start in range(0, len(found), PART):
            done += self._decide(found[start : start + PART], reason)
        text = _("Awards done with: {n}.")
        messages.success(self.request, text.format(n=words.amount(done)))
        return HttpResponseRedirect(reverse("completions:index"))

    def _ask(self, payload: dict[str, Any], reason: str) -> HttpResponse:
        subject = _("{decision}: {n} awards").format(
            decision=self.decision.label, n=words.amount(len(payload["ids"]))
        )
        try:
            change = changes.propose(
                kind=award_decisions.KIND,
                subject=subject,
                payload=payload,
                reason=reason,
                maker=self.request.user,
            )
        except GrowthError as refusal:
            messages.error(self.request, _(refusal.detail))
            return HttpResponseRedirect(self.request.get_full_path())
        messages.success(
            self.request,
            _("Sent for review. For so many points, two other people have to approve it."),
        )
        return HttpResponseRedirect(reverse("changes:inspect", args=[change.pk]))

    @transaction.atomic
    def _decide(self, part: list[tuple[int, int]], reason: str) -> int:
        """Decide on a part, as (award, its task), and say so in the log, or neither."""
        done = ACTS[self.kwargs["what"]]([pk for pk, _task in part])
        for task in GrowthTask.objects.filter(pk__in={task for _pk, task in part}):
            ids = [pk for pk, task_id in part if task_id == task.pk]
            facts = {"reason": reason, "number": len(ids), "ids": ids}
            log(task, f"growth.award_{self.kwargs['what']}", user=self.request.user, data=facts)
        return done


def urls() -> list[URLPattern]:
    """The address of each decision."""
    return [
        path("growth/awards/<slug:what>/", DecideView.as_view(), name="award_decide"),
    ]


LOGGED = [
    ("award_release", gettext_lazy("Pay awards"), gettext_lazy("Awards paid that were held back")),
    ("award_cancel", gettext_lazy("Cancel awards"), gettext_lazy("Awards cancelled")),
    ("award_revoke", gettext_lazy("Take awards back"), gettext_lazy("Awards taken back")),
    ("paused", gettext_lazy("Pause a task"), gettext_lazy("Task paused")),
    ("resumed", gettext_lazy("Let a task go on"), gettext_lazy("Task goes on")),
    ("excluded", gettext_lazy("Exclude a customer"), gettext_lazy("Customer excluded")),
    ("readmitted", gettext_lazy("Readmit a customer"), gettext_lazy("Customer readmitted")),
]
