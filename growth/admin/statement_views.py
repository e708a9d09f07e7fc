"""A customer's statements for operators: on paper, on the screen, as a table. Looking is logged."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from wagtail.log_actions import log
from wagtail.permissions import policy_registry

from growth import statement_files, statements
from growth.admin.customers import VIEWED
from growth.errors import NotFound
from growth.models import Customer


def _customer(request: HttpRequest, pk: int) -> Customer:
    """The customer, for who may see customers; that it was looked at is written down."""
    if not policy_registry.get_by_type(Customer).user_has_permission(request.user, "view"):
        raise PermissionDenied
    customer: Customer = get_object_or_404(Customer, pk=pk)
    return customer


@require_safe
def newest(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The newest month's statement."""
    months = statements.months(customer_id=_customer(request, pk).pk)
    if not months:
        raise Http404
    return HttpResponseRedirect(reverse("customer_statement", args=[pk, f"{months[0]:%Y-%m}"]))


@never_cache
@require_safe
def statement(request: HttpRequest, pk: int, month: str) -> HttpResponseBase:
    """A month's statement: a page to read and print, or a file (``?format=csv``, ``xlsx``)."""
    customer = _customer(request, pk)
    try:
        found = statements.statement(customer_id=pk, month=statements.month_of(month))
    except NotFound:
        raise Http404 from None
    log(customer, VIEWED, user=request.user, data={"statement": found.code})
    bank = statement_files.bank_name(request)
    form = request.GET.get("format", "")
    if form in statement_files.FORMS:
        return statement_files.as_file(found, form=form, bank=bank, customer=customer.ref)
    context = {
        "statement": found,
        "months": statements.months(customer_id=pk),
        "bank": bank,
        "customer": customer.ref,
        "pk": pk,
        "back": reverse("customers:inspect", args=[pk]),
    }
    return render(request, "growth/statement.html", context)


def urls() -> list[Any]:
    """Addresses below the admin's."""
    return [
        path("customers/statements/<int:pk>/", newest, name="customer_statements"),
        path("customers/statements/<int:pk>/<str:month>/", statement, name="customer_statement"),
    ]
