"""Points given or taken by hand: the forms, and the dry run of a file before anybody is asked."""

import secrets
from typing import Any

from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from growth import adjustments, changes
from growth.admin import change_words
from growth.admin.adjustment_forms import AdjustmentForm, BulkGrantForm, cost_centres
from growth.admin.words import amount
from growth.errors import GrowthError
from growth.models import Customer

KEPT_SECONDS = 3600

FAULTS = {
    "header": gettext_lazy(
        "The first line has to name the columns customer_id and points, and reason if there is one."
    ),
    "empty": gettext_lazy("The file has no lines."),
    "columns": gettext_lazy("This line does not have as many cells as the first one."),
    "customer": gettext_lazy("There is no customer id."),
    "points": gettext_lazy("Points have to be a whole number from 1 to 10,000,000."),
    "reason": gettext_lazy("The reason is longer than 200 characters."),
    "encoding": gettext_lazy("This is not UTF-8 text. Save the file as “CSV UTF-8”."),
    "too_many": gettext_lazy("The file has more than 100,000 lines. Split it."),
}


class AskView(WagtailAdminTemplateMixin, FormView):
    """A form whose content becomes a change request of ``kind``."""

    kind = ""
    header_icon = "plus"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """For who may ask for such a change."""
        if not changes.may_ask(request.user, self.kind):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def ask(self, subject: str, payload: dict[str, Any], reason: str) -> HttpResponse:
        """Ask for the change and show the request."""
        change = changes.propose(
            kind=self.kind, subject=subject, payload=payload, reason=reason, maker=self.request.user
        )
        said = _("Sent for review. Somebody else has to approve it.")
        if change.approvals_needed > 1:
            said = _("Sent for review. For so many points, two other people have to approve it.")
        messages.success(self.request, said)
        return HttpResponseRedirect(reverse("changes:inspect", args=[change.pk]))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        suggestions = {"gz-cost-centres": cost_centres()}
        return {**super().get_context_data(**kwargs), "suggestions": suggestions}


class CustomerAskView(AskView):
    """Ask for a change of one customer's points."""

    @cached_property
    def customer(self) -> Customer:
        """Whose points."""
        return get_object_or_404(Customer, pk=self.kwargs["pk"])

    def get_breadcrumbs_items(self) -> list[Any]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse("customers:index"), "label": _("Customers")},
            {
                "url": reverse("customers:inspect", args=[self.customer.pk]),
                "label": self.customer.ref,
            },
            {"url": "", "label": self.get_page_title()},
        ]

    def request_of(self, form: Any) -> tuple[str, dict[str, Any]]:
        """What the request is called, and what it says."""
        raise NotImplementedError

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return self.ask(*self.request_of(form), form.cleaned_data["reason"])
        except GrowthError as refusal:
            form.add_error(None, _(refusal.detail))
            return self.form_invalid(form)


class AdjustView(CustomerAskView):
    """Give points to one customer, or take them."""

    kind = adjustments.ADJUSTMENT
    form_class = AdjustmentForm
    template_name = "growth/admin/adjust.html"
    page_title = gettext_lazy("Adjust points")

    def get_page_subtitle(self) -> str:
        return _("Adjust the points of {customer}").format(customer=self.customer.ref)

    def request_of(self, form: AdjustmentForm) -> tuple[str, dict[str, Any]]:
        payload = form.payload(self.customer.ref)
        return f"{self.customer.ref}: {payload['points']:+,}", payload


class BulkGrantView(AskView):
    """Read a file, show what it would do, and only then ask."""

    kind = adjustments.BULK_GRANT
    form_class = BulkGrantForm
    template_name = "growth/admin/bulk_grant.html"
    page_title = gettext_lazy("Points for many customers")

    def get_breadcrumbs_items(self) -> list[Any]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse("changes:index"), "label": _("Approvals")},
            {"url": "", "label": self.get_page_title()},
        ]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A file, or the word to go on with the one that was read."""
        token = request.POST.get("token")
        return self._send(token) if token else super().post(request, *args, **kwargs)

    def form_valid(self, form: BulkGrantForm) -> HttpResponse:
        file = form.cleaned_data["file"]
        upload = adjustments.read_lines(file.file)
        if upload.faults:
            faults = [(line, FAULTS[code]) for line, code in upload.faults]
            context = self.get_context_data(form=form, faults=faults, more=upload.more_faults)
            return self.render_to_response(context)
        payload = adjustments.bulk_payload(
            upload,
            file=file.name,
            cost_centre=form.cleaned_data["cost_centre"],
            points_expire=form.points_expire(),
        )
        run, token = adjustments.dry_run(payload), secrets.token_urlsafe(24)
        kept = {"payload": payload, "reason": form.cleaned_data["reason"]}
        cache.set(self._key(token), kept, KEPT_SECONDS)
        context = self.get_context_data(
            form=form,
            run=run,
            token=token,
            file=file.name,
            warnings=change_words.dry_run_warnings(run),
        )
        return self.render_to_response(context)

    def _send(self, token: str) -> HttpResponse:
        kept = cache.get(self._key(token))
        if kept is None:
            messages.error(
                self.request, _("That was more than an hour ago. Upload the file again.")
            )
            return HttpResponseRedirect(self.request.path)
        payload = kept["payload"]
        subject = _("{file}: {n} lines").format(
            file=payload["file"], n=amount(len(payload["lines"]))
        )
        response = self.ask(subject, payload, kept["reason"])
        cache.delete(self._key(token))
        return response

    def _key(self, token: str) -> str:
        """Only who has uploaded a file goes on with it."""
        return f"growth:bulk:{self.request.user.pk}:{token}"
