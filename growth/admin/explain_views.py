"""The piece of a customer's page that explains a task."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.generic import View
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from growth.admin import explain_words
from growth.errors import NotFound
from growth.explain import explain
from growth.models import Customer


class WhyView(PermissionCheckedMixin, View):
    """Why a task stands where it stands with a customer: a piece of the customer's page."""

    model = Customer
    permission_required = "view"

    def get(self, request: HttpRequest, pk: int, code: str) -> HttpResponse:
        """Conditions, events and completions in words."""
        customer = get_object_or_404(Customer, pk=pk)
        try:
            found = explain(customer.pk, code)
        except NotFound:
            raise Http404 from None
        return render(request, "growth/admin/why.html", explain_words.told(found))
