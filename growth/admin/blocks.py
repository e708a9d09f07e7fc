"""Blocks by which an operator builds a segment's rule and a task's conditions."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError

from growth.admin import choices, names
from growth.admin.words import OPERATORS
from growth.values import iso_date, number

MATCHES = [
    ("all", _("All of these hold")),
    ("any", _("At least one of these holds")),
    ("none", _("None of these holds")),
    ("not_all", _("At least one of these does not hold")),
]
NUMBERS = ("min", "max")


class SuggestedCharBlock(blocks.CharBlock):
    """A text with suggestions from a ``<datalist>`` of the page."""

    def __init__(self, *, suggestions: str, **options: Any) -> None:
        super().__init__(**options)
        self.field.widget = forms.TextInput({"list": suggestions, "autocomplete": "off"})


def _negate() -> blocks.BooleanBlock:
    return blocks.BooleanBlock(required=False, label=_("The opposite: this must not hold"))


class _ComparisonBlock(blocks.StructBlock):
    """``name operator value``; several values of "is one of" stand on lines of their own."""

    dates = False

    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        operator, text = value["operator"], (value["value"] or "").strip()
        fault = None
        if operator != "exists" and not text:
            fault = _("Give a value.")
        elif operator in NUMBERS and number(text) is None and not (self.dates and iso_date(text)):
            fault = (
                _("Give a number, or a date such as 2026-01-31.")
                if self.dates
                else _("Give a number.")
            )
        elif operator not in ("in", "exists") and "\n" in text:
            fault = _("Give one value only.")
        if fault:
            raise StructBlockValidationError({"value": ValidationError(fault)})
        return value


def _value() -> blocks.TextBlock:
    return blocks.TextBlock(
        required=False,
        rows=1,
        max_length=5000,
        label=_("Value"),
        help_text=_("For “is one of”: one value on each line. For “is known”: leave it empty."),
    )


class AttributeBlock(_ComparisonBlock):
    dates = True
    name = SuggestedCharBlock(
        suggestions="gz-attributes",
        max_length=128,
        label=_("Detail of the customer"),
        help_text=_("A column of the customers' file, such as city or gender."),
    )
    operator = blocks.ChoiceBlock(choices=OPERATORS, default="is", label=_("Comparison"))
    value = _value()
    negate = _negate()

    class Meta:
        icon = "user"
        label = _("Detail of the customer")
        form_classname = "struct-block gz-condition"
        label_format = "{name}"


class AgeBlock(blocks.StructBlock):
    least = blocks.IntegerBlock(required=False, min_value=0, max_value=150, label=_("At least"))
    most = blocks.IntegerBlock(required=False, min_value=0, max_value=150, label=_("At most"))
    negate = _negate()

    class Meta:
        icon = "date"
        label = _("Age")
        form_classname = "struct-block gz-condition"

    def clean(self, value: Any) -> Any:
        return _has_bound(super().clean(value))


class TagBlock(blocks.StructBlock):
    tag = SuggestedCharBlock(suggestions="gz-tags", max_length=128, label=_("Tag"))
    negate = _negate()

    class Meta:
        icon = "tag"
        label = _("Tag")
        form_classname = "struct-block gz-condition"


class EventBlock(blocks.StructBlock):
    event = SuggestedCharBlock(
        suggestions="gz-events",
        max_length=128,
        label=_("What happened"),
        help_text=_("The bank's name of the event, such as card.bound."),
    )
    least = blocks.IntegerBlock(required=False, min_value=0, default=1, label=_("At least (times)"))
    most = blocks.IntegerBlock(required=False, min_value=0, label=_("At most (times)"))
    within_days = blocks.IntegerBlock(
        required=False,
        min_value=1,
        max_value=36500,
        label=_("In the last (days)"),
        help_text=_("Empty: ever."),
    )
    negate = _negate()

    class Meta:
        icon = "history"
        label = _("Something that happened")
        form_classname = "struct-block gz-condition"


class LevelBlock(blocks.StructBlock):
    least = blocks.ChoiceBlock(choices=choices.levels, required=False, label=_("At least"))
    most = blocks.ChoiceBlock(choices=choices.levels, required=False, label=_("At most"))
    negate = _negate()

    class Meta:
        icon = "order"
        label = _("Level")
        form_classname = "struct-block gz-condition"

    def clean(self, value: Any) -> Any:
        return _has_bound(super().clean(value))


class SegmentBlock(blocks.StructBlock):
    segment = blocks.ChoiceBlock(choices=choices.segments, label=_("Segment"))
    negate = _negate()

    class Meta:
        icon = "group"
        label = _("Another segment")
        form_classname = "struct-block gz-condition"


def _has_bound(value: Any) -> Any:
    if value["least"] in (None, "") and value["most"] in (None, ""):
        raise StructBlockValidationError(
            non_block_errors=[ValidationError(_("Give at least one of the two."))]
        )
    return value


class _LeavesBlock(blocks.StreamBlock):
    attribute = AttributeBlock()
    age = AgeBlock()
    tag = TagBlock()
    event = EventBlock()
    level = LevelBlock()
    segment = SegmentBlock()


def _group_block(conditions: blocks.StreamBlock) -> blocks.StructBlock:
    return blocks.StructBlock(
        [
            ("match", blocks.ChoiceBlock(choices=MATCHES, default="any", label=_("How many"))),
            ("conditions", conditions),
        ],
        icon="list-ul",
        label=_("Group of conditions"),
        form_classname="struct-block gz-group",
    )


class _InnerBlock(_LeavesBlock):
    group = _group_block(_LeavesBlock(label=_("Conditions"), min_num=1))


class ConditionsBlock(_LeavesBlock):
    """A rule's conditions: leaves, and groups of them to a depth of three."""

    group = _group_block(_InnerBlock(label=_("Conditions"), min_num=1))


