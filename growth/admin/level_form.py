"""The form of the level scheme: what it says is previewed, and sent to a second person."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.widgets import AdminDateInput
from wagtail.blocks import BlockField

from growth import bankday
from growth.admin import faults
from growth.admin.blocks import StepsBlock
from growth.admin.saving import ProgramForm, blocks_value, raw_value
from growth.levels import changes as level_changes
from growth.levels import program as level_program
from growth.models import Level, LevelScheme
from growth.models.levels import RULES

# Key of the languages in a block, and in stored texts.
_LANGUAGES = (("en", "en"), ("zh_hans", "zh-hans"))


class LevelsForm(ProgramForm):
    """The scheme that comes after the newest one, filled from it.

    ``confirmed`` is the mark of the content whose preview the editor has seen.
    """

    section = "levels"
    places = {
        "window_days": "window_days",
        "effective_on": "effective_on",
        "downgrade.policy": "policy",
        "downgrade.buffer_days": "buffer_days",
        "downgrade.on": "falls_on",
    }
    steps = BlockField(StepsBlock(min_num=1, required=True), label=gettext_lazy("Levels"))
    effective_on = forms.DateField(
        label=gettext_lazy("Takes effect on"), required=False, widget=AdminDateInput
    )
    confirmed = forms.CharField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(required=False, max_length=2000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.current = level_program.newest()
        self.levels = list(self.current.levels.order_by("threshold")) if self.current else []
        super().__init__(*args, **kwargs)
        self.block = self.fields["steps"].block
        self.fields["policy"].initial = LevelScheme.Policy.NEVER
        if self.current:
            for name in ("window_days", "policy", "buffer_days", "falls_on"):
                self.initial[name] = getattr(self.current, name)
            planned = self.current.effective_on > bankday.today()
            self.initial["effective_on"] = self.current.effective_on if planned else None
        raw = [{"type": "step", "value": _to_block(level)} for level in self.levels]
        self.initial["steps"] = blocks_value(self.block, raw)

    def stored_facts(self) -> Any:
        return level_changes.base()

    def clean_effective_on(self) -> Any:
        day = self.cleaned_data["effective_on"]
        if day and day < bankday.today():
            raise ValidationError(_("This is in the past. Leave it empty for at once."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if cleaned.get("seen") != self.before:
            self.add_error(
                None,
                _("Somebody else saved the levels while you were editing. Please begin again."),
            )
        return super().clean()

    def row(self) -> dict[str, Any]:
        stored = {level.code: level.name for level in self.levels}
        day = self.cleaned_data["effective_on"]
        row = {
            "window_days": self.cleaned_data["window_days"],
            "steps": [
                {
                    "code": step["code"],
                    "name": _kept(stored.get(step["code"]), _texts(step["name"])),
                    "from": step["start"],
                    "privileges": _rules(step),
                }
                for step in self._said()
            ],
            "downgrade": {
                "policy": self.cleaned_data["policy"],
                "buffer_days": self.cleaned_data["buffer_days"],
                "on": self.cleaned_data["falls_on"].replace(",", " ").split(),
            },
        }
        return row | ({"effective_on": day.isoformat()} if day else {})

    def document(self) -> dict[str, Any]:
        return {"version": 1, "levels": self.row()}

    @cached_property
    def payload(self) -> dict[str, Any]:
        """What a change request would say of the form's content; it must be valid."""
        stored = {level.code: level.brings for level in self.levels}
        said = {
            step["code"]: _kept(stored.get(step["code"]), _texts(step["privileges"]))
            for step in self._said()
        }
        return level_changes.payload_of(self.row(), said)

    def differs(self) -> bool:
        """Whether it says anything else than what is stored."""
        payload = self.payload
        return level_changes.changes_levels(payload) or level_changes.changes_words(payload)

    def is_confirmed(self) -> bool:
        """Whether the editor has seen the preview of exactly this, and said why."""
        seen = self.cleaned_data["confirmed"] == level_changes.digest(self.payload)
        return seen and bool(self.cleaned_data["reason"].strip())

    def place(self, found: list[tuple[str, str]]) -> None:
        mine = [(path, text) for path, text in found if path.startswith("levels.steps")]
        others = [fault for fault in found if fault not in mine]
        super().place(
            [(f"levels[0].{path.removeprefix('levels.')}", text) for path, text in others]
        )
        if mine:
            where = {f"levels.steps[{index}]": (index,) for index in range(len(self._said()))}
            said = [(path, faults.said(text)) for path, text in mine]
            fields = {"from": "start", "code": "code", **{rule: rule for rule in RULES}}
            self.add_error("steps", faults.in_stream(said, where, fields))

    def _said(self) -> list[dict[str, Any]]:
        return [step["value"] for step in raw_value(self.block, self.cleaned_data["steps"])]


def _rules(step: dict[str, Any]) -> dict[str, Any]:
    """What a level brings by itself, of a block's value."""
    benefits = [item["value"] for item in step["benefits"] if item["value"]]
    found = {"points_percent": step["points_percent"], "benefits": benefits, "badge": step["badge"]}
    return {key: found[key] for key in RULES if found[key]}


def _to_block(level: Level) -> dict[str, Any]:
    return {
        "name": _from_texts(level.name),
        "code": level.code,
        "start": level.threshold,
        "points_percent": level.rules.get("points_percent"),
        "badge": level.rules.get("badge", ""),
        "benefits": level.rules.get("benefits", []),
        "privileges": _from_texts(level.brings),
    }


def _from_texts(texts: dict[str, str]) -> dict[str, str]:
    return {key: texts.get(code, "") for key, code in _LANGUAGES}


def _texts(value: dict[str, str]) -> dict[str, str]:
    return {code: value[key] for key, code in _LANGUAGES if value.get(key)}


def _kept(before: dict[str, str] | None, after: dict[str, str]) -> dict[str, str]:
    shown = {code for _key, code in _LANGUAGES}
    return {**{k: v for k, v in (before or {}).items() if k not in shown}, **after}


panel = ObjectList(
    [
        MultiFieldPanel(
            [FieldPanel("steps"), FieldPanel("seen", classname="gz-hidden")],
            heading=gettext_lazy("Levels, from the lowest up"),
        ),
        MultiFieldPanel(
            [
                FieldPanel(
                    "effective_on",
                    help_text=gettext_lazy(
                        "Left empty, the new levels count from the day on which they are approved."
                    ),
                ),
            ],
            heading=gettext_lazy("From when"),
        ),
        MultiFieldPanel(
            [
                FieldPanel(
                    "window_days",
                    help_text=gettext_lazy(
                        "Growth value older than this no longer counts. 0: it counts for ever."
                    ),
                ),
                FieldRowPanel(
                    [
                        FieldPanel("policy"),
                        FieldPanel(
                            "buffer_days",
                            help_text=gettext_lazy(
                                "How long a level is kept after its growth value has gone."
                            ),
                        ),
                        FieldPanel(
                            "falls_on",
                            help_text=gettext_lazy(
                                "Example: 06-30 12-31 – levels fall on 30 June and 31 December"
                                " only. Empty: on any day."
                            ),
                        ),
                    ]
                ),
            ],
            heading=gettext_lazy("How long a level lasts"),
        ),
    ],
    base_form_class=LevelsForm,
)
