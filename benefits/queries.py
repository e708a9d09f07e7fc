"""What customers may see of the catalogue and of their redemptions; figures for the report."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import (
    Count,
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Cast, Coalesce

from benefits import codes, eligibility
from benefits.eligibility import Standing
from benefits.errors import RedemptionNotFound
from benefits.models import Benefit, BenefitCode, Redemption, StockShard
from growth import bankday, ledger, sealing
from growth.models import Customer
from growth.sessions import Visitor


@dataclass(frozen=True)
class Offer:
    """A benefit as one customer sees it; ``why_not`` is a stable code, None if redeemable."""

    benefit: Benefit
    why_not: str | None

    @property
    def can_redeem(self) -> bool:
        """Whether redeeming it now would be accepted."""
        return self.why_not is None


def shown(segments: Iterable[str], today: date | None = None) -> QuerySet[Benefit]:
    """Benefits that customers of these segments may see: on sale, not over, not for others."""
    today = today or bankday.today()
    return Benefit.objects.filter(
        Q(segment__isnull=True) | Q(segment__code__in=list(segments)),
        Q(ends__isnull=True) | Q(ends__gte=today),
        on_sale=True,
    ).select_related("segment", "merchant")


def catalogue(visitor: Visitor, today: date | None = None) -> QuerySet[Benefit]:
    """``shown``, with how many the customer has had (``used``) and whether any is ``left``."""
    today = today or bankday.today()
    had = Redemption.objects.filter(
        customer_id=visitor.customer_id, benefit=OuterRef("pk"), slot__isnull=False
    )
    count = had.order_by().values("benefit").annotate(n=Count("pk")).values("n")
    return with_stock(shown(visitor.segments, today), today).annotate(
        used=Coalesce(Subquery(count, output_field=IntegerField()), Value(0))
    )


def offers(
    visitor: Visitor, benefits: Iterable[Any], *, points: int, today: date | None = None
) -> list[Offer]:
    """``benefits`` of ``catalogue`` with the verdict for this customer; no query for each."""
    today = today or bankday.today()
    benefits = list(benefits)
    ranks = eligibility.level_ranks() if any(benefit.level for benefit in benefits) else {}
    standing = Standing(frozenset(visitor.segments), visitor.level_rank)
    found = []
    for benefit in benefits:
        refusal = eligibility.why_not(
            benefit,
            standing,
            ranks=ranks,
            used=benefit.used,
            in_stock=is_left(benefit),
            today=today,
        )
        verdict = eligibility.why_not_with_points(refusal, price=benefit.price, points=points)
        found.append(Offer(benefit, verdict.code if verdict else None))
    return found


def spendable_points(customer_id: int, today: date | None = None) -> int:
    """Points that the customer can spend today."""
    return ledger.available_points(customer_id=customer_id, today=today or bankday.today())


def standing_for(benefit: Benefit, customer_id: int, ranks: Mapping[str, int]) -> Standing:
    """The part of a customer's standing that ``benefit`` asks for, as it is now."""
    segments: frozenset[str] = frozenset()
    if benefit.segment and benefit.segment.memberships.filter(customer_id=customer_id).exists():
        segments = frozenset([benefit.segment.code])
    rank = 0
    if benefit.level:
        level = Customer.objects.values_list("level", flat=True).get(pk=customer_id)
        rank = ranks.get(level, 0)
    return Standing(segments, rank)


def with_stock(benefits: QuerySet[Benefit], today: date) -> QuerySet[Benefit]:
    """``benefits`` with what ``is_left`` asks: whether a number, and a code, is left today."""
    return benefits.annotate(
        numbered=Exists(StockShard.objects.filter(benefit=OuterRef("pk"), remaining__gt=0)),
        coded=Exists(free_codes(today).filter(benefit=OuterRef("pk"))),
    )


def is_left(benefit: Any) -> bool:
    """Whether anything of a benefit of ``with_stock`` is left to hand out.

    Both the number and the uploaded codes have to have something left, where they count.
    """
    if benefit.total is not None and not benefit.numbered:
        return False
    return bool(benefit.coded) or benefit.kind != Benefit.Kind.CODE


def free_codes(today: date) -> QuerySet[BenefitCode]:
    """Uploaded codes that may be handed out today: free, and good for as long as promised."""
    promised = ExpressionWrapper(
        Cast(Value(today), DateField()) + Coalesce(F("benefit__valid_days"), Value(0)),
        output_field=DateField(),
    )
    free = BenefitCode.objects.filter(state=BenefitCode.State.FREE)
    return free.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=promised))


