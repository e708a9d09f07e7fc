"""One page to pause tasks, each or all of them, and to let them go on."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.log_actions import log

from growth import pauses
from growth.admin import words
from growth.errors import GrowthError
from growth.models import GrowthTask

RIGHT = "growth.change_growthtask"


class PauseView(WagtailAdminTemplateMixin, TemplateView):
    """Every task that is live or paused, with its button; and the one button for all."""

    template_name = "growth/admin/pauses.html"
    header_icon = "no-view"
    page_title = gettext_lazy("Pause tasks")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """For who may change tasks."""
        if not request.user.has_perm(RIGHT):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        live = GrowthTask.objects.filter(versions__end_release__isnull=True, paused=False)
        paused = GrowthTask.objects.filter(paused=True)
        return {
            **super().get_context_data(**kwargs),
            "live": live.distinct(),
            "paused": [(task, words.pause(task.paused_because)) for task in paused],
        }

    def post(self, request: HttpRequest) -> HttpResponse:
        """Pause or let go on what the button says; a pause needs a reason."""
        here = HttpResponseRedirect(reverse("pauses"))
        action, code = request.POST.get("action", ""), request.POST.get("task", "")
        reason = request.POST.get("reason", "").strip()
        if action == "pause" and not reason:
            messages.error(request, _("Say why, so that others know what to wait for."))
            return here
        try:
            codes = self._act(action, code, reason)
        except GrowthError as refusal:
            messages.error(request, _(refusal.detail))
            return here
        done = "paused" if action == "pause" else "resumed"
        for task in GrowthTask.objects.filter(code__in=codes):
            log(task, f"growth.{done}", user=request.user, data={"reason": reason})
        said = {
            "paused": _("Paused: {tasks}. Nothing that comes in from now on counts."),
            "resumed": _("Going on: {tasks}."),
        }[done]
        if codes:
            messages.success(request, said.format(tasks=", ".join(codes)))
        else:
            messages.info(request, _("There was nothing to change."))
        return here

    def _act(self, action: str, code: str, reason: str) -> list[str]:
        origin = f"admin:{self.request.user.get_username()}"
        if action == "pause" and code:
            return [code] if pauses.pause_task(code=code, reason=reason, origin=origin) else []
        if action == "pause":
            return pauses.pause_program(reason=reason, origin=origin)
        if code:
            return [code] if pauses.resume_task(code=code, origin=origin) else []
        return pauses.resume_program(origin=origin)


class PauseMenuItem(MenuItem):
    """Shown to who may use the page."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(RIGHT))


def urls() -> list[URLPattern]:
    """The page's address."""
    return [path("growth/pauses/", PauseView.as_view(), name="pauses")]


def menu_item() -> MenuItem:
    """Its entry in the menu."""
    return PauseMenuItem(
        gettext_lazy("Pause tasks"), reverse("pauses"), icon_name="no-view", order=215
    )
