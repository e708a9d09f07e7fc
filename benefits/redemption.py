"""Redemptions: redeem, grant, cancel, mark used. No other module may write them.

Order of locks: the customer's row, then the redemption's, then stock. Wallet and lots are the
customer's and need none of their own.
"""

import hashlib
import uuid
from datetime import date
from typing import NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import OuterRef, QuerySet

from benefits import codes, eligibility, queries, stock
from benefits.errors import (
    BenefitNotFound,
    NotCancellable,
    NotUsable,
    OutOfStock,
    PriceChanged,
    RedemptionNotFound,
)
from benefits.models import Benefit, BenefitCode, Redemption, RedemptionEvent
from growth import bankday, ledger, sealing
from growth.errors import IdempotencyConflict

Status = Redemption.Status

_FIRST_STATUS = {
    Benefit.Kind.CODE: Status.ISSUED,
    Benefit.Kind.VOUCHER: Status.ISSUED,
    Benefit.Kind.PICKUP: Status.TO_COLLECT,
    Benefit.Kind.PHYSICAL: Status.TO_SHIP,
}


class Redeemed(NamedTuple):
    """A redemption, and whether this call made it (a replay did not)."""

    redemption: Redemption
    created: bool


@transaction.atomic
def redeem(
    *,
    customer_id: int,
    benefit_code: str,
    key: str,
    expected_price: int | None = None,
    today: date | None = None,
) -> Redeemed:
    """Pay ``benefit_code``'s price in points and hand one out, once per customer and ``key``.

    A replay with the same facts returns the first redemption. A refusal leaves nothing behind,
    so its key may be tried again.

    Raises:
        IdempotencyConflict: the customer used ``key`` for something else.
        BenefitNotFound, NotOnSale, NotEligible, LimitReached, OutOfStock: as they say.
        PriceChanged: the price is not ``expected_price``.
        InsufficientPoints: fewer points can be spent today.
    """
    ledger.lock_customers([customer_id])
    request = _request_digest(benefit_code, expected_price)
    if earlier := _of_key(customer_id, key):
        if bytes(earlier.request_digest or b"") != request:
            raise IdempotencyConflict
        return Redeemed(earlier, created=False)
    today = today or bankday.today()
    benefit, slots, in_stock = _offered(benefit_code, customer_id, today)
    _check(benefit, customer_id, used=len(slots), in_stock=in_stock, today=today)
    if expected_price not in (None, benefit.price):
        raise PriceChanged(benefit.price)
    redemption = Redemption(
        id=uuid.uuid4(),
        customer_id=customer_id,
        benefit=benefit,
        points=benefit.price,
        slot=_free_slot(slots),
        key=key,
        request_digest=request,
    )
    _pay(redemption, today)
    _hand_out(redemption, stock.take(benefit=benefit, today=today), today)
    redemption.save(force_insert=True)
    _log(redemption, before="", actor="customer")
    return Redeemed(redemption, created=True)


@transaction.atomic
def grant(
    *, customer_id: int, benefit_code: str, key: str, today: date | None = None
) -> Redemption:
    """Give a benefit away as a reward, once per ``key``; it waits while nothing is left.

    Audience, window and limit do not matter: it is owed.

    Raises:
        BenefitNotFound: there is none of that code.
        IdempotencyConflict: ``key`` already granted something else.
    """
    ledger.lock_customers([customer_id])
    if earlier := Redemption.objects.select_related("benefit").filter(granted_by=key).first():
        if (earlier.customer_id, earlier.benefit.code) != (customer_id, benefit_code):
            raise IdempotencyConflict
        return earlier
    today = today or bankday.today()
    benefit = _benefit(benefit_code)
    redemption = Redemption(
        customer_id=customer_id, benefit=benefit, points=0, status=Status.WAITING, granted_by=key
    )
    try:
        # Awards are posted for many customers at once: better to be served later than to wait.
        _hand_out(redemption, stock.take(benefit=benefit, today=today, wait=False), today)
    except OutOfStock:
        pass
    redemption.save(force_insert=True)
    _log(redemption, before="", actor="program")
    return redemption


