"""Pages to pause tasks, each or all of them, and to let them go on."""

from abc import ABC, abstractmethod
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
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


def may_pause(user: Any) -> bool:
    """Whether somebody may pause tasks and let them go on."""
    return bool(user.has_perm(RIGHT))


class ActionView(WagtailAdminTemplateMixin, TemplateView, ABC):
    """A page whose buttons pause tasks, or let them go on; for who may change tasks."""

    header_icon = "no-view"
    done_url = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """For who may change tasks."""
        if not may_pause(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Pause or let go on what the button says; a pause needs a reason."""
        action, code = request.POST.get("action", ""), self.code()
        reason = request.POST.get("reason", "").strip()
        here = HttpResponseRedirect(request.path)
        if action == "pause" and not reason:
            messages.error(request, _("Say why, so that others know what to wait for."))
            return here
        try:
            codes = self._act(action, code, reason)
        except GrowthError as refusal:
            messages.error(request, _(refusal.detail))
            return here
        self._tell("paused" if action == "pause" else "resumed", codes, reason)
        return HttpResponseRedirect(reverse(self.done_url))

    @abstractmethod
    def code(self) -> str:
        """The task that it is about; "" for all."""

    def _act(self, action: str, code: str, reason: str) -> list[str]:
        origin = f"admin:{self.request.user.get_username()}"
        if action == "pause" and code:
            return [code] if pauses.pause_task(code=code, reason=reason, origin=origin) else []
        if action == "pause":
            return pauses.pause_program(reason=reason, origin=origin)
        if code:
            return [code] if pauses.resume_task(code=code, origin=origin) else []
        return pauses.resume_program(origin=origin)

    def _tell(self, done: str, codes: list[str], reason: str) -> None:
        """Put what was done into the log, and say it to the operator."""
        for task in GrowthTask.objects.filter(code__in=codes):
            log(task, f"growth.{done}", user=self.request.user, data={"reason": reason})
        said = {
            "paused": _("Paused: {tasks}. Nothing that comes in from now on counts."),
            "resumed": _("Going on: {tasks}."),
        }[done]
        if codes:
            messages.success(self.request, said.format(tasks=", ".join(codes)))
        else:
            messages.info(self.request, _("There was nothing to change."))


class PauseView(ActionView):
    """Every task that is live or paused, with its button; and the one button for all."""

    template_name = "growth/admin/pauses.html"
    page_title = gettext_lazy("Pause tasks")
    done_url = "pauses"

    def get_breadcrumbs_items(self) -> list[Any]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]

    def code(self) -> str:
        return self.request.POST.get("task", "")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        live = GrowthTask.objects.filter(versions__end_release__isnull=True, paused=False)
        paused = GrowthTask.objects.filter(paused=True)
        return {
            **super().get_context_data(**kwargs),
            "live": live.distinct(),
            "paused": [(task, words.pause(task.paused_because)) for task in paused],
        }


class PauseTaskView(ActionView):
    """One task: why it is to pause, or why it does and the button to let it go on."""

    template_name = "growth/admin/pause_task.html"
    done_url = "growth_tasks:index"

    def code(self) -> str:
        return str(self.kwargs["code"])

    @cached_property
    def task(self) -> GrowthTask:
        """The task that it is about."""
        return get_object_or_404(GrowthTask, code=self.kwargs["code"])

    def get_page_title(self) -> str:
        return str(label_of(self.task))

    def get_page_subtitle(self) -> str:
        return str(self.task)

    def get_breadcrumbs_items(self) -> list[Any]:
        index = {"url": reverse("growth_tasks:index"), "label": _("Tasks")}
        return [*self.breadcrumbs_items, index, {"url": "", "label": str(self.task)}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "task": self.task,
            "why": words.pause(self.task.paused_because),
        }


def label_of(task: GrowthTask) -> Any:
    """What can be done: pause a task that goes on, let go on one that is paused."""
    return gettext_lazy("Let it go on") if task.paused else gettext_lazy("Pause")


def url_of(task: GrowthTask) -> str:
    """The page that pauses one task, or lets it go on."""
    return reverse("pause_task", args=[task.code])


class PauseMenuItem(MenuItem):
    """Shown to who may use the page."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may_pause(request.user)


def urls() -> list[URLPattern]:
    """The pages' addresses."""
    return [
        path("growth/pauses/", PauseView.as_view(), name="pauses"),
        path("growth/pauses/<slug:code>/", PauseTaskView.as_view(), name="pause_task"),
    ]


def menu_item() -> MenuItem:
    """Its entry in the menu."""
    return PauseMenuItem(
        gettext_lazy("Pause tasks"), reverse("pauses"), icon_name="no-view", order=90
    )
