"""The form of the level scheme: saving it makes the next version."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.blocks import BlockField

from growth import program
from growth.admin import faults
from growth.admin.blocks import StepsBlock
from growth.admin.saving import ProgramForm, blocks_value, follow_up, raw_value
from growth.models import Level, LevelScheme

# Key of the languages in a block, and in stored texts.
_LANGUAGES = (("en", "en"), ("zh_hans", "zh-hans"))


class LevelsForm(ProgramForm):
    """The scheme that comes after the one in force, filled from it."""

    section = "levels"
    places = {
        "window_days": "window_days",
        "downgrade.policy": "policy",
        "downgrade.buffer_days": "buffer_days",
    }
    steps = BlockField(StepsBlock(min_num=1, required=True), label=gettext_lazy("Levels"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.current = LevelScheme.objects.order_by("-version").first()
        self.levels = list(self.current.levels.order_by("threshold")) if self.current else []
        super().__init__(*args, **kwargs)
        self.block = self.fields["steps"].block
        self.fields["policy"].initial = LevelScheme.Policy.NEVER
        if self.current:
            for name in ("window_days", "policy", "buffer_days"):
                self.initial[name] = getattr(self.current, name)
        raw = [{"type": "step", "value": _to_block(level)} for level in self.levels]
        self.initial["steps"] = blocks_value(self.block, raw)

    def stored_facts(self) -> Any:
        return [self.current and self.current.pk, [level.privileges for level in self.levels]]

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
        return {
            "window_days": self.cleaned_data["window_days"],
            "steps": [
                {
                    "code": step["code"],
                    "name": _kept(stored.get(step["code"]), _texts(step["name"])),
                    "from": step["start"],
                }
                for step in self._said()
            ],
            "downgrade": {
                "policy": self.cleaned_data["policy"],
                "buffer_days": self.cleaned_data["buffer_days"],
            },
        }

    def document(self) -> dict[str, Any]:
        return {"version": 1, "levels": self.row()}

    def place(self, found: list[tuple[str, str]]) -> None:
        mine = [(path, text) for path, text in found if path.startswith("levels.steps")]
        others = [fault for fault in found if fault not in mine]
        super().place(
            [(f"levels[0].{path.removeprefix('levels.')}", text) for path, text in others]
        )
        if mine:
            where = {f"levels.steps[{index}]": (index,) for index in range(len(self._said()))}
            said = [(path, faults.said(text)) for path, text in mine]
            fields = {"from": "start", "code": "code"}
            self.add_error("steps", faults.in_stream(said, where, fields))

    @transaction.atomic
    def save_program(self, origin: str) -> LevelScheme:
        """Load the scheme, and write what each level brings."""
        self.changes = program.load(self.document(), origin=origin)
        scheme = LevelScheme.objects.latest("version")
        for step in self._said():
            level = Level.objects.get(scheme=scheme, code=step["code"])
            privileges = _kept(level.privileges, _texts(step["privileges"]))
            if privileges != level.privileges:
                Level.objects.filter(pk=level.pk).update(privileges=privileges)
        follow_up(self.changes)
        self.instance = scheme
        return scheme

    def _said(self) -> list[dict[str, Any]]:
        return [step["value"] for step in raw_value(self.block, self.cleaned_data["steps"])]


def _to_block(level: Level) -> dict[str, Any]:
    return {
        "name": _from_texts(level.name),
        "code": level.code,
        "start": level.threshold,
        "privileges": _from_texts(level.privileges),
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
                    ]
                ),
            ],
            heading=gettext_lazy("How long a level lasts"),
        ),
    ],
    base_form_class=LevelsForm,
)
