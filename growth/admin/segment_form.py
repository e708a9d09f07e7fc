"""The form of a segment: a rule built of blocks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList
from wagtail.blocks import BlockField

from growth import segments
from growth.admin import faults, rules
from growth.admin.blocks import MATCHES, ConditionsBlock
from growth.admin.saving import ProgramForm, blocks_value, code_panel, raw_value
from growth.admin.texts import LanguagesField, merged

_FIELDS = {"min": "least", "max": "most", "segment": "segment", "event": "event", "tag": "tag"}


class SegmentForm(ProgramForm):
    """A segment with its rule. A rule nested too deep for the blocks is shown, and kept."""

    section = "segments"
    taken = gettext_lazy("There is a segment with this code already.")
    places = {"code": "code", "name": "name"}

    name = LanguagesField(label=gettext_lazy("Name"))
    match = forms.ChoiceField(
        label=gettext_lazy("Customers belong to it when"), choices=MATCHES, initial="all"
    )
    conditions = BlockField(ConditionsBlock(required=True), label=gettext_lazy("Conditions"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.block = self.fields["conditions"].block
        self.too_deep = False
        if self.instance.pk:
            self.fields["code"].disabled = True
            self._fill(self.instance.rule)
        else:
            self.initial["conditions"] = blocks_value(self.block, [])

    def _fill(self, rule: dict[str, Any]) -> None:
        try:
            match, conditions = rules.from_rule(rule)
        except rules.TooDeep:
            self.too_deep = True
            del self.fields["match"], self.fields["conditions"]
            return
        self.initial |= {"match": match, "conditions": blocks_value(self.block, conditions)}

    def stored_facts(self) -> Any:
        return [self.instance.name, self.instance.rule] if self.instance.pk else []

    def rule(self) -> Any:
        """The rule that the form says, as it was written where it says the same."""
        stored = self.stored_rule
        if self.too_deep:
            return stored
        match, conditions = self._said()
        if stored and rules.same_rule(stored, match, conditions):
            return stored
        return rules.to_rule(match, conditions)

    @property
    def stored_rule(self) -> Any:
        """The rule as it is stored."""
        return self.instance.rule if self.instance.pk else None

    def row(self) -> dict[str, Any]:
        stored = self.initial.get("name") if self.instance.pk else {}
        return {
            "code": self.cleaned_data["code"],
            "name": merged(stored, self.cleaned_data["name"]),
            "rule": self.rule(),
        }

    def place(self, found: list[tuple[str, str]]) -> None:
        mine = [(path, text) for path, text in found if path.startswith("segments[0].rule")]
        super().place([fault for fault in found if fault not in mine])
        if not mine:
            return
        if self.too_deep:
            self.add_error(None, " ".join(faults.said(text) for _path, text in mine))
            return
        match, conditions = self._said()
        where = dict(rules.places(match, conditions, "segments[0].rule"))
        said = [(path, faults.said(text)) for path, text in mine]
        self.add_error("conditions", faults.in_stream(said, where, _FIELDS))

    def size(self) -> int:
        """How many customers the rule would take in. Call it on a valid form only."""
        return segments.size_of(self.rule())

    def _said(self) -> tuple[str, list[dict[str, Any]]]:
        return (
            self.cleaned_data["match"],
            raw_value(self.block, self.cleaned_data["conditions"]),
        )


panel = ObjectList(
    [
        MultiFieldPanel(
            [
                FieldPanel("name"),
                code_panel(),
                FieldPanel("seen", classname="gz-hidden"),
            ],
            heading=gettext_lazy("What it is called"),
        ),
        MultiFieldPanel(
            [FieldPanel("match"), FieldPanel("conditions")],
            heading=gettext_lazy("Who belongs to it"),
            help_text=gettext_lazy(
                "A condition on something that we do not know of a customer does not hold."
            ),
        ),
    ],
    base_form_class=SegmentForm,
)
