"""What benefits refuse, each with the stable code that the API answers."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from growth.errors import GrowthError


class BenefitError(GrowthError):
    """A refusal. ``text`` is its detail in the reader's language; ``extra`` goes beside it."""

    text: str | Promise = _("That was refused.")
    extra: dict[str, object] = {}

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or str(self.text))


class BenefitNotFound(BenefitError):
    text = _("There is no such benefit.")
    code = "not_found"
    status = 404


class RedemptionNotFound(BenefitError):
    text = _("There is no such redemption, or it is not yours.")
    code = "not_found"
    status = 404


class NotOnSale(BenefitError):
    text = _("This benefit is not on sale today.")
    code = "not_on_sale"


class NotEligible(BenefitError):
    text = _("This benefit is for other customers, or for a higher level.")
    code = "not_eligible"


class LimitReached(BenefitError):
    text = _("You have had this benefit as often as one customer may.")
    code = "limit_reached"


class OutOfStock(BenefitError):
    text = _("Nothing of this benefit is left.")
    code = "out_of_stock"


class PriceChanged(BenefitError):
    text = _("The price is another one now.")
    code = "price_changed"

    def __init__(self, price: int) -> None:
        super().__init__()
        self.extra = {"price": price}


class NotCancellable(BenefitError):
    text = _("This redemption cannot be cancelled, or not any more.")
    code = "not_cancellable"


class NotUsable(BenefitError):
    text = _("This redemption cannot be used, or not any more.")
    code = "not_usable"


class StockBelowRedeemed(BenefitError):
    """More than that has been redeemed already."""

    text = _("Stock cannot be below what has been redeemed: %(redeemed)s.")
    code = "stock_below_redeemed"

    def __init__(self, redeemed: int) -> None:
        super().__init__(str(self.text) % {"redeemed": redeemed})
        self.redeemed = redeemed


class KindIsFixed(BenefitError):
    text = _("The kind has to stay as it is: something of this benefit has been redeemed.")
    code = "kind_is_fixed"


class IdempotencyKeyMissing(BenefitError):
    text = _("The header Idempotency-Key is missing or empty.")
    code = "idempotency_key_missing"
    status = 400


class IdempotencyKeyInvalid(BenefitError):
    text = _("Idempotency-Key has to be 1 to 255 printable characters without spaces and commas.")
    code = "idempotency_key_invalid"
    status = 400
