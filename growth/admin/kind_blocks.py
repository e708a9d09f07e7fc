"""Blocks for what only some kinds of tasks have: milestones, and what visits are measured by."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from growth.admin import choices, names


class MilestoneBlock(blocks.StructBlock):
    """One of the rising targets of a task."""

    target = blocks.DecimalBlock(label=_("Target"), min_value=0)
    points = blocks.IntegerBlock(required=False, min_value=0, label=_("Points"))
    growth = blocks.IntegerBlock(required=False, min_value=0, label=_("Growth value"))
    benefit = blocks.ChoiceBlock(required=False, choices=names.benefits, label=_("Benefit"))
    badge = blocks.ChoiceBlock(required=False, choices=choices.badges, label=_("Badge"))

    class Meta:
        icon = "order-up"
        label = _("Milestone")
        form_classname = "struct-block gz-condition"
        label_format = "{target}"


class MilestonesBlock(blocks.StreamBlock):
    milestone = MilestoneBlock()


class MeasureBlock(blocks.StructBlock):
    """Growth value for an event, or for every so much of one of its numbers."""

    growth = blocks.IntegerBlock(min_value=1, max_value=10**7, label=_("Growth value"))
    field = blocks.CharBlock(
        required=False,
        max_length=128,
        label=_("For each (detail of the event)"),
        help_text=_("A number such as seconds_visible. Left empty: for each visit."),
    )
    each = blocks.DecimalBlock(
        required=False,
        min_value=0,
        label=_("How much of it"),
        help_text=_("60 with seconds_visible: for every full minute. Left empty: 1."),
    )

    class Meta:
        icon = "view"
        label = _("Measure")
        form_classname = "struct-block gz-condition"
        label_format = "{growth} {field}"


class MeasuresBlock(blocks.StreamBlock):
    measure = MeasureBlock()
