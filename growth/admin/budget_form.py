"""The form of a budget: what it says is asked of a second person, and loaded by the program."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList

from growth.admin.saving import ProgramForm, code_panel
from growth.admin.texts import LanguagesField, merged
from growth.budget_section import dumped


class BudgetForm(ProgramForm):
    """A budget of points."""

    section = "budgets"
    taken = gettext_lazy("There is a budget with this code already.")
    places = {
        key: key
        for key in (
            "code", "name", "points", "cost_centre", "starts", "ends", "programme", "alert_percent",
        )
    }  # fmt: skip

    name = LanguagesField(label=gettext_lazy("Name"))
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Who decides reads this beside what changes."),
    )

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


panel = ObjectList(
    [
        MultiFieldPanel(
            [
                FieldPanel("name"),
                code_panel(),
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
                FieldPanel("reason"),
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
