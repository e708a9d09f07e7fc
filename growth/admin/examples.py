"""An example sentence for each choice of the task form, shown above what is chosen."""

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

KIND = {
    "once": _("Example: bind a card – 100 points, once in a customer's life."),
    "daily": _("Example: log in – 5 points on each day with at least one log-in."),
    "weekly": _("Example: pay 3 times from Monday to Sunday – 20 points for each such week."),
    "monthly": _("Example: repay a credit card bill – 50 points in each calendar month."),
    "streak": _("Example: log in on 7 days in a row – 30 points, and 30 more after 7 more days."),
    "cumulative": _("Example: 10 points for every full 500 of amount paid, again and again."),
    "milestones": _("Example: 30 points for the 3rd bill, 100 for the 10th, 400 for the 30th."),
    "choose": _("Example: any 3 of 5 tasks, in any order – 200 points, once."),
    "activity": _("Example: 1 growth value for each visit to a zone, up to 10 a day."),
}
CLAIM = {
    "auto": _("Example: a card is bound, and a moment later the points are there."),
    "manual": _("Example: “Claim” lights up in the zone, and the points come with a tap on it."),
}
EXPIRY = {
    "": _("Example: given on 5 March 2026 – good for ever."),
    "after_days": _("Example: 30 – given on 5 March 2026, good up to 3 April 2026."),
    "end_of_month_after": _("Example: 12 – given on 5 March 2026, good up to 31 March 2027."),
    "on": _("Example: 1 July 2026 – whenever they were given, good up to 30 June 2026."),
}
ON_REVERSAL = {
    "": _(
        "Example: 100 points given, 80 of them spent, then a refund – 20 are taken back, 80 are"
        " written off."
    ),
    "allow_negative": _(
        "Example: 100 points given, 80 of them spent, then a refund – 20 are taken back, and the"
        " next 80 points repay the rest."
    ),
}
VELOCITY_THEN = {
    "": _("Example: however fast they come, every reward is paid."),
    "hold": _("Example: 5 within 1 hour – the sixth waits in the list of rewards held back."),
    "deny": _("Example: 5 within 1 hour – the sixth is refused, and stays refused."),
}


class ExampleSelect(forms.Select):
    """A choice with an example sentence above it; a script keeps it to what is chosen."""

    def __init__(self, examples: dict[str, Any], **options: Any) -> None:
        self.examples = examples
        super().__init__(**options)

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """An option that knows its example."""
        option = super().create_option(name, value, *args, **kwargs)
        option["attrs"]["data-gz-example"] = self.examples.get(str(value or ""), "")
        return option

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        """The choice below the example of what is chosen as the page is shown."""
        first = next(iter(self.examples.values()))  # which the browser chooses where nothing is
        example = self.examples.get(str(value or ""), first)
        return format_html(
            '<p class="gz-example" data-gz-example-of="{}" aria-live="polite">{}</p>{}',
            name,
            example,
            super().render(name, value, attrs, renderer),
        )
