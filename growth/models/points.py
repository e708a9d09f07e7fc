"""Points: wallets, transfers between them, and the lots that say which points expire when.

Transfers, lots and allocations are partitioned by the hash of the customer, and refer to each other
from part to part (migration 0012): so their foreign keys have no constraint of Django's making.
"""

from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import MD5, Now
from django.utils.translation import gettext_lazy as _

# Reason of the transfers that take points to repay a debt.
REPAID = "repaid"


class Wallet(models.Model):
    """A customer's points, or (without a customer) the programme, which keeps no balance."""

    customer = models.OneToOneField("growth.Customer", models.PROTECT, null=True)
    balance = models.BigIntegerField(_("balance (points)"), null=True)
    # Part of the balance that may not be spent, and what is owed besides it.
    held = models.BigIntegerField(_("held (points)"), default=0, db_default=0)
    debt = models.BigIntegerField(_("owed (points)"), default=0, db_default=0)

    class Meta:
        verbose_name = _("wallet")
        verbose_name_plural = _("wallets")
        constraints = [
            models.CheckConstraint(
                condition=Q(customer__isnull=True, balance__isnull=True)
                | Q(customer__isnull=False, balance__isnull=False, balance__gte=0),
                name="wallet_balance",
            ),
            models.CheckConstraint(condition=Q(held__gte=0, debt__gte=0), name="wallet_held_owed"),
            models.UniqueConstraint(
                models.Value(1), condition=Q(customer__isnull=True), name="wallet_one_programme"
            ),
        ]

    def __str__(self) -> str:
        return f"wallet {self.pk}"


