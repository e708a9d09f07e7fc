"""What customers saw and touched, as their pages reported it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TrackingEvent(models.Model):
    """One thing that happened on a page view. Holds no personal datum but whose view it was."""

    class Kind(models.TextChoices):
        IMPRESSION = "impression", _("impression")
        CLICK = "click", _("click")
        VISIBLE = "visible_seconds", _("visible seconds")

    batch = models.UUIDField(_("batch"))
    position = models.PositiveSmallIntegerField(_("place in the batch"))
    view = models.UUIDField(_("page view"))
    customer = models.ForeignKey(
        "growth.Customer",
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("customer"),
    )
    zone = models.SlugField(_("zone"), max_length=255, db_index=False)
    stage = models.CharField(_("stage"), max_length=12, blank=True, default="")
    block = models.CharField(_("block"), max_length=64, blank=True, default="")
    track = models.CharField(_("tracking name"), max_length=120, blank=True, default="")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    seconds = models.PositiveIntegerField(_("visible seconds"), default=0)
    at = models.DateTimeField(_("at"), help_text=_("By our clock."))

    class Meta:
        verbose_name = _("tracking event")
        verbose_name_plural = _("tracking events")
        constraints = [
            models.UniqueConstraint(fields=["batch", "position"], name="tracking_event_once"),
        ]
        indexes = [models.Index(fields=["zone", "at"], name="tracking_by_zone")]

    def __str__(self) -> str:
        return f"{self.kind} {self.zone} {self.track}"


class ZoneVisit(models.Model):
    """One view of a zone by a customer; becomes one ``zone.visited`` event."""

    view = models.UUIDField(_("page view"), primary_key=True)
    customer = models.ForeignKey(
        "growth.Customer", models.CASCADE, related_name="visits", verbose_name=_("customer")
    )
    zone = models.SlugField(_("zone"), max_length=255, db_index=False)
    entry = models.CharField(_("entry"), max_length=40, blank=True, default="")
    seconds = models.PositiveIntegerField(_("visible seconds"), default=0)
    blocks = models.PositiveIntegerField(_("blocks seen"), default=0)
    clicks = models.PositiveIntegerField(_("things touched"), default=0, db_default=0)
    began_at = models.DateTimeField(_("began at"))
    last_at = models.DateTimeField(_("last heard of"))
    reported_at = models.DateTimeField(_("reported at"), null=True)

    class Meta:
        verbose_name = _("zone visit")
        verbose_name_plural = _("zone visits")
        indexes = [
            models.Index(
                fields=["last_at"],
                name="visit_unreported",
                condition=models.Q(reported_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.zone} {self.view}"