@transaction.atomic
def serve(*, redemption_id: uuid.UUID, today: date | None = None) -> bool:
    """Hand out what a waiting reward waits for. False where it no longer waits.

    Raises:
        OutOfStock: there is still nothing.
    """
    redemption = _locked(Redemption.objects.filter(pk=redemption_id))
    if redemption.status != Status.WAITING:
        return False
    today = today or bankday.today()
    _hand_out(redemption, stock.take(benefit=redemption.benefit, today=today), today)
    redemption.save()
    _log(redemption, before=Status.WAITING, actor="clock")
    return True


def serve_all() -> int:
    """Serve every waiting reward that can be served, oldest first, each in a transaction."""
    served = 0
    empty: set[int] = set()
    for pk, benefit_id in queries.waiting().values_list("pk", "benefit"):
        if benefit_id in empty:
            continue
        try:
            served += serve(redemption_id=pk)
        except OutOfStock:
            empty.add(benefit_id)
    return served


@transaction.atomic
def cancel(
    *,
    customer_id: int,
    redemption_id: uuid.UUID,
    today: date | None = None,
    actor: str = "customer",
) -> Redemption:
    """Undo a customer's unused redemption: the points go back into the lots they came from.

    A unit of ours goes back on sale; an uploaded code has been seen and is void for ever.
    ``actor`` is who asks: the customer, or an operator's name.

    Raises:
        RedemptionNotFound: the customer has no such redemption.
        NotCancellable: it is used, expired or cancelled already, or was a reward.
    """
    ledger.lock_customers([customer_id])
    mine = Redemption.objects.filter(customer_id=customer_id, pk=redemption_id)
    redemption = _locked(mine)
    today = today or bankday.today()
    if not queries.can_cancel(redemption, today):
        raise NotCancellable
    _cancel(redemption, today, actor=actor)
    return redemption


@transaction.atomic
def revoke(*, customer_id: int, key: str, today: date | None = None) -> bool:
    """Take a reward back whose cause was reversed. False where it is used or gone already."""
    ledger.lock_customers([customer_id])
    granted = Redemption.objects.filter(customer_id=customer_id, granted_by=key)
    if not granted.exists():
        return False
    redemption = _locked(granted)
    if redemption.status not in (Status.WAITING, *Redemption.OPEN):
        return False
    _cancel(redemption, today or bankday.today(), actor="program")
    return True


@transaction.atomic
def mark_used(
    *, redemption_id: uuid.UUID, actor: str, note: str = "", today: date | None = None
) -> Redemption:
    """Record that a redemption was used, collected or sent.

    Raises:
        RedemptionNotFound: there is none of that id.
        NotUsable: it is used, cancelled or expired, or past its last day.
    """
    redemption = _locked(Redemption.objects.filter(pk=redemption_id))
    if not queries.is_open(redemption, today or bankday.today()):
        raise NotUsable
    _move(redemption, Status.USED, actor=actor, note=note)
    return redemption


@transaction.atomic
def expire_due(*, today: date | None = None, limit: int = 1000) -> int:
    """Expire what can no longer be used, up to ``limit``; returns how many."""
    today = today or bankday.today()
    due = Redemption.objects.filter(
        status__in=(Status.ISSUED, Status.TO_COLLECT), valid_until__lt=today
    )
    rows = list(due.order_by("pk")[:limit].select_for_update(skip_locked=True, of=("self",)))
    RedemptionEvent.objects.bulk_create(
        [
            RedemptionEvent(redemption=row, before=row.status, after=Status.EXPIRED, actor="clock")
            for row in rows
        ]
    )
    Redemption.objects.filter(pk__in=[row.pk for row in rows]).update(status=Status.EXPIRED)
    return len(rows)


def _check(benefit: Benefit, customer_id: int, *, used: int, in_stock: bool, today: date) -> None:
    ranks = eligibility.level_ranks() if benefit.level else {}
    refusal = eligibility.why_not(
        benefit,
        queries.standing_for(benefit, customer_id, ranks),
        ranks=ranks,
        used=used,
        in_stock=in_stock,
        today=today,
    )
    if refusal:
        raise refusal


