"""Forms of benefits, merchants and uploaded codes."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList

from benefits.models import Benefit
from growth.admin import choices
from growth.admin.saving import ProgramForm, code_panel
from growth.admin.texts import LanguagesField, merged

# What is not part of the growth program's file.
OWN = (
    "description", "terms", "merchant", "city", "picture", "valid_days",
    "cancellable", "position", "on_sale",
)  # fmt: skip
MOST_BYTES = 20 * 2**20


class BenefitForm(ProgramForm):
    """A benefit: what the program file knows goes through it, the rest is saved beside."""

    section = "benefits"
    taken = gettext_lazy("There is a benefit with this code already.")
    places = {
        "code": "code",
        "name": "name",
        "kind": "kind",
        "price": "price",
        "stock": "total",
        "per_customer": "per_customer",
        "segment": "segment",
        "level": "level",
        "starts": "starts",
        "ends": "ends",
    }

    name = LanguagesField(label=gettext_lazy("Name"))
    description = LanguagesField(label=gettext_lazy("Description"), long=True, required=False)
    terms = LanguagesField(
        label=gettext_lazy("Terms"),
        long=True,
        required=False,
        help_text=gettext_lazy("Where and how it is used, and what it is not good for."),
    )
    level = forms.ChoiceField(label=gettext_lazy("From level"), choices=(), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = choices.optional(choices.levels(), _("Every level"))
        if self.instance.pk:
            self.fields["code"].disabled = True

    def stored_facts(self) -> Any:
        if not self.instance.pk:
            return []
        names = [name for name in OWN if name not in ("merchant", "picture")]
        facts = [getattr(self.instance, name) for name in names]
        facts += [self.instance.merchant_id, self.instance.picture_id, self.instance.segment_id]
        more = ("name", "kind", "price", "total", "per_customer", "level", "starts", "ends")
        return facts + [getattr(self.instance, name) for name in more]

    def row(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        segment = cleaned.get("segment")
        row = {
            "code": cleaned["code"],
            "name": merged(self.initial.get("name"), cleaned["name"]),
            "kind": cleaned["kind"],
            "price": cleaned["price"],
            "stock": cleaned["total"],
            "per_customer": cleaned["per_customer"],
            "segment": segment.code if segment else None,
            "level": cleaned["level"] or None,
            "starts": cleaned["starts"],
            "ends": cleaned["ends"],
        }
        return {key: value for key, value in row.items() if value is not None}

    def save_own(self) -> None:
        for name in OWN:
            if name in self.cleaned_data:
                setattr(self.instance, name, self.cleaned_data[name])
        for name in ("description", "terms"):
            text = merged(self.initial.get(name), getattr(self.instance, name))
            setattr(self.instance, name, text)
        self.instance.position = self.instance.position or 0
        self.instance.save(update_fields=list(OWN))


benefit_panel = ObjectList(
    [
        MultiFieldPanel(
            [
                FieldPanel("name"),
                FieldPanel("description"),
                FieldPanel("terms"),
                FieldPanel("picture"),
                FieldRowPanel([FieldPanel("merchant"), FieldPanel("city")]),
                code_panel(),
                FieldPanel("seen", classname="gz-hidden"),
            ],
            heading=gettext_lazy("What the customer sees"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("kind"), FieldPanel("price")]),
                FieldRowPanel([FieldPanel("total"), FieldPanel("per_customer")]),
            ],
            heading=gettext_lazy("What it costs and how many there are"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("segment"), FieldPanel("level")]),
                FieldRowPanel([FieldPanel("starts"), FieldPanel("ends")]),
            ],
            heading=gettext_lazy("For whom and when"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("valid_days"), FieldPanel("position")]),
                FieldPanel("cancellable"),
                FieldPanel("on_sale"),
            ],
            heading=gettext_lazy("How it is handed out"),
        ),
    ],
    base_form_class=BenefitForm,
)


class MerchantForm(WagtailAdminModelForm):
    """Who hands a benefit over."""

    name = LanguagesField(label=gettext_lazy("Name"))
    address = LanguagesField(label=gettext_lazy("Address"), required=False)

    def clean_name(self) -> dict[str, str]:
        return merged(self.initial.get("name"), self.cleaned_data["name"])

    def clean_address(self) -> dict[str, str]:
        return merged(self.initial.get("address"), self.cleaned_data["address"])


merchant_panel = ObjectList(
    [FieldPanel("name"), FieldPanel("address"), FieldPanel("city"), FieldPanel("code")],
    base_form_class=MerchantForm,
)


class CodesForm(forms.Form):
    """A file of uploaded codes for one benefit."""

    benefit = forms.ModelChoiceField(
        label=gettext_lazy("Benefit"), queryset=Benefit.objects.filter(kind=Benefit.Kind.CODE)
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "A CSV file with the column code, and if you like valid_until and face_value (in"
            " yuan). At most 20 MB. A code that is here already is left as it is."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(_("The file is larger than 20 MB."))
        return file
