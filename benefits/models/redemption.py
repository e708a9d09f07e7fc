"""What a customer got for points, or as a reward, and what became of it."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Redemption(models.Model):
    """One benefit that one customer got. What it says never changes, only its status does.

    ``slot`` numbers a customer's redemptions of a benefit among those that count towards
    ``per_customer``; rewards and cancelled ones have none.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting for stock")
        ISSUED = "issued", _("ready to use")
        TO_COLLECT = "to_collect", _("to be collected")
        TO_SHIP = "to_ship", _("to be sent")
        USED = "used", _("used")
        CANCELLED = "cancelled", _("cancelled")
        EXPIRED = "expired", _("expired")

    OPEN = (Status.ISSUED, Status.TO_COLLECT, Status.TO_SHIP)
    # In these a unit of stock is (or was once for all) used up.
    HOLDING = (*OPEN, Status.USED, Status.EXPIRED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    customer = models.ForeignKey(
        "growth.Customer", models.PROTECT, related_name="redemptions", db_index=False
    )
    benefit = models.ForeignKey(
        "benefits.Benefit", models.PROTECT, related_name="redemptions", verbose_name=_("benefit")
    )
    points = models.IntegerField(_("points"))
    status = models.CharField(_("status"), max_length=12, choices=Status)
    slot = models.IntegerField(null=True, editable=False)
    sealed = models.BinaryField(null=True, help_text=_("The code, encrypted."))
    code_digest = models.BinaryField(max_length=32, null=True, unique=True)
    unit = models.OneToOneField(
        "benefits.BenefitCode", models.PROTECT, null=True, related_name="redemption"
    )
    valid_until = models.DateField(_("valid until"), null=True)
    key = models.CharField(_("idempotency key"), max_length=255, null=True)
    request_digest = models.BinaryField(max_length=32, null=True)
    granted_by = models.CharField(_("granted by"), max_length=255, null=True, unique=True)
    # The constraints of both carry the customer as well: migration 0005.
    transfer = models.OneToOneField(
        "growth.PointsTransfer", models.PROTECT, null=True, related_name="+", db_constraint=False
    )
    refund = models.OneToOneField(
        "growth.PointsTransfer", models.PROTECT, null=True, related_name="+", db_constraint=False
    )
    created_at = models.DateTimeField(_("redeemed at"), db_default=Now())

    class Meta:
        verbose_name = _("redemption")
        verbose_name_plural = _("redemptions")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "key"], name="redemption_key_once"),
            models.UniqueConstraint(
                fields=["customer", "benefit", "slot"], name="redemption_slot_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        "waiting",
                        "issued",
                        "to_collect",
                        "to_ship",
                        "used",
                        "cancelled",
                        "expired",
                    ]
                ),
                name="redemption_status",
            ),
            # Either a customer redeemed it under a key, or something granted it.
            models.CheckConstraint(
                condition=Q(
                    key__isnull=False, request_digest__isnull=False, granted_by__isnull=True
                )
                | Q(
                    key__isnull=True,
                    request_digest__isnull=True,
                    granted_by__isnull=False,
                    points=0,
                    slot__isnull=True,
                ),
                name="redemption_cause",
            ),
            # Nothing is sold that was not paid, and nothing is paid that was not sold.
            models.CheckConstraint(
                condition=Q(points=0, transfer__isnull=True)
                | Q(points__gt=0, transfer__isnull=False),
                name="redemption_paid",
            ),
            models.CheckConstraint(
                condition=Q(refund__isnull=True) | Q(status="cancelled", transfer__isnull=False),
                name="redemption_refund_cancels",
            ),
            models.CheckConstraint(
                condition=Q(granted_by__isnull=False)
                | Q(status="cancelled", slot__isnull=True)
                | (~Q(status="cancelled") & Q(slot__isnull=False, slot__gte=1)),
                name="redemption_slot_counts",
            ),
            models.CheckConstraint(
                condition=~Q(status="waiting")
                | Q(granted_by__isnull=False, sealed__isnull=True, unit__isnull=True),
                name="redemption_waiting",
            ),
            models.CheckConstraint(
                condition=~Q(status="issued") | Q(sealed__isnull=False), name="redemption_code"
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-created_at", "-id"], name="redemption_by_customer"),
            models.Index(
                fields=["valid_until"],
                name="redemption_expiring",
                condition=Q(status__in=["issued", "to_collect"]),
            ),
            models.Index(
                fields=["benefit", "created_at"],
                name="redemption_in_line",
                condition=Q(status="waiting"),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class RedemptionEvent(models.Model):
    """That a redemption's status changed. Append-only; a trigger refuses anything else."""

    redemption = models.ForeignKey(Redemption, models.PROTECT, related_name="history")
    before = models.CharField(_("before"), max_length=12, blank=True)
    after = models.CharField(_("after"), max_length=12, choices=Redemption.Status)
    actor = models.CharField(
        _("by"), max_length=100, help_text=_("customer, program, clock, or an operator's name.")
    )
    note = models.CharField(_("note"), max_length=200, blank=True, default="")
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        verbose_name = _("change of a redemption")
        verbose_name_plural = _("changes of redemptions")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(before=models.F("after")), name="redemption_event_changes"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.redemption_id}: {self.before} > {self.after}"
