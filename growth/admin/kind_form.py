"""Fields of the task form that only some kinds of tasks have, and those of its guards."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.blocks import BlockField

from growth.admin import choices, examples, kind_spec
from growth.admin.examples import ExampleSelect
from growth.admin.fields import day, whole
from growth.admin.kind_blocks import MeasuresBlock, MilestonesBlock
from growth.admin.saving import ProgramForm
from growth.task_rules import MAX_DAYS_BACK

# Path of a fault -> field of the form.
PLACES = {
    "grace_days": "grace_days",
    "make_up": "make_up_per_month",
    **{f"make_up.{key}": f"make_up_{key}" for key in kind_spec.MAKE_UP},
    "milestones": "milestones",
    "choose": "choose_of",
    "choose.at_least": "choose_at_least",
    "measures": "measures",
    "growth_a_day": "growth_a_day",
    "reward.badge": "reward_badge",
    "points_expire.on": "expiry_on",
    "velocity": "velocity_completions",
    **{f"velocity.{key}": f"velocity_{key}" for key in kind_spec.VELOCITY},
    "undone_by": "undone_by_event",
    **{f"undone_by.{key}": f"undone_by_{key}" for key in kind_spec.UNDONE_BY},
    **{key: key for key in kind_spec.GUARDS},
}


class KindFields(ProgramForm):
    """The part of the task form that is about kinds and guards."""

    grace_days = whole(
        _("Days that may be missed"),
        _("Example: 1 – missing one day does not break the row, missing two days begins it anew."),
        most=MAX_DAYS_BACK,
    )
    make_up_per_month = whole(
        _("Missed days to make up for, each month"),
        _("Example: 2 – two missed days of a calendar month can be made up for. Empty: none."),
        most=MAX_DAYS_BACK,
    )
    make_up_points = whole(
        _("Points for each of them"),
        _("Example: 20 – the customer pays 20 points, after being asked. Empty: free."),
    )
    make_up_days_back = whole(
        _("How many days back"),
        _("Example: 7 – up to a week later. Days for which a reward was given stay closed."),
        most=MAX_DAYS_BACK,
    )
    milestones = BlockField(
        MilestonesBlock(required=False),
        label=_("Milestones"),
        required=False,
        help_text=_(
            "From the lowest up, each once in a customer's life. Example: 3, 10 and 30 –"
            " “pay 3 bills for 30 points, 10 for 100 more, 30 for 400 more”."
        ),
    )
    choose_of = forms.MultipleChoiceField(
        label=_("Tasks to choose from"),
        choices=choices.tasks,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Completed by completing some of these. It counts no events of its own."),
    )
    choose_at_least = whole(
        _("How many of them"), _("Example: 3 – any three of the tasks, in any order."), least=1
    )
    measures = BlockField(
        MeasuresBlock(required=False),
        label=_("What a visit brings"),
        required=False,
        help_text=_(
            "Example: 1 for each visit, and 1 for every 60 of seconds_visible –"
            " “one growth value for coming, one more for each full minute”."
        ),
    )
    growth_a_day = whole(
        _("Growth value a day, at most"),
        _("Example: 10 – however often somebody visits, 10 growth value a day and no more."),
        least=1,
    )
    reward_badge = forms.ChoiceField(label=_("Badge"), choices=(), required=False)
    expiry_on = day(
        _("First day on which they are gone"), _("Example: 1 July – good up to 30 June.")
    )
    claim_within_days = whole(
        _("Days to claim it"),
        _("Example: 7 – what is not claimed within a week lapses. Empty: no end."),
        least=1,
    )
    hold_days = whole(
        _("Days that the reward waits"),
        _("Example: 3 – paid on the third day, so that a refund within three days costs nothing."),
    )
    risk = forms.BooleanField(
        label=_("Ask the risk system first"),
        required=False,
        help_text=_("It allows, holds back or refuses each reward, with a reason."),
    )
    velocity_completions = whole(
        _("Too fast: more than so many completions"),
        _("Example: 5 within 1 hour – the sixth of one customer is held back or refused."),
        least=1,
    )
    velocity_within_hours = whole(_("Within so many hours"), least=1)
    velocity_then = forms.ChoiceField(
        label=_("What happens then"),
        choices=kind_spec.THEN,
        required=False,
        widget=ExampleSelect(examples.VELOCITY_THEN),
    )
    budget = forms.ChoiceField(
        label=_("Paid from the budget"),
        choices=(),
        required=False,
        help_text=_("When it is used up, rewards are refused and the task is paused."),
    )
    on_reversal = forms.ChoiceField(
        label=_("Points that were spent before they are taken back"),
        choices=kind_spec.ON_REVERSAL,
        required=False,
        widget=ExampleSelect(examples.ON_REVERSAL),
        help_text=_("When what led to a reward is undone: a refund, a card that is unbound."),
    )
    undone_by_event = forms.CharField(
        label=_("Undone by"),
        max_length=128,
        required=False,
        help_text=_("Example: card.unbound – who unbinds the card loses the reward for it."),
        widget=forms.TextInput({"list": "gz-events", "autocomplete": "off"}),
    )
    undone_by_same = forms.CharField(
        label=_("Where this is the same in both"),
        max_length=128,
        required=False,
        help_text=_("Example: card_token – another card that is unbound takes nothing back."),
    )
    undone_by_within_days = whole(
        _("Within so many days"),
        _("Example: 30 – a card that is unbound later takes nothing back. Empty: for ever."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["budget"].choices = choices.optional(choices.budgets())
        self.fields["reward_badge"].choices = choices.optional(choices.badges())
