"""Segments: who belongs together, by a rule over what the bank told us."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from growth.text import localized


class Segment(models.Model):
    """A named set of customers; ``rule`` is the condition or group of contract section 4."""

    code = models.SlugField(_("code"), max_length=64, unique=True)
    name = models.JSONField(_("name"))
    rule = models.JSONField(_("rule"))
    refreshed_at = models.DateTimeField(_("refreshed at"), null=True, editable=False)

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        ordering = ["code"]

    def __str__(self) -> str:
        return localized(self.name)


class SegmentMembership(models.Model):
    """That a customer is in a segment, as last computed."""

    pk = models.CompositePrimaryKey("customer", "segment")
    customer = models.ForeignKey("growth.Customer", models.CASCADE, related_name="memberships")
    segment = models.ForeignKey(Segment, models.CASCADE, related_name="memberships", db_index=False)
    since = models.DateTimeField(_("since"), db_default=Now())

    class Meta:
        verbose_name = _("segment membership")
        verbose_name_plural = _("segment memberships")
        indexes = [models.Index(fields=["segment", "customer"], name="membership_by_segment")]

    def __str__(self) -> str:
        return f"{self.customer_id} in {self.segment_id}"