class FieldBlock(_ComparisonBlock):
    name = blocks.CharBlock(
        max_length=128,
        label=_("Detail of the event"),
        help_text=_("As the bank sends it, such as amount or card_type."),
    )
    operator = blocks.ChoiceBlock(choices=OPERATORS, default="is", label=_("Comparison"))
    value = _value()

    class Meta:
        icon = "form"
        label = _("Condition")
        form_classname = "struct-block gz-condition"
        label_format = "{name}"


class WhereBlock(blocks.StreamBlock):
    """A task's conditions on an event; all must hold."""

    field = FieldBlock()


class TextsBlock(blocks.StructBlock):
    """A short text in each language."""

    en = blocks.CharBlock(required=False, max_length=200, label="English")
    zh_hans = blocks.CharBlock(required=False, max_length=200, label="简体中文")

    class Meta:
        form_classname = "struct-block gz-texts"

    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        if not (value["en"] or value["zh_hans"]):
            raise StructBlockValidationError(
                non_block_errors=[ValidationError(_("Give it in one language at least."))]
            )
        return value


class PrivilegesBlock(blocks.StructBlock):
    """Lines of text in each language."""

    en = blocks.TextBlock(required=False, rows=2, max_length=2000, label="English")
    zh_hans = blocks.TextBlock(required=False, rows=2, max_length=2000, label="简体中文")

    class Meta:
        form_classname = "struct-block gz-texts"


class StepBlock(blocks.StructBlock):
    """A level of the scheme."""

    name = TextsBlock(label=_("Name"))
    code = blocks.RegexBlock(
        regex=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$",
        error_messages={"invalid": _("Use letters, digits, - and _ only.")},
        label=_("Code"),
        help_text=_("Short name for files and the bank's systems. Keep it: customers hold it."),
    )
    start = blocks.IntegerBlock(min_value=0, max_value=10**9, label=_("From growth value"))
    points_percent = blocks.IntegerBlock(
        required=False,
        min_value=100,
        max_value=500,
        label=_("Points for tasks, in percent"),
        help_text=_(
            "150: a task of 100 points brings 150, one of 5 brings 7: it is rounded down."
            " Empty or 100: as the task says."
        ),
    )
    badge = blocks.ChoiceBlock(required=False, choices=choices.badges, label=_("Badge"))
    benefits = blocks.ListBlock(
        blocks.ChoiceBlock(choices=names.benefits, label=_("Benefit")),
        required=False,
        default=[],
        max_num=20,
        label=_("Benefits given on reaching it"),
        help_text=_("Once in a customer's life, however often they reach the level."),
    )
    privileges = PrivilegesBlock(
        label=_("What it brings besides, in words"), help_text=_("One privilege on each line.")
    )

    class Meta:
        icon = "order"
        label = _("Level")
        form_classname = "struct-block gz-step"
        label_format = "{code}"


class StepsBlock(blocks.StreamBlock):
    step = StepBlock()
