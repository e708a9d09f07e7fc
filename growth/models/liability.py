"""What is kept of days that are over, so that reports need not read the whole ledger again.

All of it can be made anew from transfers, lots and allocations; ``reconcile`` compares.
"""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from growth.models.points import PointsTransfer


class LiabilityClose(models.Model):
    """A bank day whose figures are kept; ``history`` is what forecasts start from (newest only)."""

    day = models.DateField(_("bank day"), unique=True)
    closed_at = models.DateTimeField(_("closed at"), db_default=Now())
    history = models.JSONField(null=True)

    class Meta:
        verbose_name = _("closed day")
        verbose_name_plural = _("closed days")

    def __str__(self) -> str:
        return str(self.day)


class LiabilityFlow(models.Model):
    """Points moved on a closed day, by what happened to them and whose cost they are."""

    day = models.DateField(_("bank day"))
    cost_centre = models.CharField(_("cost centre"), max_length=40, blank=True)
    kind = models.CharField(_("kind"), max_length=8, choices=PointsTransfer.Kind)
    points = models.BigIntegerField(_("points"))

    class Meta:
        verbose_name = _("points moved in a day")
        verbose_name_plural = _("points moved by day")
        constraints = [
            models.UniqueConstraint(fields=["day", "cost_centre", "kind"], name="liability_flow")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.cost_centre} {self.kind}: {self.points}"


class LiabilityStanding(models.Model):
    """Points outstanding when a closed day ended, by whose cost they are and when they expire.

    ``expires`` is the first day of the month in which the expiry job takes them; None = never.
    """

    day = models.DateField(_("bank day"))
    cost_centre = models.CharField(_("cost centre"), max_length=40, blank=True)
    expires = models.DateField(_("expiry month"), null=True)
    points = models.BigIntegerField(_("points"))

    class Meta:
        verbose_name = _("points outstanding")
        verbose_name_plural = _("points outstanding")
        constraints = [
            models.UniqueConstraint(
                fields=["day", "cost_centre", "expires"],
                nulls_distinct=False,
                name="liability_standing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.cost_centre} {self.expires}: {self.points}"
