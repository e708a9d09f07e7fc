"""What is left: numbered stock spread over shards, and uploaded codes one by one."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class StockShard(models.Model):
    """A part of a benefit's numbered stock.

    One row would be locked by every redemption of a hot benefit in turn; several are locked
    side by side. The sum of a benefit's shards is what is left of it.
    """

    benefit = models.ForeignKey(
        "benefits.Benefit", models.PROTECT, related_name="shards", db_index=False
    )
    number = models.SmallIntegerField(_("number"))
    remaining = models.IntegerField(_("left"))

    class Meta:
        verbose_name = _("stock shard")
        verbose_name_plural = _("stock shards")
        constraints = [
            models.UniqueConstraint(fields=["benefit", "number"], name="shard_number_once"),
            models.CheckConstraint(condition=Q(remaining__gte=0), name="shard_remaining"),
        ]

    def __str__(self) -> str:
        return f"{self.benefit_id}/{self.number}: {self.remaining}"


class CodeBatch(models.Model):
    """One file of uploaded codes."""

    benefit = models.ForeignKey("benefits.Benefit", models.PROTECT, related_name="batches")
    feed = models.CharField(_("file"), max_length=255)
    created_at = models.DateTimeField(_("imported at"), db_default=Now())

    class Meta:
        verbose_name = _("batch of codes")
        verbose_name_plural = _("batches of codes")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.feed} ({self.pk})"


class BenefitCode(models.Model):
    """An uploaded code: encrypted, known by a keyed hash, given to one customer for ever."""

    class State(models.TextChoices):
        FREE = "free", _("free")
        ISSUED = "issued", _("issued")
        VOID = "void", _("void")

    benefit = models.ForeignKey(
        "benefits.Benefit", models.PROTECT, related_name="codes", db_index=False
    )
    batch = models.ForeignKey(CodeBatch, models.PROTECT, related_name="codes")
    sealed = models.BinaryField()
    digest = models.BinaryField(max_length=32)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    face_value_fen = models.IntegerField(_("face value (fen)"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.FREE)

    class Meta:
        verbose_name = _("uploaded code")
        verbose_name_plural = _("uploaded codes")
        constraints = [
            models.UniqueConstraint(fields=["benefit", "digest"], name="code_once"),
            models.CheckConstraint(
                condition=Q(state__in=["free", "issued", "void"]), name="code_state"
            ),
            models.CheckConstraint(
                condition=Q(face_value_fen__isnull=True) | Q(face_value_fen__gte=0),
                name="code_face_value",
            ),
        ]
        indexes = [
            models.Index(
                fields=["benefit", "valid_until", "id"],
                name="code_free",
                condition=Q(state="free"),
            ),
        ]

    def __str__(self) -> str:
        return f"code {self.pk}"
