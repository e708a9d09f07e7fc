"""The page that asks a second person to end a live task."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from growth import bankday, changes, drafts
from growth.admin.fields import day
from growth.errors import GrowthError
from growth.models import GrowthTask

LABEL = gettext_lazy("End")


def may_end(user: Any) -> bool:
    """Whether somebody may ask for the end of a task."""
    return changes.may_ask(user, drafts.KIND)


def url_of(task: GrowthTask) -> str:
    """The page that ends one task."""
    return reverse("end_task", args=[task.code])


class EndForm(forms.Form):
    """When a task ends, and why."""

    last = day(gettext_lazy("Last day"), gettext_lazy("What happens on that day still counts."))
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("Who decides reads this beside what changes."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["last"].required = True

    def clean_last(self) -> Any:
        last = self.cleaned_data["last"]
        if last < bankday.today():
            raise ValidationError(_("A task ends today at the earliest."))
        return last


class EndTaskView(WagtailAdminTemplateMixin, FormView):
    """Asks for the end of a task; it counts on until somebody else has approved that."""

    template_name = "growth/admin/end_task.html"
    form_class = EndForm
    page_title = LABEL
    header_icon = "tick-inverse"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """For who may ask for changes of tasks."""
        if not may_end(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def task(self) -> GrowthTask:
        """The task that it is about."""
        return get_object_or_404(GrowthTask, code=self.kwargs["code"])

    def get_page_subtitle(self) -> str:
        return str(self.task)

    def get_breadcrumbs_items(self) -> list[Any]:
        index = {"url": reverse("growth_tasks:index"), "label": _("Tasks")}
        here = {"url": "", "label": LABEL, "sublabel": str(self.task)}
        return [*self.breadcrumbs_items, index, here]

    def get_initial(self) -> dict[str, Any]:
        return {"last": bankday.today()}

    def form_valid(self, form: EndForm) -> HttpResponse:
        """Send it for review."""
        try:
            change = drafts.end(code=self.task.code, maker=self.request.user, **form.cleaned_data)
        except GrowthError as refusal:
            form.add_error(None, _(refusal.detail))
            return self.form_invalid(form)
        messages.success(self.request, _("Sent for review. Somebody else has to approve it."))
        return HttpResponseRedirect(reverse("changes:inspect", args=[change.pk]))


def urls() -> list[URLPattern]:
    """The page's address."""
    return [path("growth/ends/<slug:code>/", EndTaskView.as_view(), name="end_task")]
