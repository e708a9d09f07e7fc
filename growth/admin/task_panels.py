"""How the task form is laid out."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList

from growth.admin.saving import code_panel
from growth.admin.task_form import TaskForm
from growth.task_check import KINDS, fits


def _for_kinds(key: str) -> dict[str, str]:
    """Marks a panel that is shown for the kinds of tasks that have this key."""
    return {"data-gz-kinds": " ".join(kind for kind in KINDS if fits(kind, key))}


panel = ObjectList(
    [
        MultiFieldPanel(
            [
                FieldPanel("name"),
                FieldPanel("description"),
                FieldRowPanel([FieldPanel("link"), FieldPanel("icon"), FieldPanel("position")]),
                code_panel(),
                FieldPanel("seen", classname="gz-hidden"),
            ],
            heading=_("What the customer sees"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("kind"),
                FieldRowPanel(
                    [FieldPanel("event"), FieldPanel("distinct_by")], attrs=_for_kinds("event")
                ),
                FieldPanel("where", attrs=_for_kinds("where")),
            ],
            heading=_("What counts"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel(
                    [
                        FieldPanel("target", attrs=_for_kinds("target")),
                        FieldPanel("sum_of", attrs=_for_kinds("sum_of")),
                    ]
                ),
                FieldPanel("milestones", attrs=_for_kinds("milestones")),
                FieldPanel("choose_at_least", attrs=_for_kinds("choose")),
                FieldPanel("choose_of", attrs=_for_kinds("choose")),
                FieldPanel("measures", attrs=_for_kinds("measures")),
                FieldPanel("growth_a_day", attrs=_for_kinds("growth_a_day")),
            ],
            heading=_("When it is completed"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("grace_days"),
                FieldRowPanel(
                    [
                        FieldPanel("make_up_per_month"),
                        FieldPanel("make_up_points"),
                        FieldPanel("make_up_days_back"),
                    ]
                ),
            ],
            heading=_("Missed days"),
            attrs=_for_kinds("make_up"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("segment"), FieldPanel("starts"), FieldPanel("ends")]),
                FieldPanel("requires"),
            ],
            heading=_("For whom and when"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel(
                    [
                        FieldPanel("reward_points"),
                        FieldPanel("reward_growth"),
                        FieldPanel("reward_benefit"),
                        FieldPanel("reward_badge"),
                    ],
                    attrs=_for_kinds("reward"),
                ),
                FieldRowPanel([FieldPanel("claim"), FieldPanel("claim_within_days")]),
                FieldRowPanel(
                    [FieldPanel("expiry"), FieldPanel("expiry_after"), FieldPanel("expiry_on")]
                ),
                FieldPanel("budget"),
            ],
            heading=_("What it brings"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel(
                    [FieldPanel("limit_per_customer"), FieldPanel("limit_completions_a_day")]
                ),
                FieldRowPanel([FieldPanel("limit_completions"), FieldPanel("limit_points")]),
            ],
            heading=_("Limits"),
            help_text=_("Left empty, there is none. What is above a limit is refused and listed."),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("hold_days"), FieldPanel("risk")]),
                FieldRowPanel(
                    [
                        FieldPanel("velocity_completions"),
                        FieldPanel("velocity_within_hours"),
                        FieldPanel("velocity_then"),
                    ]
                ),
                FieldRowPanel(
                    [
                        FieldPanel("undone_by_event"),
                        FieldPanel("undone_by_same"),
                        FieldPanel("undone_by_within_days"),
                    ],
                    attrs=_for_kinds("undone_by"),
                ),
                FieldPanel("on_reversal"),
            ],
            heading=_("Against abuse"),
            help_text=_("What is held back waits in the list of rewards held back."),
        ),
    ],
    base_form_class=TaskForm,
)
