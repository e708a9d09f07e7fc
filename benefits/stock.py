"""Stock: take a unit, give it back, change the total. No other module may write it.

Whoever takes or gives back holds the benefit's row FOR KEY SHARE, side by side; whoever changes
the total holds it FOR UPDATE, alone. A unit that somebody else has locked is not gone: they may
roll back, so a taker looks for a free one first and then waits.
"""

import secrets
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from benefits.errors import OutOfStock, StockBelowRedeemed
from benefits.models import Benefit, BenefitCode, Redemption, StockShard

SHARDS = 16

_TAKE_NUMBERED = """
    UPDATE benefits_stockshard SET remaining = remaining - 1
    WHERE id = (SELECT id FROM benefits_stockshard WHERE benefit_id = %s AND remaining > 0
                {order} LIMIT 1 FOR UPDATE {wait})
    RETURNING id
"""
_TAKE_CODE = """
    UPDATE benefits_benefitcode SET state = 'issued'
    WHERE id = (SELECT id FROM benefits_benefitcode
                WHERE benefit_id = %s AND state = 'free'
                  AND (valid_until IS NULL OR valid_until >= %s)
                ORDER BY valid_until, id LIMIT 1 FOR UPDATE {wait})
    RETURNING id
"""
_NUMBERED_LEFT = "SELECT 1 FROM benefits_stockshard WHERE benefit_id = %s AND remaining > 0 LIMIT 1"
_CODE_LEFT = """
    SELECT 1 FROM benefits_benefitcode WHERE benefit_id = %s AND state = 'free'
    AND (valid_until IS NULL OR valid_until >= %s) LIMIT 1
"""


def take(*, benefit: Benefit, today: date, wait: bool = True) -> BenefitCode | None:
    """Use up one unit of ``benefit``; returns the uploaded code where it is one.

    It waits for others who are about to take the last units, so call it last in a transaction.
    Without ``wait`` what they hold counts as gone, and two long transactions cannot deadlock.

    Raises:
        OutOfStock: nothing is left, and nobody who might roll back holds anything.
    """
    _share(benefit)
    if benefit.total is not None:
        free = _TAKE_NUMBERED.format(order="", wait="SKIP LOCKED")
        # Those who have to wait spread over the shards.
        locked = _TAKE_NUMBERED.format(order="ORDER BY random()", wait="")
        _take(free, locked, _NUMBERED_LEFT, [benefit.pk], wait=wait)
    if benefit.kind != Benefit.Kind.CODE:
        return None
    free, locked = _TAKE_CODE.format(wait="SKIP LOCKED"), _TAKE_CODE.format(wait="")
    params = [benefit.pk, good_until(benefit, today)]
    unit = _take(free, locked, _CODE_LEFT, params, wait=wait)
    return BenefitCode.objects.get(pk=unit)


def give_back(*, redemption: Redemption) -> None:
    """Return a cancelled redemption's unit. An uploaded code was shown, so it is void instead."""
    benefit = redemption.benefit
    _share(benefit)
    if redemption.unit_id:
        BenefitCode.objects.filter(pk=redemption.unit_id).update(state=BenefitCode.State.VOID)
    if benefit.total is not None:
        shards = benefit.shards.filter(number=secrets.randbelow(SHARDS))
        shards.update(remaining=F("remaining") + 1)


@transaction.atomic
def set_total(*, benefit: Benefit, total: int | None) -> None:
    """Put ``total`` units on sale in all, those already redeemed included; None lifts the number.

    Raises:
        StockBelowRedeemed: more have been redeemed.
    """
    benefit.total = Benefit.objects.select_for_update().get(pk=benefit.pk).total
    if benefit.total == total and (total is None or benefit.shards.exists()):
        return
    if total is None:
        benefit.shards.all().delete()
    else:
        redeemed = units_held(benefit)
        if total < redeemed:
            raise StockBelowRedeemed(redeemed)
        _spread(benefit, total - redeemed)
    Benefit.objects.filter(pk=benefit.pk).update(total=total)
    benefit.total = total


def units_held(benefit: Benefit) -> int:
    """How many units are used up for good or for now."""
    return benefit.redemptions.filter(status__in=Redemption.HOLDING).count()


def good_until(benefit: Benefit, today: date) -> date:
    """Last day up to which what is handed out today has to be good."""
    return today + timedelta(days=benefit.valid_days or 0)


def _share(benefit: Benefit) -> None:
    """Keep the total from changing while a unit is taken or given back, and read it."""
    benefit.total = _one(
        "SELECT total FROM benefits_benefit WHERE id = %s FOR KEY SHARE", [benefit.pk]
    )


def _spread(benefit: Benefit, units: int) -> None:
    least, more = divmod(units, SHARDS)
    StockShard.objects.bulk_create(
        [
            StockShard(benefit=benefit, number=number, remaining=least + (number < more))
            for number in range(SHARDS)
        ],
        update_conflicts=True,
        unique_fields=["benefit", "number"],
        update_fields=["remaining"],
    )


def _take(free: str, locked: str, any_left: str, params: list[Any], *, wait: bool) -> int:
    while True:
        unit = _one(free, params)
        if unit is None and wait:
            unit = _one(locked, params)
        if unit is not None:
            return unit
        # What somebody gave back while we waited was not in sight of the statement above.
        if not wait or _one(any_left, params) is None:
            raise OutOfStock


def _one(sql: str, params: list[Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        row = cursor.fetchone()
    return row[0] if row else None
