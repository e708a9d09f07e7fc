"""Growth value and levels. Growth value is never spent; the level follows from it."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from growth.text import localized


class LevelScheme(models.Model):
    """One version of the level scheme, in force from ``effective_on``."""

    class Policy(models.TextChoices):
        NEVER = "never", _("never drop")
        ONE_DOWN = "one_down", _("drop one level at a time")
        TO_EARNED = "to_earned", _("drop to the level earned")

    version = models.IntegerField(_("version"), unique=True)
    effective_on = models.DateField(_("effective on"))
    window_days = models.IntegerField(
        _("growth value counts for (days)"), default=0, help_text=_("0 means for ever.")
    )
    policy = models.CharField(_("when growth value falls"), max_length=12, choices=Policy)
    buffer_days = models.IntegerField(_("days of grace"), default=0)

    class Meta:
        verbose_name = _("level scheme")
        verbose_name_plural = _("level schemes")
        ordering = ["version"]
        constraints = [
            models.CheckConstraint(
                condition=Q(window_days__gte=0, buffer_days__gte=0), name="scheme_days"
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.version}"


class Level(models.Model):
    """A step of a scheme: held from ``threshold`` growth value on."""

    scheme = models.ForeignKey(LevelScheme, models.CASCADE, related_name="levels")
    code = models.SlugField(_("code"), max_length=64)
    name = models.JSONField(_("name"))
    threshold = models.BigIntegerField(_("from growth value"))
    privileges = models.JSONField(_("privileges"), default=dict, blank=True)

    class Meta:
        verbose_name = _("level")
        verbose_name_plural = _("levels")
        ordering = ["scheme", "threshold"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "code"], name="level_code_once"),
            models.UniqueConstraint(fields=["scheme", "threshold"], name="level_threshold_once"),
            models.CheckConstraint(condition=Q(threshold__gte=0), name="level_threshold"),
        ]

    def __str__(self) -> str:
        return localized(self.name)


class GrowthEntry(models.Model):
    """Growth value earned on a bank day, or (negative) taken back for that day. Append-only."""

    key = models.CharField(max_length=200)
    customer = models.ForeignKey(
        "growth.Customer", models.PROTECT, related_name="growth_entries", db_index=False
    )
    value = models.IntegerField(_("growth value"))
    day = models.DateField(
        _("bank day"), help_text=_("Day of the completing event; it ages from here.")
    )
    reason = models.CharField(_("reason"), max_length=200)
    posted_at = models.DateTimeField(_("posted at"), db_default=Now())

    class Meta:
        verbose_name = _("growth entry")
        verbose_name_plural = _("growth entries")
        constraints = [
            models.UniqueConstraint(fields=["key"], name="growth_entry_key"),
            models.CheckConstraint(condition=~Q(value=0), name="growth_entry_not_zero"),
        ]
        indexes = [
            models.Index(fields=["customer", "day"], include=["value"], name="growth_by_customer")
        ]

    def __str__(self) -> str:
        return self.key


class LevelChange(models.Model):
    """That a customer's level changed, with what decided it."""

    customer = models.ForeignKey("growth.Customer", models.PROTECT, related_name="level_changes")
    before = models.CharField(_("before"), max_length=64, blank=True)
    after = models.CharField(_("after"), max_length=64)
    growth_value = models.BigIntegerField(_("growth value"))
    scheme = models.ForeignKey(LevelScheme, models.PROTECT)
    changed_at = models.DateTimeField(_("changed at"), db_default=Now())

    class Meta:
        verbose_name = _("level change")
        verbose_name_plural = _("level changes")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.before} > {self.after}"
