"""How the task form is laid out."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList

from growth.admin.task_form import TaskForm

panel = ObjectList(
    [
        MultiFieldPanel(
            [
                FieldPanel("name"),
                FieldPanel("description"),
                FieldRowPanel([FieldPanel("link"), FieldPanel("icon"), FieldPanel("position")]),
                FieldPanel(
                    "code",
                    help_text=_(
                        "A short name for files and the bank's systems. It stays as it is."
                    ),
                ),
                FieldPanel("seen", classname="gz-hidden"),
            ],
            heading=_("What the customer sees"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("event"), FieldPanel("distinct_by")]),
                FieldPanel("where"),
            ],
            heading=_("What counts"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("kind"),
                FieldRowPanel([FieldPanel("target"), FieldPanel("sum_of")]),
            ],
            heading=_("When it is completed"),
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
                    ]
                ),
                FieldRowPanel(
                    [FieldPanel("claim"), FieldPanel("expiry"), FieldPanel("expiry_after")]
                ),
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
    ],
    base_form_class=TaskForm,
)
