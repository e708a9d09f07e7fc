"""Forms for points given or taken by hand. What they say goes to a second person."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets import AdminDateInput

from growth import bankday
from growth.adjustments import MOST_LINES, MOST_POINTS
from growth.admin.task_spec import EXPIRY
from growth.models import Budget

MOST_BYTES = 20 * 2**20
MOST_DAYS, MOST_MONTHS = 3650, 120


def cost_centres() -> list[tuple[str, str]]:
    """Cost centres that budgets name, as suggestions."""
    rows = Budget.objects.exclude(cost_centre="").values_list("cost_centre", flat=True)
    return [(code, "") for code in sorted(set(rows))]


class ReasonForm(forms.Form):
    """Why something is asked for; all that there is to say of a release."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("Who decides reads this beside what changes."),
    )


class HoldForm(ReasonForm):
    """Points that a customer is not to spend for now."""

    field_order = ["points"]
    points = forms.IntegerField(label=gettext_lazy("Points"), min_value=1, max_value=MOST_POINTS)


class FundingForm(ReasonForm):
    """Who pays for points, how long they can be spent, and why they are given."""

    cost_centre = forms.CharField(
        label=gettext_lazy("Cost centre"),
        max_length=40,
        help_text=gettext_lazy("Who pays for the points."),
        widget=forms.TextInput({"list": "gz-cost-centres", "autocomplete": "off"}),
    )
    expiry = forms.ChoiceField(
        label=gettext_lazy("The points expire"), choices=EXPIRY, required=False
    )
    expiry_after = forms.IntegerField(
        label=gettext_lazy("After how many"),
        help_text=gettext_lazy("Days or months, as chosen before."),
        min_value=0,
        max_value=MOST_DAYS,
        required=False,
    )
    expiry_on = forms.DateField(
        label=gettext_lazy("First day on which they cannot be spent"),
        required=False,
        widget=AdminDateInput,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        policy = cleaned.get("expiry")
        if policy == "on":
            day = cleaned.get("expiry_on")
            if not day or day <= bankday.today():
                self.add_error("expiry_on", _("Give a day after today."))
        elif (policy and cleaned.get("expiry_after") is None) or (
            policy == "after_days" and not cleaned["expiry_after"]
        ):
            self.add_error("expiry_after", _("Say after how many."))
        elif policy == "end_of_month_after" and cleaned["expiry_after"] > MOST_MONTHS:
            self.add_error("expiry_after", _("At most {n} months.").format(n=MOST_MONTHS))
        return cleaned

    def points_expire(self) -> dict[str, Any]:
        """The policy as the program file has it; empty = never."""
        policy = self.cleaned_data["expiry"]
        if policy == "on":
            return {"on": self.cleaned_data["expiry_on"].isoformat()}
        return {policy: self.cleaned_data["expiry_after"]} if policy else {}


class AdjustmentForm(FundingForm):
    """Points for one customer, or from them."""

    GIVE, TAKE = "give", "take"

    field_order = ["direction", "points"]
    direction = forms.ChoiceField(
        label=gettext_lazy("What to do"),
        choices=[(GIVE, gettext_lazy("Give points")), (TAKE, gettext_lazy("Take points away"))],
        widget=forms.RadioSelect,
        initial=GIVE,
    )
    points = forms.IntegerField(label=gettext_lazy("Points"), min_value=1, max_value=MOST_POINTS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.data.get("direction") == self.TAKE:  # nobody pays, and nothing expires
            self.fields["cost_centre"].required = False

    def payload(self, ref: str) -> dict[str, Any]:
        """What the request says."""
        gives = self.cleaned_data["direction"] == self.GIVE
        points = self.cleaned_data["points"]
        return {
            "customer": ref,
            "points": points if gives else -points,
            "cost_centre": self.cleaned_data["cost_centre"] if gives else "",
            "points_expire": self.points_expire() if gives else {},
        }


class BulkGrantForm(FundingForm):
    """A file of points for many customers."""

    field_order = ["file"]
    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _(
            "A CSV file with the columns customer_id and points, and if you like reason."
            " At most {n} lines and 20 MB. The same list is given once: next month, too, it gives"
            " nothing unless its lines differ, for example in their reasons."
        ).format(n=f"{MOST_LINES:,}")

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(_("The file is larger than 20 MB."))
        return file