class PointsTransfer(models.Model):
    """Points moved from one wallet to another, once per key of a customer.

    Both sides stand in one row, so the book cannot be out of balance. Rows are never changed;
    a trigger refuses it.
    """

    class Kind(models.TextChoices):
        EARN = "earn", _("earned")
        GRANT = "grant", _("granted")
        REDEEM = "redeem", _("redeemed")
        REFUND = "refund", _("refunded")
        EXPIRE = "expire", _("expired")
        REVERSE = "reverse", _("taken back")
        DEDUCT = "deduct", _("deducted")

    key = models.CharField(_("key"), max_length=200)
    source = models.ForeignKey(Wallet, models.PROTECT, related_name="+", db_index=False)
    destination = models.ForeignKey(Wallet, models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey(
        "growth.Customer", models.PROTECT, related_name="transfers", db_index=False
    )
    points = models.BigIntegerField(_("points"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    reason = models.CharField(_("reason"), max_length=200)
    origin = models.JSONField(_("origin"), default=dict)
    day = models.DateField(_("bank day"))
    posted_at = models.DateTimeField(_("posted at"), db_default=Now())

    class Meta:
        verbose_name = _("points transfer")
        verbose_name_plural = _("points transfers")
        constraints = [
            models.UniqueConstraint(fields=["key", "customer"], name="transfer_key"),
            models.CheckConstraint(condition=Q(points__gt=0), name="transfer_points_positive"),
            models.CheckConstraint(
                condition=~Q(source=F("destination")), name="transfer_two_sides"
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-id"], name="transfer_by_customer"),
            # Transfers of the newest days; rows come in by day, so ranges of pages do.
            BrinIndex(fields=["day"], name="transfer_by_day", autosummarize=True),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def is_repayment(self) -> bool:
        """Whether it repays what is owed, with points that are taken back for that."""
        return (self.kind, self.reason) == (self.Kind.REVERSE, REPAID)

    @property
    def kind_label(self) -> Any:
        """What happened to the points, in the active language."""
        return _("owed points repaid") if self.is_repayment else self.Kind(self.kind).label

    @property
    def signed_points(self) -> int:
        """Points as the customer sees them: what came in is positive."""
        gained = self.kind in (self.Kind.EARN, self.Kind.GRANT, self.Kind.REFUND)
        return self.points if gained else -self.points


class PointsLot(models.Model):
    """The points of one earning, with their expiry; debits allocate from lots.

    ``expires_on`` is the first bank day on which what remains can no longer be spent.
    """

    customer = models.ForeignKey(
        "growth.Customer", models.PROTECT, related_name="lots", db_index=False
    )
    transfer = models.OneToOneField(PointsTransfer, models.PROTECT, db_constraint=False)
    points = models.BigIntegerField(_("points"))
    remaining = models.BigIntegerField(_("remaining"))
    expires_on = models.DateField(_("expires on"), null=True)
    cost_centre = models.CharField(
        _("cost centre"), max_length=40, blank=True, default="", db_default=""
    )

    class Meta:
        verbose_name = _("points lot")
        verbose_name_plural = _("points lots")
        constraints = [
            models.CheckConstraint(
                condition=Q(remaining__gte=0, remaining__lte=F("points")), name="lot_remaining"
            ),
        ]
        indexes = [
            models.Index(
                fields=["customer", "expires_on", "id"],
                name="lot_spendable",
                condition=Q(remaining__gt=0),
            ),
            models.Index(
                fields=["expires_on"],
                name="lot_expiring",
                condition=Q(remaining__gt=0, expires_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"lot {self.pk}: {self.remaining}/{self.points}"


class PointsAllocation(models.Model):
    """How much of a lot a transfer used up (positive) or gave back (negative)."""

    customer = models.ForeignKey(
        "growth.Customer", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    transfer = models.ForeignKey(
        PointsTransfer,
        models.PROTECT,
        related_name="allocations",
        db_index=False,
        db_constraint=False,
    )
    lot = models.ForeignKey(
        PointsLot, models.PROTECT, related_name="allocations", db_constraint=False
    )
    points = models.BigIntegerField(_("points"))

    class Meta:
        verbose_name = _("points allocation")
        verbose_name_plural = _("points allocations")
        constraints = [
            models.UniqueConstraint(fields=["transfer", "lot", "customer"], name="allocation_once"),
            models.CheckConstraint(condition=~Q(points=0), name="allocation_not_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.transfer_id} on {self.lot_id}: {self.points}"


class PointsWriteOff(models.Model):
    """Points of a reversed earning that were already spent: nothing is left to take back.

    A negative row says that a refund brought points back after all, and they were taken.
    """

    key = models.CharField(max_length=200)
    customer = models.ForeignKey(
        "growth.Customer", models.PROTECT, related_name="+", db_index=False
    )
    lot = models.ForeignKey(
        PointsLot, models.PROTECT, related_name="write_offs", db_constraint=False
    )
    points = models.BigIntegerField(_("points"))
    written_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("write-off")
        verbose_name_plural = _("write-offs")
        constraints = [models.UniqueConstraint(fields=["key"], name="write_off_key")]

    def __str__(self) -> str:
        return f"{self.lot_id}: {self.points}"


class PointsHold(models.Model):
    """Points that a customer holds and may not spend until the hold is released."""

    key = models.CharField(max_length=200)
    customer = models.ForeignKey("growth.Customer", models.PROTECT, related_name="holds")
    points = models.BigIntegerField(_("points"))
    reason = models.CharField(_("reason"), max_length=200)
    placed_at = models.DateTimeField(_("placed at"), db_default=Now())
    released_at = models.DateTimeField(_("released at"), null=True)

    class Meta:
        verbose_name = _("points hold")
        verbose_name_plural = _("points holds")
        constraints = [
            models.UniqueConstraint(fields=["key"], name="hold_key"),
            models.CheckConstraint(condition=Q(points__gt=0), name="hold_points_positive"),
        ]

    def __str__(self) -> str:
        return self.key


class PointsDebt(models.Model):
    """Points owed since what earned them was reversed after they were spent; negative: repaid."""

    key = models.CharField(max_length=200)
    customer = models.ForeignKey("growth.Customer", models.PROTECT, related_name="debts")
    lot = models.ForeignKey(
        PointsLot, models.PROTECT, null=True, related_name="debts", db_constraint=False
    )
    points = models.BigIntegerField(_("points"))
    booked_at = models.DateTimeField(_("booked at"), db_default=Now())

    class Meta:
        verbose_name = _("points owed")
        verbose_name_plural = _("points owed")
        constraints = [
            models.UniqueConstraint(fields=["key"], name="debt_key"),
            models.CheckConstraint(condition=~Q(points=0), name="debt_not_zero"),
        ]

    def __str__(self) -> str:
        return self.key


class TransferSeal(models.Model):
    """A link of the hash chain over transfers; ``position`` is its place in the chain."""

    # No constraint: that a sealed transfer is gone is what `verify_ledger` finds.
    transfer = models.OneToOneField(
        PointsTransfer, models.PROTECT, primary_key=True, db_constraint=False
    )
    position = models.BigIntegerField(unique=True)
    digest = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")

    def __str__(self) -> str:
        return str(self.position)


class OpenItem(models.Model):
    """A difference that reconciliation found, until somebody has seen to it."""

    # What it is about, without the figures that change from day to day.
    key = models.TextField(default="", db_default="")
    text = models.TextField(_("difference"))
    found_at = models.DateTimeField(_("found at"), db_default=Now())
    seen_at = models.DateTimeField(_("last seen at"), db_default=Now())
    closed_at = models.DateTimeField(_("closed at"), null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("closed by"),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who works on it"),
    )
    note = models.TextField(_("note"), blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("open item")
        verbose_name_plural = _("open items")
        constraints = [
            models.UniqueConstraint(
                MD5("key"), condition=Q(closed_at__isnull=True), name="open_item_once"
            )
        ]

    def __str__(self) -> str:
        return self.text
