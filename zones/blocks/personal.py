"""Components that show what is the customer's own.

Their HTML holds no number of anybody: the page's script fetches those.
"""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from zones.blocks.fields import BenefitCodeBlock, TaskCodeBlock


class LevelCardBlock(blocks.StructBlock):
    """Level, progress to the next one, and points."""

    class Meta:
        template = "zones/blocks/level_card.html"
        icon = "user"
        label = _("Level and points")
        group = _("Personal")


class TaskListBlock(blocks.StructBlock):
    """Tasks with progress and rewards."""

    heading = blocks.CharBlock(label=_("heading"), required=False, max_length=60)
    tasks = blocks.ListBlock(
        TaskCodeBlock(),
        label=_("tasks"),
        required=False,
        default=[],
        help_text=_("In this order. None: all tasks that are open to the customer."),
    )
    limit = blocks.IntegerBlock(
        label=_("at most"), required=False, min_value=1, max_value=30, default=6
    )

    class Meta:
        template = "zones/blocks/task_list.html"
        icon = "tasks"
        label = _("Tasks")
        group = _("Personal")


class BenefitShelfBlock(blocks.StructBlock):
    """Benefits that points buy."""

    heading = blocks.CharBlock(label=_("heading"), required=False, max_length=60)
    benefits = blocks.ListBlock(
        BenefitCodeBlock(),
        label=_("benefits"),
        required=False,
        default=[],
        help_text=_("In this order. None: everything that the customer may see."),
    )
    limit = blocks.IntegerBlock(
        label=_("at most"), required=False, min_value=1, max_value=30, default=6
    )

    class Meta:
        template = "zones/blocks/benefit_shelf.html"
        icon = "pick"
        label = _("Benefits")
        group = _("Personal")
