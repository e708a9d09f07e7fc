"""Drafts of tasks: the form that saves one, its page, and sending it for review."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.widgets import AdminDateTimeInput
from wagtail.log_actions import log

from growth import bankday, drafts
from growth.admin import change_words, end_views, pause_views, words
from growth.admin.names import names
from growth.admin.task_sentences import task_lines
from growth.admin.views import ProgramCreateView, ProgramEditView
from growth.draft_preview import Preview, preview
from growth.errors import GrowthError
from growth.lifecycle import Stage, draft_stage, state_of
from growth.models import Customer, TaskDraft
from growth.registry import Described
from growth.text import localized

TONES = {
    Stage.LIVE: "good",
    Stage.IN_REVIEW: "wait",
    Stage.SCHEDULED: "wait",
    Stage.PAUSED: "bad",
}
SHOWN = 20


def page_url(code: str) -> str:
    """The page of a task's draft."""
    return reverse("task_drafts:page", args=[code])


def name_of(draft: TaskDraft) -> str:
    """The draft's name in the reader's language."""
    return localized(draft.document["task"]["name"]) or draft.code


def stage_of(draft: TaskDraft) -> Stage:
    """Where the draft stands."""
    return draft_stage(draft.change.state if draft.change else "")


# The form ---------------------------------------------------------------------------------------


class DraftFormMixin:
    """A task's form: what is saved is a draft, and counts for nobody yet."""

    template_name = "growth/admin/task_form.html"
    submit_button_label = gettext_lazy("Save draft")
    draft: TaskDraft | None = None
    form: Any
    request: HttpRequest

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the form, unless the draft is under review."""
        response = super().get(request, *args, **kwargs)  # type: ignore[misc]
        if self.form.draft and drafts.is_open(self.form.draft):
            return HttpResponseRedirect(page_url(self.form.draft.code))
        return response

    def save_instance(self) -> Any:
        self.draft = self.form.save_program("")
        if self.draft is not None:
            log(self.draft, "growth.draft_saved", user=self.request.user)
        return self.draft or self.form.instance

    def get_success_url(self) -> str:
        if self.draft is None:
            return reverse("growth_tasks:edit", args=[self.form.instance.pk])
        return page_url(self.draft.code)

    def get_success_message(self, *args: Any) -> str:
        if self.draft is None:
            return _("Nothing is different from the live task, so there is no draft.")
        text = _("The draft of “{name}” is saved. It counts once somebody else has approved it.")
        return text.format(name=name_of(self.draft))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)  # type: ignore[misc]
        spec, draft = self.form.stored_spec, self.form.draft
        return {
            **context,
            "lines": task_lines(spec, names()) if spec else [],
            "draft": draft,
            "draft_url": page_url(draft.code) if draft else "",
            "backtest_code": draft.code if draft else self.form.instance.code,
            "outdated": bool(draft) and drafts.is_outdated(draft.document),
        }


class TaskCreateView(DraftFormMixin, ProgramCreateView):
    """A draft of a new task."""


class TaskEditView(DraftFormMixin, ProgramEditView):
    """The draft of a change of a task, which begins as the task is now."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        facts: dict[str, Any] = {"versions": self.object.versions.order_by("-number")}
        if pause_views.may_pause(self.request.user):
            facts["pause"] = pause_views.label_of(self.object), pause_views.url_of(self.object)
            facts["paused_because"] = words.pause(self.object.paused_because)
        if self._is_live() and end_views.may_end(self.request.user):
            facts["end_url"] = end_views.url_of(self.object)
        return {**context, **facts}

    def _is_live(self) -> bool:
        spec, today = self.form.live.get("task"), bankday.today()
        return state_of(spec=spec, paused=self.object.paused, change=None, today=today) == "live"


class DraftEditView(TaskCreateView):
    """The draft of a task that does not exist yet."""

    permission_required = "change"

    @cached_property
    def found(self) -> TaskDraft:
        """The draft that is edited."""
        rows = TaskDraft.objects.select_related("change", "editor")
        return get_object_or_404(rows, code=self.kwargs["code"])

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "draft": self.found}

    def get_add_url(self) -> str:
        return reverse("task_drafts:edit", args=[self.kwargs["code"]])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        url = reverse("task_drafts:preview", args=[self.kwargs["code"]])
        return {**super().get_context_data(**kwargs), "preview_url": url}

    def get_page_subtitle(self) -> str:
        return name_of(self.found)