def redemptions(customer_id: int) -> QuerySet[Redemption]:
    """A customer's redemptions, newest first."""
    mine = Redemption.objects.filter(customer_id=customer_id)
    return mine.select_related("benefit", "benefit__merchant").order_by("-created_at", "-id")


def redemption(customer_id: int, redemption_id: uuid.UUID) -> Redemption:
    """One of the customer's own redemptions.

    Raises:
        RedemptionNotFound: there is none of that id, or it is somebody else's.
    """
    found = redemptions(customer_id).filter(pk=redemption_id).first()
    if found is None:
        raise RedemptionNotFound
    return found


def is_open(redemption: Redemption, today: date) -> bool:
    """Whether it can still be used ``today``, also before the clock's job has been round."""
    in_time = redemption.valid_until is None or redemption.valid_until >= today
    return redemption.status in Redemption.OPEN and in_time


def can_cancel(redemption: Redemption, today: date) -> bool:
    """Whether its customer may cancel it: bought, unused, and of a benefit that allows it."""
    bought = redemption.granted_by is None and redemption.benefit.cancellable
    return bought and is_open(redemption, today)


def has_live_code(redemption: Redemption, today: date) -> bool:
    """Whether there is a code that can be used ``today``."""
    return redemption.sealed is not None and is_open(redemption, today)


def shown_code(redemption: Redemption) -> str | None:
    """The code that its customer may see; none once it is cancelled."""
    if redemption.sealed is None or redemption.status == Redemption.Status.CANCELLED:
        return None
    return sealing.unseal(redemption.sealed).decode()


def by_code(text: str) -> list[uuid.UUID]:
    """Redemptions of a code: of ours however it was typed, of uploaded ones as it is."""
    ours = sealing.fingerprint((codes.normalised(text) or "").encode())
    uploaded = sealing.fingerprint(text.strip().encode(errors="replace"))
    benefits = list(Benefit.objects.values_list("pk", flat=True))  # a digest has no index alone
    units = list(
        BenefitCode.objects.filter(benefit__in=benefits, digest=uploaded).values_list(
            "pk", flat=True
        )
    )
    found = Redemption.objects.filter(Q(code_digest=ours) | Q(unit__in=units))
    return list(found.values_list("pk", flat=True))


def names(codes: Iterable[str]) -> dict[str, dict[str, str]]:
    """Names of benefits by code, for statements."""
    return dict(Benefit.objects.filter(code__in=list(codes)).values_list("code", "name"))


def prices(codes: Iterable[str]) -> dict[str, int]:
    """What benefits cost in points, by code."""
    return dict(Benefit.objects.filter(code__in=list(codes)).values_list("code", "price"))


def waiting() -> QuerySet[Redemption]:
    """Rewards that wait for stock, oldest first."""
    return Redemption.objects.filter(status=Redemption.Status.WAITING).order_by("created_at", "id")


def reward_grants(customer_ids: list[int], prefix: str) -> Iterable[tuple[int, str, bool, bool]]:
    """Rewards granted under keys with ``prefix``: (customer, key, whether it stands, is unused).

    Only what was taken back does not stand: used and expired rewards were had.
    """
    unused = (Redemption.Status.WAITING, *Redemption.OPEN)
    mine = Redemption.objects.filter(customer__in=customer_ids, granted_by__startswith=prefix)
    rows = mine.values_list("customer", "granted_by", "status")
    return [
        (who, key or "", status != Redemption.Status.CANCELLED, status in unused)
        for who, key, status in rows
    ]


def report() -> dict[str, dict[str, int]]:
    """Redeemed (net of cancelled) and left, by benefit."""
    today = bankday.today()
    redeemed = dict(
        Redemption.objects.filter(status__in=Redemption.HOLDING)
        .values_list("benefit")
        .annotate(n=Count("pk"))
    )
    numbered = dict(StockShard.objects.values_list("benefit").annotate(n=Sum("remaining")))
    coded = dict(free_codes(today).values_list("benefit").annotate(n=Count("pk")))
    figures = {}
    for benefit in Benefit.objects.order_by("code"):
        left = [numbered.get(benefit.pk, 0)] if benefit.total is not None else []
        if benefit.kind == Benefit.Kind.CODE:
            left.append(coded.get(benefit.pk, 0))
        figures[benefit.code] = {"redeemed": redeemed.get(benefit.pk, 0), "left": min(left)}
    return figures


def by_status() -> dict[str, int]:
    """How many redemptions there are of each status, 0 included."""
    found = dict(Redemption.objects.order_by().values_list("status").annotate(Count("pk")))
    return {status: found.get(status, 0) for status in Redemption.Status.values}
