"""Stock: take a unit, give it back, change the total. No other module may write it.

Whoever takes or gives back holds the benefit's row FOR KEY SHARE, side by side; whoever changes
the total holds it FOR UPDATE, alone. A unit that somebody else has locked is not gone: they may
roll back, so a taker looks for a free one first and then waits.
"""

import secrets
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import F

from benefits.errors import OutOfStock, StockBelowRedeemed
from benefits.models import Benefit, BenefitCode, Redemption, StockShard

SHARDS = 16


class _Kind(NamedTuple):
    """Statements over one kind of stock, all with the same parameters but ``take_this``."""

    take_free: str
    some_left: str
    take_this: str


_NUMBERED = _Kind(
    take_free="""
        UPDATE benefits_stockshard SET remaining = remaining - 1
        WHERE id = (SELECT id FROM benefits_stockshard WHERE benefit_id = %s AND remaining > 0
                    LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id""",
    some_left="""
        SELECT id FROM benefits_stockshard WHERE benefit_id = %s AND remaining > 0
        ORDER BY random() LIMIT 1""",
    take_this="""
        UPDATE benefits_stockshard SET remaining = remaining - 1
        WHERE id = %s AND remaining > 0 RETURNING id""",
)
_CODES = _Kind(
    take_free="""
        UPDATE benefits_benefitcode SET state = 'issued'
        WHERE id = (SELECT id FROM benefits_benefitcode WHERE benefit_id = %s AND state = 'free'
                    AND (valid_until IS NULL OR valid_until >= %s)
                    ORDER BY valid_until, id LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id""",
    some_left="""
        SELECT id FROM benefits_benefitcode WHERE benefit_id = %s AND state = 'free'
        AND (valid_until IS NULL OR valid_until >= %s) ORDER BY random() LIMIT 1""",
    take_this="""
        UPDATE benefits_benefitcode SET state = 'issued'
        WHERE id = %s AND state = 'free' RETURNING id""",
)


def take(*, benefit: Benefit, today: date, wait: bool = True) -> BenefitCode | None:
    """Use up one unit of ``benefit``; returns the uploaded code where it is one.

    It waits for others who are about to take the last units, so call it last in a transaction.
    Without ``wait`` what they hold counts as gone, and two long transactions cannot deadlock.

    Raises:
        OutOfStock: nothing is left, and nobody who might roll back holds anything.
    """
    _share(benefit)
    if benefit.total is not None:
        _take(_NUMBERED, [benefit.pk], wait=wait)
    if benefit.kind != Benefit.Kind.CODE:
        return None
    unit = _take(_CODES, [benefit.pk, good_until(benefit, today)], wait=wait)
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


def _take(kind: _Kind, params: list[Any], *, wait: bool) -> int:
    """A free unit; else wait for one that somebody holds, and look again."""
    while True:
        unit = _attempt(kind.take_free, params)
        if unit is not None:
            return unit
        held = _one(kind.some_left, params) if wait else None
        if held is None:
            raise OutOfStock
        unit = _attempt(kind.take_this, [held])
        if unit is not None:
            return unit


def _attempt(sql: str, params: list[Any]) -> int | None:
    """Run ``sql``. A row that turned out to be used up stays locked by PostgreSQL: the savepoint
    lets go of it, so that nobody waits while holding stock and no two can deadlock."""
    with transaction.atomic():
        unit: int | None = _one(sql, params)
        if unit is None:
            transaction.set_rollback(True)
    return unit


def _one(sql: str, params: list[Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        row = cursor.fetchone()
    return row[0] if row else None