def _pay(redemption: Redemption, today: date) -> None:
    if redemption.points == 0:
        return
    redemption.transfer = ledger.spend(
        customer_id=redemption.customer_id,
        points=redemption.points,
        key=f"redemption:{redemption.pk}",
        reason=f"benefit:{redemption.benefit.code}",
        origin=_origin(redemption),
        today=today,
        locked=True,
    )


def _hand_out(redemption: Redemption, unit: BenefitCode | None, today: date) -> None:
    """Fill in the code and the days, from an uploaded code or of our own making."""
    benefit = redemption.benefit
    redemption.status = _FIRST_STATUS[Benefit.Kind(benefit.kind)]
    if benefit.valid_days:
        redemption.valid_until = stock.good_until(benefit, today)
    if unit:
        redemption.unit = unit
        redemption.sealed = unit.sealed
        redemption.valid_until = unit.valid_until or redemption.valid_until
    elif benefit.has_code:
        code = codes.new_code().encode()
        redemption.sealed = sealing.seal(code)
        redemption.code_digest = sealing.fingerprint(code)


def _cancel(redemption: Redemption, today: date, *, actor: str) -> None:
    held = redemption.status != Status.WAITING
    if redemption.transfer:
        redemption.refund = ledger.refund(
            transfer=redemption.transfer,
            key=f"redemption:{redemption.pk}:cancelled",
            reason=f"benefit:{redemption.benefit.code}",
            origin=_origin(redemption),
            today=today,
        )
    redemption.slot = None
    _move(redemption, Status.CANCELLED, actor=actor)
    if held:
        stock.give_back(redemption=redemption)


def _move(redemption: Redemption, status: Status, *, actor: str, note: str = "") -> None:
    before, redemption.status = redemption.status, status
    redemption.save(update_fields=["status", "slot", "refund"])
    _log(redemption, before=before, actor=actor, note=note)


def _log(redemption: Redemption, *, before: str, actor: str, note: str = "") -> None:
    RedemptionEvent.objects.create(
        redemption=redemption, before=before, after=redemption.status, actor=actor, note=note
    )


def _locked(rows: QuerySet[Redemption]) -> Redemption:
    found = (
        rows.select_related("benefit", "transfer")
        .select_for_update(no_key=True, of=("self",))
        .first()
    )
    if found is None:
        raise RedemptionNotFound
    return found


def _of_key(customer_id: int, key: str) -> Redemption | None:
    mine = Redemption.objects.filter(customer_id=customer_id, key=key)
    return mine.select_related("benefit").first()


def _benefit(code: str) -> Benefit:
    benefit = Benefit.objects.select_related("segment").filter(code=code).first()
    if benefit is None:
        raise BenefitNotFound
    return benefit


def _offered(code: str, customer_id: int, today: date) -> tuple[Benefit, set[int], bool]:
    """A benefit, the slots that the customer has used of it, and whether any is in stock."""
    mine = Redemption.objects.filter(
        benefit=OuterRef("pk"), customer_id=customer_id, slot__isnull=False
    )
    found = queries.with_stock(Benefit.objects.filter(code=code), today)
    benefit = (
        found.annotate(slots=ArraySubquery(mine.order_by().values("slot")))
        .select_related("segment")
        .first()
    )
    if benefit is None:
        raise BenefitNotFound
    return benefit, set(benefit.slots), queries.is_left(benefit)


def _free_slot(slots: set[int]) -> int:
    return next(slot for slot in range(1, len(slots) + 2) if slot not in slots)


def _request_digest(benefit_code: str, expected_price: int | None) -> bytes:
    return hashlib.sha256(f"{benefit_code}\n{expected_price}".encode()).digest()


def _origin(redemption: Redemption) -> dict[str, str]:
    return {"redemption": str(redemption.pk), "benefit": redemption.benefit.code}
