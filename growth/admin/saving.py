"""Forms that save through the growth program, so that the same checks and versions apply."""

import hashlib
import json
from abc import ABCMeta, abstractmethod
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel

from growth import jobs, program
from growth.admin import faults
from growth.errors import ProgramFaults
from growth.program_check import check_program

CODE_HELP = "growth-code"


def fingerprint(facts: Any) -> str:
    """What a form was filled from, to notice that somebody else has saved since."""
    text = json.dumps(facts, sort_keys=True, cls=DjangoJSONEncoder)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def outdated() -> str:
    """What is said to who saves what somebody else has saved since."""
    return _(
        "Somebody else saved this while you were editing. Open it again in another"
        " window and repeat your changes there."
    )


def code_panel() -> FieldPanel:
    """The field of a row's code, with what it is for."""
    return FieldPanel(
        "code",
        help_text=gettext_lazy("A short name for files and the bank's systems. It stays as it is."),
    )


class AbstractFormMeta(ABCMeta, type(WagtailAdminModelForm)):  # type: ignore[misc]
    """Makes forms of which no instance is made before all that is abstract is given."""


class ProgramForm(WagtailAdminModelForm, metaclass=AbstractFormMeta):
    """A form for one row of a section of the growth program.

    Subclasses say their ``section``, the row (``row``), where faults belong (``places``), what
    they were filled from (``stored_facts``), and what is said of a code that is ``taken``.
    """

    section = ""
    taken: Any = ""
    # Path below the row, without indexes -> field of the form.
    places: dict[str, str] = {}

    seen = forms.CharField(required=False, label="", widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.changes: program.Changes | None = None
        self.before = fingerprint(self.stored_facts())
        self.fields["seen"].initial = self.before

    @abstractmethod
    def stored_facts(self) -> Any:
        """Everything that the form shows, as it is stored."""

    @abstractmethod
    def row(self) -> dict[str, Any]:
        """The row as the program file has it, from cleaned data."""

    @property
    def is_stored(self) -> bool:
        """Whether the form is about something that is saved already."""
        return bool(self.instance.pk)

    def clean_code(self) -> str:
        """A row that is new has a code of its own."""
        code: str = self.cleaned_data["code"]
        if not self.is_stored and self._meta.model.objects.filter(code=code).exists():
            raise ValidationError(self.taken)
        return code

    def document(self) -> dict[str, Any]:
        """The program file that this form stands for."""
        return {"version": 1, self.section: [self.row()]}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.is_stored and cleaned.get("seen") != self.before:
            self.add_error(None, outdated())
        if not self.errors:
            self.place(check_program(self.document(), program.known()))
        return cleaned

    def place(self, found: list[tuple[str, str]]) -> None:
        """Put faults of the program's checks at the fields that they are about."""
        for path, text in faults.of_row(found, f"{self.section}[0]"):
            plain = "".join(part.split("]")[-1] for part in path.split("["))
            field = self.places.get(plain) or self.places.get(plain.split(".")[0])
            shown = field if field in self.fields else NON_FIELD_ERRORS
            self.add_error(None if shown == NON_FIELD_ERRORS else shown, text)

    def save_own(self) -> None:
        """Save what is not part of the program. Called after the program, in its transaction."""

    @transaction.atomic
    def save_program(self, origin: str) -> Any:
        """Load the row; returns the stored object.

        Raises:
            ProgramFaults: the program has changed since it was checked.
        """
        self.changes = program.load(self.document(), origin=origin)
        self.instance = self._meta.model.objects.get(code=self.cleaned_data["code"])
        self.save_own()
        follow_up(self.changes)
        return self.instance


def follow_up(changes: program.Changes) -> None:
    """Have recomputed, after the commit, what the changes touch. The nightly jobs would, too."""
    if changes.levels:
        transaction.on_commit(jobs.regrade_levels.delay, robust=True)
    if changes.levels or changes.segments:
        codes = None if changes.levels else sorted(changes.segments)
        transaction.on_commit(lambda: jobs.rebuild_segments.delay(codes), robust=True)


def blocks_value(block: Any, raw: list[dict[str, Any]]) -> Any:
    """Raw data as a stream's value."""
    return block.to_python(raw)


def raw_value(block: Any, value: Any) -> list[dict[str, Any]]:
    """A stream's value as raw data without ids."""
    return _plain(block.get_prep_value(value))


def _plain(raw: Any) -> Any:
    if isinstance(raw, list):
        return [_plain(inner) for inner in raw]
    if isinstance(raw, dict):
        return {
            key: _plain(inner)
            for key, inner in raw.items()
            if not (key == "id" and "type" in raw and "value" in raw)
        }
    return raw


def language_codes() -> list[str]:
    """Languages that texts are given in."""
    return [code for code, _name in settings.LANGUAGES]


__all__ = [
    "ProgramFaults",
    "ProgramForm",
    "blocks_value",
    "code_panel",
    "fingerprint",
    "follow_up",
    "language_codes",
    "outdated",
    "raw_value",
]
