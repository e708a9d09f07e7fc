"""The form of a budget; it saves through the program, so that what was given is counted anew."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList

from growth.admin.saving import ProgramForm
from growth.admin.texts import LanguagesField, merged
from growth.budget_section import dumped
from growth.models import Budget


class BudgetForm(ProgramForm):
    """A budget of points."""

    section = "budgets"
    places = {
        key: key
        for key in (
            "code", "name", "points", "cost_centre", "starts", "ends", "programme", "alert_percent",
        )
    }  # fmt: skip

    name = LanguagesField(label=gettext_lazy("Name"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["points"].widget = forms.NumberInput(attrs={"min": 0})
        if self.instance.pk:
            self.fields["code"].disabled = True

    def stored_facts(self) -> Any:
        return dumped(self.instance) if self.instance.pk else []

    def row(self) -> dict[str, Any]:
        data = self.cleaned_data
        row = {
            "code": data["code"],
            "name": merged(self.initial.get("name"), data["name"]),
            "points": data["points"],
            "programme": bool(data["programme"]),
            "alert_percent": data["alert_percent"],
        }
        for key in ("cost_centre", "starts", "ends"):
            if data.get(key):
                row[key] = data[key]
        return row

    def place(self, found: list[tuple[str, str]]) -> None:
        """There is one budget for the whole programme; the section as a whole says so."""
        whole = [(path, text) for path, text in found if path == self.section]
        super().place([fault for fault in found if fault not in whole])
        if whole:
            text = _("There is a budget for the whole programme already. Change that one first.")
            self.add_error("programme", text)

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        if not self.instance.pk and Budget.objects.filter(code=code).exists():
            raise ValidationError(_("There is a budget with this code already."))
        return str(code)


panel = ObjectList(
    [
        MultiFieldPanel(
            [
                FieldPanel("name"),
                FieldPanel(
                    "code",
                    help_text=gettext_lazy(
                        "A short name for files and the bank's systems. It stays as it is."
                    ),
                ),
                FieldPanel("cost_centre", help_text=gettext_lazy("Who pays for the points.")),
                FieldPanel("seen", classname="gz-hidden"),
            ],
            heading=gettext_lazy("What it is called"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("points"),
                FieldPanel("alert_percent"),
                FieldRowPanel([FieldPanel("starts"), FieldPanel("ends")]),
                FieldPanel("programme"),
            ],
            heading=gettext_lazy("What it may give"),
            help_text=gettext_lazy(
                "Before its first day and after its last day it gives nothing. When it is used up,"
                " its tasks are paused by themselves; raise it, then let them go on."
            ),
        ),
    ],
    base_form_class=BudgetForm,
)
