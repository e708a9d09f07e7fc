from benefits.models.catalogue import Benefit
from benefits.models.merchants import Merchant
from benefits.models.redemption import Redemption, RedemptionEvent
from benefits.models.stock import BenefitCode, CodeBatch, StockShard

__all__ = [
    "Benefit",
    "BenefitCode",
    "CodeBatch",
    "Merchant",
    "Redemption",
    "RedemptionEvent",
    "StockShard",
]