# The page ---------------------------------------------------------------------------------------


class ReviewForm(forms.Form):
    """What goes with a draft to the person who decides."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("Who decides reads this beside what changes."),
    )
    effective_at = forms.DateTimeField(
        label=gettext_lazy("Takes effect"),
        required=False,
        widget=AdminDateTimeInput,
        help_text=gettext_lazy("Left empty, it counts as soon as it is approved."),
    )

    def clean_effective_at(self) -> Any:
        moment = self.cleaned_data["effective_at"]
        if moment and moment <= bankday.now():
            raise ValidationError(_("This is in the past. Leave it empty for at once."))
        return moment


class DraftPage(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """A draft beside the live task, tried on a customer, and sent for review."""

    model = TaskDraft
    any_permission_required = ["view", "change"]
    template_name = "growth/admin/draft.html"
    page_title = gettext_lazy("Draft")
    header_icon = "edit"

    @cached_property
    def draft(self) -> TaskDraft:
        """The draft that the page is about."""
        rows = TaskDraft.objects.select_related("change__maker", "change__checker", "editor")
        return get_object_or_404(rows, code=self.kwargs["code"])

    def get_page_subtitle(self) -> str:
        return name_of(self.draft)

    def get_breadcrumbs_items(self) -> list[Any]:
        index = {"url": reverse("task_drafts:index"), "label": _("Drafts of tasks")}
        return [*self.breadcrumbs_items, index, {"url": "", "label": name_of(self.draft)}]

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        """Send the draft for review."""
        if not self.user_has_permission("change"):
            return HttpResponseRedirect(page_url(code))
        form = ReviewForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        try:
            change = drafts.send_for_review(code=code, maker=request.user, **form.cleaned_data)
        except GrowthError as refusal:
            messages.error(request, _(refusal.detail))
            return HttpResponseRedirect(page_url(code))
        messages.success(request, _("Sent for review. Somebody else has to approve it."))
        return HttpResponseRedirect(reverse("changes:inspect", args=[change.pk]))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        draft, stage = self.draft, stage_of(self.draft)
        may = self.user_has_permission("change") and not drafts.is_open(draft)
        ref = self.request.GET.get("customer", "").strip()
        return {
            **super().get_context_data(**kwargs),
            "draft": draft,
            "stage": stage.label,
            "tone": TONES.get(stage, "quiet"),
            "described": self._described(),
            "edit_url": edit_url(draft) if may else "",
            "form": kwargs.get("form") or (ReviewForm() if may else None),
            "customer": ref,
            "tried": self._try_on(ref) if ref else None,
            "shown": SHOWN,
        }

    def _described(self) -> Described:
        return change_words.task(self.draft.document)

    def _try_on(self, ref: str) -> dict[str, Any]:
        """The draft over a customer's stored events, or why that is not to be had."""
        customer = Customer.objects.filter(ref=ref).first()
        if customer is None:
            return {"fault": _("No customer has this id.")}
        try:
            found: Preview = preview(self.draft.document["task"], customer)
        except GrowthError as refusal:
            return {"fault": refusal.detail}
        return {
            "preview": found,
            "newest": found.completions[::-1][:SHOWN],
            "refused": [(n, words.reason(why)) for why, n in sorted(found.refused.items())],
        }


def edit_url(draft: TaskDraft) -> str:
    """The form of a draft: that of its task, or its own where there is no task yet."""
    live = drafts.task_id(draft.code)
    if live is None:
        return reverse("task_drafts:edit", args=[draft.code])
    return reverse("growth_tasks:edit", args=[live])


class DiscardView(PermissionCheckedMixin, View):
    """Drops a draft."""

    model = TaskDraft
    permission_required = "change"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        """Drop it, unless it is under review."""
        draft = get_object_or_404(TaskDraft, code=code)
        try:
            drafts.discard(code=code)
        except GrowthError as refusal:
            messages.error(request, _(refusal.detail))
            return HttpResponseRedirect(page_url(code))
        log(draft, "growth.draft_discarded", user=request.user)
        messages.success(request, _("The draft is discarded."))
        return HttpResponseRedirect(reverse("growth_tasks:index"))
