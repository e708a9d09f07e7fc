"""Uploading codes; one redemption with what support may do about it."""

from typing import Any

from django.core.management.base import CommandError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, View
from wagtail.admin import messages
from wagtail.admin.views import generic
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.log_actions import log

from benefits import imports, queries, redemption
from benefits.admin.forms import CodesForm
from benefits.errors import BenefitError
from benefits.models import CodeBatch, Redemption
from growth import bankday
from growth.models import RejectedRow

SHOWN = 50


class CodesImportView(PermissionCheckedMixin, WagtailAdminTemplateMixin, FormView):
    """Takes in a file of codes and says what became of each row."""

    model = CodeBatch
    permission_required = "add"
    form_class = CodesForm
    template_name = "benefits/admin/codes_import.html"
    page_title = gettext_lazy("Upload codes")
    header_icon = "upload"
    index_url_name = ""

    def get_breadcrumbs_items(self) -> list[Any]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse(self.index_url_name), "label": _("Uploaded codes")},
            {"url": "", "label": self.get_page_title()},
        ]

    def form_valid(self, form: CodesForm) -> HttpResponse:
        benefit, upload = form.cleaned_data["benefit"], form.cleaned_data["file"]
        since = bankday.now()
        try:
            tally = imports.import_codes(
                upload.file, upload.name, benefit_code=benefit.code, on_batch=lambda rows: None
            )
        except (CommandError, BenefitError) as refusal:
            form.add_error("file", str(refusal))
            return self.form_invalid(form)
        finally:
            upload.close()
        log(benefit, "benefits.codes_uploaded", user=self.request.user,
            data={"file": upload.name, **tally.as_dict()})  # fmt: skip
        rejected = RejectedRow.objects.filter(kind="code", rejected_at__gte=since)
        mine = rejected.filter(feed__startswith=f"{benefit.code}/").order_by("line")
        report = {
            "benefit": benefit,
            "file": upload.name,
            "tally": tally,
            "rejected": mine[:SHOWN],
        }
        context = self.get_context_data(form=CodesForm(), report=report)
        return self.render_to_response(context)


class RedemptionPage(generic.InspectView):
    """One redemption with its history. The code itself is the customer's and not shown."""

    template_name = "benefits/admin/redemption.html"
    page_title = gettext_lazy("Redemption")

    def get_object(self, queryset: Any = None) -> Redemption:
        rows = Redemption.objects.select_related("customer", "benefit").defer("sealed")
        return get_object_or_404(rows, pk=self.pk)

    def get_page_subtitle(self) -> str:
        return str(self.object.benefit)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today, may = bankday.today(), self.user_has_permission("change")
        return {
            **super().get_context_data(**kwargs),
            "redemption": self.object,
            "history": history(self.object),
            "can_cancel": may and queries.can_cancel(self.object, today),
            "can_use": may and queries.is_open(self.object, today),
        }


ACTORS = {
    "customer": gettext_lazy("the customer"),
    "program": gettext_lazy("the growth program"),
    "clock": gettext_lazy("the clock"),
}


def history(found: Redemption) -> list[dict[str, Any]]:
    """What happened to a redemption, in words."""
    labels = dict(Redemption.Status.choices)
    return [
        {
            "at": row.at,
            "after": labels.get(row.after, row.after),
            "by": ACTORS.get(row.actor, row.actor),
            "note": row.note,
        }
        for row in found.history.order_by("id")
    ]


class RedemptionActionView(PermissionCheckedMixin, View):
    """Cancels a redemption or marks it used, after a page that asks."""

    model = Redemption
    permission_required = "change"
    action = ""
    template_name = "benefits/admin/redemption_action.html"

    @cached_property
    def found(self) -> Redemption:
        """The redemption that it is about."""
        rows = Redemption.objects.select_related("customer", "benefit").defer("sealed")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Ask."""
        title = _("Cancel this redemption?") if self.action == "cancel" else _("Mark it as used?")
        context = {"redemption": self.found, "action": self.action, "page_title": title}
        return render(request, self.template_name, context)

    def post(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Do it through the verb; a refusal is shown as it says."""
        actor = str(request.user.get_username())[:100]
        try:
            if self.action == "cancel":
                redemption.cancel(
                    customer_id=self.found.customer_id, redemption_id=self.found.pk, actor=actor
                )
            else:
                redemption.mark_used(redemption_id=self.found.pk, actor=actor)
        except BenefitError as refusal:
            messages.error(request, _(refusal.detail))
        else:
            log(self.found, f"benefits.redemption_{self.action}", user=request.user)
            messages.success(request, _("Done."))
        return HttpResponseRedirect(reverse("redemptions:inspect", args=[self.found.pk]))
