"""Cards of financial products, with what the law asks to stand beside them."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError

from content.blocks.fields import LinkBlock

# The sentence that has to stand with every wealth product, in the languages that we publish.
STATUTORY_RISK_PHRASES = (
    "理财非存款、产品有风险、投资须谨慎",
    "Wealth products are not deposits and carry risk. Invest with care.",
)
NEEDS_RISK_TEXT = frozenset({"wealth", "insurance", "loan"})


def has_statutory_phrase(text: str) -> bool:
    """Whether the sentence stands in ``text``; punctuation and spaces do not matter."""
    return any(_letters(phrase) in _letters(text) for phrase in STATUTORY_RISK_PHRASES)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()


class ProductCardBlock(blocks.StructBlock):
    """One product. Each class of products is shown in a card of its own kind."""

    product_class = blocks.ChoiceBlock(
        label=_("kind of product"),
        choices=[
            ("deposit", _("Deposit")),
            ("wealth", _("Wealth management")),
            ("loan", _("Loan")),
            ("insurance", _("Insurance")),
            ("card", _("Card")),
            ("payment", _("Payment")),
        ],
    )
    name = blocks.CharBlock(label=_("name"), max_length=80)
    tagline = blocks.CharBlock(label=_("in one sentence"), required=False, max_length=200)
    figure = blocks.CharBlock(
        label=_("figure"),
        required=False,
        max_length=40,
        help_text=_("The one figure that matters, such as 1.35% or 200 yuan."),
    )
    figure_label = blocks.CharBlock(label=_("what the figure is"), required=False, max_length=80)
    basis = blocks.TextBlock(
        label=_("basis of the figure"),
        required=False,
        help_text=_("Where the figure comes from, and from when to when it holds."),
    )
    risk_level = blocks.ChoiceBlock(
        label=_("risk level"),
        required=False,
        choices=[(f"R{n}", f"R{n}") for n in range(1, 6)],
        help_text=_("For wealth management only."),
    )
    risk_text = blocks.TextBlock(
        label=_("risk notice"),
        required=False,
        help_text=_("Required for wealth management, insurance and loans."),
    )
    link_label = blocks.CharBlock(label=_("button"), required=False, max_length=40)
    link = LinkBlock(required=False)

    class Meta:
        template = "content/blocks/product_card.html"
        icon = "tag"
        label = _("Product card")
        group = _("Products")

    def clean(self, value):
        cleaned = super().clean(value)
        errors = _faults(cleaned)
        if errors:
            raise StructBlockValidationError(
                block_errors={field: ValidationError(message) for field, message in errors.items()}
            )
        return cleaned


def _faults(card: Any) -> dict[str, Any]:
    """What is missing from the card, by field."""
    errors: dict[str, Any] = {}
    kind, risk_text = card["product_class"], card["risk_text"].strip()
    if kind in NEEDS_RISK_TEXT and not risk_text:
        errors["risk_text"] = _("Say what the customer risks. This kind of product must carry it.")
    elif kind == "wealth" and not has_statutory_phrase(risk_text):
        errors["risk_text"] = _("The notice must contain this sentence: {phrase}").format(
            phrase=" / ".join(STATUTORY_RISK_PHRASES)
        )
    if kind == "wealth" and not card["risk_level"]:
        errors["risk_level"] = _("Choose the product's risk level, R1 to R5.")
    if kind != "wealth" and card["risk_level"]:
        errors["risk_level"] = _("Only wealth management products have a risk level.")
    if card["figure"] and not card["basis"].strip() and kind in ("wealth", "deposit", "loan"):
        errors["basis"] = _("A figure needs its basis: where it comes from and when it holds.")
    return errors
