"""Fields that point to the growth program by code."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from zones import options


class _CodeBlock(blocks.ChoiceBlock):
    """A code of the growth program; migrations know it as plain text."""

    def deconstruct(self):
        return "wagtail.blocks.CharBlock", [], {}


class SegmentCodeBlock(_CodeBlock):
    """The segment that alone sees a component; empty: everybody does."""

    choices = options.segments

    def __init__(self, **kwargs):
        super().__init__(
            **{
                "required": False,
                "label": _("only shown to"),
                "help_text": _("Leave empty to show it to everybody."),
                **kwargs,
            }
        )


class TaskCodeBlock(_CodeBlock):
    """A task of the growth program."""

    choices = options.tasks


class BenefitCodeBlock(_CodeBlock):
    """A benefit of the catalogue."""

    choices = options.benefits
