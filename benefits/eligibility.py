"""Who may redeem what, decided in one place: for a whole catalogue page and for one redemption."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from benefits.errors import (
    BenefitError,
    LimitReached,
    NotEligible,
    NotOnSale,
    OutOfStock,
)
from benefits.models import Benefit
from growth.errors import GrowthError, InsufficientPoints
from growth.levels import current_levels


@dataclass(frozen=True)
class Standing:
    """What of a customer decides: segments by code, and the rank of the level (0 is lowest)."""

    segments: frozenset[str]
    level_rank: int


def why_not(
    benefit: Benefit,
    standing: Standing,
    *,
    ranks: Mapping[str, int],
    used: int,
    in_stock: bool,
    today: date,
) -> type[BenefitError] | None:
    """The first reason for which this customer cannot redeem ``benefit``, points aside.

    ``used`` is how many of it the customer has had that count towards the limit.
    """
    if not is_on_sale(benefit, today):
        return NotOnSale
    if benefit.segment and benefit.segment.code not in standing.segments:
        return NotEligible
    # A level that the scheme no longer has is nobody's.
    if benefit.level and standing.level_rank < ranks.get(benefit.level, len(ranks) + 1):
        return NotEligible
    if benefit.per_customer is not None and used >= benefit.per_customer:
        return LimitReached
    return None if in_stock else OutOfStock


def why_not_with_points(
    refusal: type[BenefitError] | None, *, price: int, points: int
) -> type[GrowthError] | None:
    """``refusal``, or that the points are not enough."""
    return refusal or (InsufficientPoints if points < price else None)


def is_on_sale(benefit: Benefit, today: date) -> bool:
    """Whether it is on sale, and ``today`` is between its first and its last day."""
    begun = benefit.starts is None or benefit.starts <= today
    return benefit.on_sale and begun and (benefit.ends is None or benefit.ends >= today)


def level_ranks() -> dict[str, int]:
    """Rank of each level of the scheme in force by code, 0 for the lowest."""
    codes = current_levels().values_list("code", flat=True)
    return {code: rank for rank, code in enumerate(codes)}
