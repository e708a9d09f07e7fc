"""Events that settling has given up on: how operators find them, and have them tried again."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import View
from wagtail.admin import messages
from wagtail.log_actions import log

from growth import jobs, settling
from growth.admin.words import amount
from growth.models import BankEvent

RIGHT = "growth.change_bankevent"
LOGGED = [("event_retried", gettext_lazy("Try an event again"), gettext_lazy("Event tried again"))]


def may_retry(user: Any) -> bool:
    """Whether somebody may have dead letters tried again."""
    return bool(user.has_perm(RIGHT))


def is_dead(event: BankEvent) -> bool:
    """Whether settling has given up on an event, and waits for a person."""
    return event.settled_at is None and event.next_attempt_at is None


def said(event: BankEvent) -> str:
    """How far settling an event is."""
    if event.settled_at:
        return _("settled")
    if is_dead(event):
        return _("given up after {n} tries").format(n=event.attempts)
    if event.attempts:
        return _("waiting, tried {n} times").format(n=event.attempts)
    return _("waiting")


class RetryView(View):
    """Has the dead letters of an event's customer tried again.

    A customer's events are settled together, so one of them alone is never tried.
    """

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Revive them, log who asked, and let a job try at once."""
        if not may_retry(request.user):
            raise PermissionDenied
        event = get_object_or_404(BankEvent, pk=pk)
        with transaction.atomic():
            revived = settling.revive_dead_letters(event.customer_id)
            if revived:
                log(event, "growth.event_retried", user=request.user, data={"number": revived})
        if revived:
            jobs.settle_bank_events.delay()
            text = ngettext(
                "{n} event is tried again. What came of it is shown here in a moment.",
                "{n} events are tried again. What came of them is shown here in a moment.",
                revived,
            )
            messages.success(request, text.format(n=amount(revived)))
        else:
            messages.info(request, _("Nothing of this customer has been given up."))
        return HttpResponseRedirect(reverse("bank_events:inspect", args=[pk]))


def urls() -> list[URLPattern]:
    """Addresses below those of the bank events."""
    return [path("<int:pk>/retry/", RetryView.as_view(), name="retry")]
