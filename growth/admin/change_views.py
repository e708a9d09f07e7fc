"""The page of a change request: what would change, who asks, why; and the decision on it."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.views import generic
from wagtail.log_actions import log
from wagtail.permissions import policy_registry

from growth import adjustments, bankday, changes, jobs, registry
from growth.admin import change_words, words
from growth.errors import GrowthError
from growth.models import ChangeRequest
from growth.statement_files import table_response

State = ChangeRequest.State
TONES = {
    State.WAITING: "wait",
    State.APPROVED: "wait",
    State.APPLIED: "good",
    State.REJECTED: "bad",
    State.FAILED: "bad",
}


class ChangePage(generic.InspectView):
    """One request, in words. Whoever may see it sees all of it."""

    template_name = "growth/admin/change.html"
    page_title = gettext_lazy("Request")

    def get_object(self, queryset: Any = None) -> ChangeRequest:
        rows = ChangeRequest.objects.select_related("maker", "checker", "first_checker")
        return get_object_or_404(rows, pk=self.pk)

    def get_page_subtitle(self) -> str:
        return self.object.subject

    def get_breadcrumbs_items(self) -> list[Any]:
        index = {"url": reverse(self.index_url_name), "label": _("Approvals")}
        return [*self.breadcrumbs_items, index, {"url": "", "label": self.object.subject}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        change, user = self.object, self.request.user
        late = change.state == State.WAITING and change.expires_at <= bankday.now()
        waits = change.state == State.WAITING and not late
        decides = user.has_perm(changes.DECIDE)
        mine, first = change.maker_id == user.pk, change.first_checker_id == user.pk
        return {
            **super().get_context_data(**kwargs),
            "change": change,
            "kind": kind_label(change),
            "tone": TONES.get(change.state, "quiet"),
            "late": late,
            "untouched": changes.is_untouched(change),
            "described": self.described,
            "decided": change.state not in changes.OPEN,
            "has_lines": change.kind == adjustments.BULK_GRANT,
            "came_of_it": change_words.outcome(change),
            "approvals": approvals(change),
            "limit": words.amount(settings.TWO_APPROVALS_ABOVE_POINTS),
            "can_decide": waits and decides and not mine,
            "can_approve": waits and decides and not mine and not first,
            "approved_first": waits and first,
            "own_request": waits and decides and mine,
            "can_withdraw": mine and change.state in changes.OPEN and not change.outcome,
        }

    @cached_property
    def described(self) -> registry.Described | None:
        """The change in words; each line of before and after is compared by the template.

        Once it is decided only what was asked for: how things stand now has nothing to do with it.
        """
        kind = registry.change_kinds.get(self.object.kind)
        if kind is None:
            return None
        found = kind.describe(self.object.payload)
        if self.object.state in changes.OPEN:
            return found
        return registry.Described(after=found.after)


@never_cache
@require_safe
def lines(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The lines of a file of points as CSV, for whoever may see the request."""
    if not policy_registry.get_by_type(ChangeRequest).user_has_permission(request.user, "view"):
        raise PermissionDenied
    change = get_object_or_404(ChangeRequest, pk=pk, kind=adjustments.BULK_GRANT)
    log(change, "growth.change_exported", user=request.user)
    return table_response(
        change_words.bulk_lines(change), form="csv", name=f"request-{pk}.csv", title=str(pk)
    )


class DecideView(View):
    """Approves, rejects or withdraws through the verb, which alone says whether that may be."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do what the button says; a refusal is shown as it says."""
        decision = request.POST.get("decision", "")
        comment = request.POST.get("comment", "").strip()[:2000]
        page = HttpResponseRedirect(reverse("changes:inspect", args=[pk]))
        if decision == "reject" and not comment:
            messages.error(request, _("Say why: the person who asked has to know what to mend."))
            return page
        try:
            change = self._decide(decision, pk, request.user, comment)
        except GrowthError as refusal:
            messages.error(request, _(refusal.detail))
            return page
        if change.state == State.APPROVED:
            jobs.apply_changes.delay()
            change.refresh_from_db()
        if change.state == State.FAILED:
            messages.error(request, " ".join(change_words.outcome(change)))
        else:
            messages.success(request, said(change))
        return page

    def _decide(self, decision: str, pk: int, user: Any, comment: str) -> ChangeRequest:
        if decision == "approve":
            return changes.approve(change_id=pk, checker=user, comment=comment)
        if decision == "reject":
            return changes.reject(change_id=pk, checker=user, comment=comment)
        return changes.withdraw(change_id=pk, maker=user)


def said(change: ChangeRequest) -> str:
    """What a decision has come to."""
    return {
        State.WAITING: _("Approved, as the first of two. Another person has to approve it, too."),
        State.APPROVED: _("Approved. It is applied as soon as it is due."),
        State.APPLIED: _("Approved and applied."),
        State.REJECTED: _("Rejected. Who asked for it sees your comment."),
        State.WITHDRAWN: _("The request is withdrawn."),
    }[State(change.state)]


def approvals(change: ChangeRequest) -> str:
    """How far a request is that needs more than one approval; "" for all others."""
    if change.approvals_needed == 1:
        return ""
    text = _("{n} of {needed} approvals")
    return text.format(n=change.approvals, needed=change.approvals_needed)


def kind_label(change: ChangeRequest) -> str:
    """The kind in words; one that is no more is shown as it is."""
    kind = registry.change_kinds.get(change.kind)
    return str(kind.label) if kind else change.kind
