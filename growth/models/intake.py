"""The inbox: every bank event once, for ever; what was refused, with the reason."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import MD5, Now
from django.utils.translation import gettext_lazy as _


class BankEvent(models.Model):
    """One accepted CloudEvent. Its content never changes; a trigger refuses it.

    The table is partitioned by the hash of ``event_id``, so that identity stays unique.
    """

    source = models.TextField(_("source"))
    event_id = models.TextField(_("event id"))
    type = models.TextField(_("type"))
    customer = models.ForeignKey(
        "growth.Customer", models.PROTECT, related_name="events", db_index=False
    )
    time = models.DateTimeField(_("time"))
    data = models.JSONField(_("data"), default=dict)
    digest = models.BinaryField(max_length=16, help_text=_("Hash of the content."))
    received_at = models.DateTimeField(_("received at"), db_default=Now())
    # Judged as it was when the event came in, and kept for every later judgement.
    segments = ArrayField(models.IntegerField(), default=list)
    release = models.IntegerField(help_text=_("Release of the growth program then live."))
    points_percent = models.SmallIntegerField(
        db_default=100, help_text=_("What the level then held made of points, in percent.")
    )
    counts = models.BooleanField(_("counts"), default=True, help_text=_("False once reversed."))
    target_source = models.TextField(null=True, editable=False)
    target_event_id = models.TextField(null=True, editable=False)
    settled_at = models.DateTimeField(_("settled at"), null=True)
    attempts = models.SmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True, default="")

    class Meta:
        verbose_name = _("bank event")
        verbose_name_plural = _("bank events")
        constraints = [
            models.UniqueConstraint(fields=["source", "event_id"], name="event_identity"),
        ]
        indexes = [
            models.Index(fields=["customer", "type", "time"], name="event_by_customer"),
            BrinIndex(fields=["time"], name="event_by_time"),
            models.Index(
                fields=["next_attempt_at"],
                name="event_unsettled",
                condition=Q(settled_at__isnull=True),
            ),
            models.Index(
                fields=["customer"],
                name="event_waiting",
                condition=Q(settled_at__isnull=True),
            ),
            models.Index(
                fields=["target_source", "target_event_id"],
                name="event_reversals",
                condition=Q(target_event_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.source} {self.event_id}"


class RejectedRow(models.Model):
    """A row of a feed that could not be taken in, kept so that it can be replayed."""

    feed = models.TextField(_("feed"))
    kind = models.CharField(
        _("kind"),
        max_length=16,
        choices=[
            ("event", _("event")),
            ("customer", _("customer")),
            ("code", _("code")),
            ("exclusion", _("exclusion")),
        ],
    )
    line = models.BigIntegerField(_("line"))
    row = models.TextField(_("row"), help_text=_("As it came, cut at 64 KiB."))
    code = models.CharField(_("reason code"), max_length=32)
    detail = models.TextField(_("detail"))
    rejected_at = models.DateTimeField(_("rejected at"), db_default=Now())
    replayed_at = models.DateTimeField(_("replayed at"), null=True)

    class Meta:
        verbose_name = _("rejected row")
        verbose_name_plural = _("rejected rows")
        constraints = [
            models.UniqueConstraint(
                models.F("kind"),
                MD5("feed"),
                models.F("code"),
                MD5("row"),
                name="rejected_row_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.feed}:{self.line} {self.code}"
