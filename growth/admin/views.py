"""Views of the forms that save through the growth program, and of their preview in words."""

from abc import ABC, abstractmethod
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.generic import View
from wagtail.admin.views import generic
from wagtail.log_actions import log
from wagtail.permissions import policy_registry

from growth.admin import choices
from growth.admin.listing import RoomViewSet
from growth.admin.saving import outdated
from growth.errors import GrowthError, Outdated, ProgramFaults


class ProgramViewMixin:
    """Saves a ``ProgramForm``; what the program's checks refuse after all goes into the form."""

    log_action = "wagtail.edit"
    preview_url_name = ""
    form: Any
    request: HttpRequest

    def save_instance(self) -> Any:
        origin = f"admin:{self.request.user.get_username()}"
        instance = self.form.save_program(origin)
        changes = self.form.changes.lines if self.form.changes else []
        log(instance, self.log_action, user=self.request.user, data={"changes": changes})
        return instance

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return super().form_valid(form)  # type: ignore[misc]
        except ProgramFaults as refusal:
            form.place(refusal.faults)
        except Outdated:
            form.add_error(None, outdated())
        except GrowthError as refusal:
            form.add_error(None, _(refusal.detail))
        return self.form_invalid(form)  # type: ignore[attr-defined]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)  # type: ignore[misc]
        pk = getattr(getattr(self, "object", None), "pk", None)
        preview = ""
        if self.preview_url_name:
            preview = reverse(self.preview_url_name, args=[pk] if pk else [])
        return {**context, "suggestions": choices.suggestions(), "preview_url": preview}


class ProgramCreateView(ProgramViewMixin, generic.CreateView):
    """Adds a row of the growth program."""

    log_action = "wagtail.create"
    template_name = "growth/admin/program_form.html"

    def get_success_url(self) -> str:
        return self.get_edit_url()

    def get_success_buttons(self) -> list[Any]:
        return []


class ProgramEditView(ProgramViewMixin, generic.EditView):
    """Changes a row of the growth program."""

    template_name = "growth/admin/program_form.html"

    def get_success_url(self) -> str:
        return self.get_edit_url()

    def get_success_message(self) -> str:
        lines = self.form.changes.lines if self.form.changes else []
        if not lines:
            return _("“{name}” is saved; its rules have not changed.").format(name=self.object)
        return _("“{name}” is saved and counts from now on.").format(name=self.object)

    def get_success_buttons(self) -> list[Any]:
        return []


class PreviewView(View, ABC):
    """What the form would say if it were saved now, as a piece of the page."""

    model: Any = None
    form_class: Any = None
    template_name = ""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Render the preview of the posted form."""
        if not policy_registry.get_by_type(self.model).user_has_any_permission(
            request.user, ["add", "change"]
        ):
            raise PermissionDenied
        form = self.form_class(request.POST, for_user=request.user, **self.form_facts())
        return render(request, self.template_name, self.context(form))

    def form_facts(self) -> dict[str, Any]:
        """What the form is about, besides what was posted."""
        pk = self.kwargs.get("pk")
        return {"instance": get_object_or_404(self.model, pk=pk) if pk else None}

    @abstractmethod
    def context(self, form: Any) -> dict[str, Any]:
        """What the template shows of a form, which may hold faults."""


class ProgramViewSet(RoomViewSet):
    """Rows of the growth program."""

    add_view_class = ProgramCreateView
    edit_view_class = ProgramEditView
    preview_view_class: Any = None
    list_per_page = 50

    def get_add_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_add_view_kwargs(preview_url_name=self.get_url_name("preview"), **kwargs)

    def get_edit_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_edit_view_kwargs(
            preview_url_name=self.get_url_name("preview_one"), **kwargs
        )

    def get_urlpatterns(self) -> list[Any]:
        preview = self.preview_view_class.as_view(model=self.model)
        return [
            *super().get_urlpatterns(),
            path("preview/", preview, name="preview"),
            path("preview/<int:pk>/", preview, name="preview_one"),
        ]
