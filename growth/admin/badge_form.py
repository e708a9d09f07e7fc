"""Badges in the admin: a list with their pictures, and a form that shows the medal."""

from typing import Any

from django import forms
from django.db.models import Count, Q
from django.utils.html import format_html
from django.utils.translation import gettext_lazy
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column

from growth import badge_images
from growth.admin.listing import PointsColumn, RoomViewSet
from growth.admin.saving import ProgramForm, code_panel
from growth.admin.texts import LanguagesField, merged
from growth.admin.views import ProgramCreateView, ProgramEditView
from growth.models import Badge


class BadgeForm(ProgramForm):
    """A badge, saved through the program."""

    section = "badges"
    taken = gettext_lazy("There is a badge with this code already.")
    places = {"code": "code", "name": "name", "description": "description", "colour": "colour"}

    name = LanguagesField(label=gettext_lazy("Name"))
    description = LanguagesField(label=gettext_lazy("What it is for"), required=False)
    icon = forms.ChoiceField(
        label=gettext_lazy("Picture"), choices=list(badge_images.ICONS.items())
    )
    colour = forms.CharField(
        label=gettext_lazy("Colour"), widget=forms.TextInput({"type": "color"}), initial="#b8860b"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["code"].disabled = True

    def stored_facts(self) -> Any:
        badge = self.instance
        return [badge.name, badge.description, badge.icon, badge.colour] if badge.pk else []

    def row(self) -> dict[str, Any]:
        data, stored = self.cleaned_data, self.instance if self.instance.pk else Badge(name={})
        row = {
            "code": data["code"],
            "name": merged(self.initial.get("name"), data["name"]),
            "icon": data["icon"],
            "colour": data["colour"],
        }
        description = merged(self.initial.get("description"), data["description"])
        return {**row, "description": description} if description or stored.description else row


panel = ObjectList(
    [
        MultiFieldPanel(
            [
                FieldPanel("name"),
                code_panel(),
                FieldPanel("description"),
                FieldPanel("seen", classname="gz-hidden"),
            ],
            heading=gettext_lazy("What it is called"),
        ),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("icon"), FieldPanel("colour")])],
            heading=gettext_lazy("What it looks like"),
            help_text=gettext_lazy("The medal is drawn when you save, for light and dark pages."),
        ),
    ],
    base_form_class=BadgeForm,
)


class BadgeMixin:
    """Shows the medal beside the form."""

    template_name = "growth/admin/badge_form.html"
    object: Any

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        badge = getattr(self, "object", None)
        image = badge_images.image_of(badge) if badge and badge.pk else None
        return {**super().get_context_data(**kwargs), "image": image}  # type: ignore[misc]


class BadgeCreateView(BadgeMixin, ProgramCreateView):
    """A new badge."""


class BadgeEditView(BadgeMixin, ProgramEditView):
    """A badge with its medal."""


def _picture(badge: Badge) -> str:
    image = badge_images.image_of(badge)
    return format_html(
        '<img class="gz-medal" src="{}" srcset="{}" width="36" height="36" alt="">',
        image.src,
        image.srcset,
    )


class BadgeViewSet(RoomViewSet):
    model = Badge
    name = "badges"
    url_prefix = "growth/badges"
    icon = "pick"
    menu_label = gettext_lazy("Badges")
    menu_order = 125
    ordering = "code"
    queryset = Badge.objects.annotate(
        held=Count("grants__customer", filter=Q(grants__revoked_at__isnull=True), distinct=True)
    )
    list_display = [
        "__str__",
        Column("picture", label=gettext_lazy("Picture"), accessor=_picture),
        Column("code", label=gettext_lazy("Code"), sort_key="code"),
        PointsColumn("held", label=gettext_lazy("Customers")),
    ]
    search_fields = ["code", "name"]
    list_export = ["code", "name", "held"]
    inspect_view_enabled = False
    add_view_class = BadgeCreateView
    edit_view_class = BadgeEditView
    edit_handler = panel
