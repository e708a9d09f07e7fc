"""A customer's points held back, and released: what is asked for, and what is held now."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from growth import hold_requests
from growth.admin import change_words
from growth.admin.adjustment_forms import HoldForm, ReasonForm
from growth.admin.adjustment_views import CustomerAskView
from growth.admin.words import amount
from growth.models import Customer, PointsHold


class HoldView(CustomerAskView):
    """Keep points of one customer from being spent."""

    kind = hold_requests.HOLD
    form_class = HoldForm
    template_name = "growth/admin/hold.html"
    page_title = gettext_lazy("Hold points")
    header_icon = "lock"

    def get_page_subtitle(self) -> str:
        return _("Hold points of {customer}").format(customer=self.customer.ref)

    def request_of(self, form: HoldForm) -> tuple[str, dict[str, Any]]:
        points = form.cleaned_data["points"]
        subject = _("{customer}: hold {n} points").format(
            customer=self.customer.ref, n=amount(points)
        )
        return subject, {"customer": self.customer.ref, "points": points}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        says = _("They stay the customer's, but cannot be spent until somebody releases them.")
        return {**super().get_context_data(**kwargs), "says": [says]}


class ReleaseView(CustomerAskView):
    """Let a customer spend again what is held; the address names the hold."""

    kind = hold_requests.RELEASE
    form_class = ReasonForm
    template_name = "growth/admin/hold.html"
    page_title = gettext_lazy("Release points")
    header_icon = "lock-open"

    def get_page_subtitle(self) -> str:
        return _("Release points of {customer}").format(customer=self.customer.ref)

    @cached_property
    def hold(self) -> PointsHold:
        """What is to be released."""
        rows = PointsHold.objects.select_related("customer")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @cached_property
    def customer(self) -> Customer:
        return self.hold.customer

    def request_of(self, form: ReasonForm) -> tuple[str, dict[str, Any]]:
        subject = _("{customer}: release {n} points").format(
            customer=self.customer.ref, n=amount(self.hold.points)
        )
        return subject, hold_requests.release_payload(self.hold)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        says = change_words.release(hold_requests.release_payload(self.hold))
        return {**super().get_context_data(**kwargs), "says": [*says.before, *says.warnings]}
