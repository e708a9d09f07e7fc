"""Small fields that many blocks share: links, icons, safe rich text."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

# Nothing that could load from elsewhere, run, or break the page's outline.
RICH_TEXT = ["bold", "italic", "ol", "ul", "link"]

_LINK = re.compile(
    r"""/(?![/\\])[^\s\\]*      # a page of this site
    | \#[\w-]+                  # a place on this page
    | app://[\w./?=&%-]+        # a place in the bank's app
    | tel:\+?[\d -]+
    | https://[^\s\\]+
    """,
    re.VERBOSE,
)

# Names of the lucide package's icons that make sense in a bank.
ICONS = [
    ("a-large-small", _("Text size")),
    ("badge-check", _("Confirmed")),
    ("badge-percent", _("Discount")),
    ("banknote", _("Banknote")),
    ("bell", _("Bell")),
    ("bike", _("Bicycle")),
    ("book-open", _("Book")),
    ("briefcase", _("Briefcase")),
    ("building-2", _("Building")),
    ("bus", _("Bus")),
    ("calculator", _("Calculator")),
    ("calendar-check", _("Appointment kept")),
    ("calendar-days", _("Calendar")),
    ("car", _("Car")),
    ("chart-column", _("Chart")),
    ("circle-check", _("Done")),
    ("circle-question-mark", _("Question")),
    ("clock", _("Clock")),
    ("coffee", _("Coffee")),
    ("coins", _("Coins")),
    ("credit-card", _("Card")),
    ("droplets", _("Water")),
    ("file-text", _("Document")),
    ("flame", _("Flame")),
    ("fuel", _("Fuel")),
    ("gift", _("Gift")),
    ("globe", _("World")),
    ("graduation-cap", _("Graduation")),
    ("hand-coins", _("Money received")),
    ("headphones", _("Headphones")),
    ("heart-handshake", _("Help")),
    ("heart-pulse", _("Health")),
    ("house", _("House")),
    ("id-card", _("Identity card")),
    ("landmark", _("Bank")),
    ("languages", _("Languages")),
    ("leaf", _("Leaf")),
    ("library", _("Library")),
    ("lightbulb", _("Idea")),
    ("map", _("Map")),
    ("map-pin", _("Place")),
    ("message-circle", _("Message")),
    ("mountain", _("Mountain")),
    ("music", _("Music")),
    ("newspaper", _("News")),
    ("phone", _("Telephone")),
    ("piggy-bank", _("Savings")),
    ("pill", _("Medicine")),
    ("plane", _("Plane")),
    ("plug", _("Electricity")),
    ("printer", _("Printer")),
    ("qr-code", _("QR code")),
    ("receipt", _("Receipt")),
    ("repeat", _("Again")),
    ("scan-line", _("Scan")),
    ("school", _("School")),
    ("send", _("Send")),
    ("shield-check", _("Protected")),
    ("ship", _("Ship")),
    ("shopping-bag", _("Shopping bag")),
    ("shopping-basket", _("Shopping basket")),
    ("smartphone", _("Mobile phone")),
    ("sparkles", _("New")),
    ("store", _("Shop")),
    ("sun", _("Sun")),
    ("target", _("Goal")),
    ("theater", _("Theatre")),
    ("ticket", _("Ticket")),
    ("train-front", _("Train")),
    ("trees", _("Park")),
    ("umbrella", _("Umbrella")),
    ("user-plus", _("Invite")),
    ("users", _("People")),
    ("utensils", _("Food")),
    ("wallet", _("Wallet")),
    ("wifi", _("Internet")),
]
ICON_NAMES = frozenset(name for name, _label in ICONS)


def check_link(value: str) -> None:
    """Refuse a link that is not of this site, this page, the bank's app, or https."""
    if value and not _LINK.fullmatch(value):
        raise ValidationError(
            _(
                "Begin with / for a page of this site, # for a place on this page, "
                "app:// for a place in the bank's app, or https://."
            ),
            code="link",
        )


class LinkBlock(blocks.CharBlock):
    """Where a button leads."""

    def __init__(self, **options):
        super().__init__(**{"max_length": 300, "label": _("link"), **options})

    def clean(self, value):
        cleaned = super().clean(value)
        check_link(cleaned)
        return cleaned

    def deconstruct(self):
        # Migrations know it as plain text: they must not import this module.
        return "wagtail.blocks.CharBlock", [], {}


class IconBlock(blocks.ChoiceBlock):
    """One of our icons."""

    choices = ICONS

    class Meta:
        label = _("icon")

    def deconstruct(self):
        return "wagtail.blocks.CharBlock", [], {}


class ProseBlock(blocks.RichTextBlock):
    """Text with emphasis, lists and links."""

    def __init__(self, **options):
        super().__init__(**{"features": RICH_TEXT, "label": _("text"), **options})

    def deconstruct(self):
        return "wagtail.blocks.RichTextBlock", [], {}
