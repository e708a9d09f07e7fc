"""What benefits refuse, each with the stable code that the API answers."""

from growth.errors import GrowthError


class BenefitError(GrowthError):
    """A refusal. ``extra`` goes into the problem beside ``code`` and ``detail``."""

    extra: dict[str, object] = {}


class BenefitNotFound(BenefitError):
    """There is no such benefit."""

    code = "not_found"
    status = 404


class RedemptionNotFound(BenefitError):
    """There is no such redemption, or it is not yours."""

    code = "not_found"
    status = 404


class NotOnSale(BenefitError):
    """This benefit is not on sale today."""

    code = "not_on_sale"


class NotEligible(BenefitError):
    """This benefit is for other customers, or for a higher level."""

    code = "not_eligible"


class LimitReached(BenefitError):
    """You have had this benefit as often as one customer may."""

    code = "limit_reached"


class OutOfStock(BenefitError):
    """Nothing of this benefit is left."""

    code = "out_of_stock"


class PriceChanged(BenefitError):
    """The price is another one now."""

    code = "price_changed"

    def __init__(self, price: int) -> None:
        super().__init__()
        self.extra = {"price": price}


class NotCancellable(BenefitError):
    """This redemption cannot be cancelled, or not any more."""

    code = "not_cancellable"


class NotUsable(BenefitError):
    """This redemption cannot be used, or not any more."""

    code = "not_usable"


class StockBelowRedeemed(BenefitError):
    """More than that has been redeemed already."""

    code = "stock_below_redeemed"

    def __init__(self, redeemed: int) -> None:
        super().__init__(f"cannot be below what has been redeemed: {redeemed}")
        self.redeemed = redeemed


class KindIsFixed(BenefitError):
    """The kind has to stay as it is: something of this benefit has been redeemed."""

    code = "kind_is_fixed"


class IdempotencyKeyMissing(BenefitError):
    """The header Idempotency-Key is missing or empty."""

    code = "idempotency_key_missing"
    status = 400


class IdempotencyKeyInvalid(BenefitError):
    """Idempotency-Key has to be 1 to 255 printable characters without spaces and commas."""

    code = "idempotency_key_invalid"
    status = 400
