"""Customers who are rewarded for nothing: the list, one more, and one back."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.log_actions import log

from growth import exclusions
from growth.errors import GrowthError
from growth.models import Customer

RIGHT = "growth.change_customer"
PAGE = 50


class ExcludeForm(forms.Form):
    customer = forms.CharField(label=gettext_lazy("Customer id"), max_length=128)
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=exclusions.MAX_REASON,
        help_text=gettext_lazy("Such as: works for the bank."),
    )


class ExclusionsView(WagtailAdminTemplateMixin, FormView):
    """Who is excluded. Their tasks go on, but every award is refused."""

    form_class = ExcludeForm
    template_name = "growth/admin/exclusions.html"
    header_icon = "user"
    page_title = gettext_lazy("Excluded from rewards")

    def get_breadcrumbs_items(self) -> list[Any]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """For who may exclude customers."""
        if not request.user.has_perm(RIGHT):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = Customer.objects.exclude(excluded="").order_by("ref")
        page = Paginator(found, PAGE).get_page(self.request.GET.get("p"))
        return {**super().get_context_data(**kwargs), "page": page}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Exclude by the form, or readmit by a row's button."""
        if readmit := request.POST.get("readmit"):
            return self._readmit(Customer.objects.filter(ref=readmit).first())
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: ExcludeForm) -> HttpResponse:
        customer = Customer.objects.filter(ref=form.cleaned_data["customer"].strip()).first()
        if customer is None:
            form.add_error("customer", _("There is no such customer."))
            return self.form_invalid(form)
        reason = form.cleaned_data["reason"]
        try:
            exclusions.exclude(customer_id=customer.pk, reason=reason)
        except GrowthError as refusal:
            form.add_error("reason", _(refusal.detail))
            return self.form_invalid(form)
        log(customer, "growth.excluded", user=self.request.user, data={"reason": reason})
        messages.success(self.request, _("{customer} is excluded.").format(customer=customer.ref))
        return HttpResponseRedirect(reverse("exclusions"))

    def _readmit(self, customer: Customer | None) -> HttpResponse:
        if customer and exclusions.readmit(customer_id=customer.pk):
            log(customer, "growth.readmitted", user=self.request.user)
            text = _("{customer} is rewarded again, for what comes from now on.")
            messages.success(self.request, text.format(customer=customer.ref))
        return HttpResponseRedirect(reverse("exclusions"))


class ExclusionsMenuItem(MenuItem):
    """Shown to who may use the page."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(RIGHT))


def urls() -> list[URLPattern]:
    """The page's address."""
    return [path("customers/excluded/", ExclusionsView.as_view(), name="exclusions")]


def menu_item() -> MenuItem:
    """Its entry in the menu."""
    label = gettext_lazy("Excluded from rewards")
    return ExclusionsMenuItem(label, reverse("exclusions"), icon_name="user", order=90)
