"""Fields that point to the growth program by code."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from zones import options


class _CodeBlock(blocks.ChoiceBlock):
    """A code of the growth program. Reading a page takes it as it stands: the choices, which
    are a query, are for forms only."""

    def __init__(self, **kwargs):
        super().__init__(**{"search_index": False, **kwargs})

    def to_python(self, value):
        return value

    def bulk_to_python(self, values):
        return values

    def normalize(self, value):
        return value

    def deconstruct(self):
        # Migrations know it as plain text.
        return "wagtail.blocks.CharBlock", [], {}


class SegmentCodeBlock(_CodeBlock):
    """The segment, or level and above, that alone sees a component; empty: everybody does."""

    def __init__(self, **kwargs):
        super().__init__(
            **{
                "choices": options.audiences,
                "required": False,
                "label": _("only shown to"),
                "help_text": _("Leave empty to show it to everybody."),
                **kwargs,
            }
        )


class TaskCodeBlock(_CodeBlock):
    """A task of the growth program."""

    def __init__(self, **kwargs):
        super().__init__(**{"choices": options.tasks, "label": _("task"), **kwargs})


class BenefitCodeBlock(_CodeBlock):
    """A benefit of the catalogue."""

    def __init__(self, **kwargs):
        super().__init__(**{"choices": options.benefits, "label": _("benefit"), **kwargs})
