"""Growth value and levels. Growth value is never spent; the level follows from it."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from growth.text import localized

# Of a level's privileges, what the engine itself keeps to; the rest are words by language.
RULES = ("points_percent", "benefits", "badge")


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
    falls_on = models.CharField(
        _("levels fall only on"), max_length=80, blank=True, default="", db_default=""
    )

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

    @property
    def brings(self) -> dict[str, str]:
        """What it brings in words, a line for each privilege, by language."""
        return {key: text for key, text in self.privileges.items() if key not in RULES}

    @property
    def rules(self) -> dict[str, Any]:
        """What it brings by itself, as the program file has it."""
        return {key: self.privileges[key] for key in RULES if self.privileges.get(key)}

    @property
    def points_percent(self) -> int:
        """What it makes of a task's points, in percent."""
        return int(self.privileges.get("points_percent") or 100)

    @property
    def gives(self) -> tuple[tuple[str, str], ...]:
        """What it gives once, as (kind, code)."""
        benefits = [("benefit", code) for code in self.privileges.get("benefits", ())]
        badge = self.privileges.get("badge")
        return (*benefits, *([("badge", badge)] if badge else []))


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
            models.UniqueConstraint(fields=["key", "customer"], name="growth_entry_key"),
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
    cause = models.CharField(
        _("cause"),
        max_length=12,
        blank=True,
        default="",
        db_default="",
        choices=[
            ("earned", _("growth value earned")),
            ("aged", _("growth value aged")),
            ("reversed", _("growth value reversed")),
            ("scheme", _("a new level scheme")),
        ],
    )
    changed_at = models.DateTimeField(_("changed at"), db_default=Now())

    class Meta:
        verbose_name = _("level change")
        verbose_name_plural = _("level changes")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.before} > {self.after}"


class Badge(models.Model):
    """What a customer may be proud of: given by a task or a level, worth nothing else."""

    code = models.SlugField(_("code"), max_length=64, unique=True)
    name = models.JSONField(_("name"))
    description = models.JSONField(_("description"), default=dict, blank=True)
    icon = models.CharField(_("icon"), max_length=40, blank=True, default="")
    colour = models.CharField(_("colour"), max_length=7, default="#b8860b")

    class Meta:
        verbose_name = _("badge")
        verbose_name_plural = _("badges")
        ordering = ["code"]

    def __str__(self) -> str:
        return localized(self.name)


class BadgeGrant(models.Model):
    """That a customer was given a badge, once per ``key``; taken back with its cause."""

    key = models.CharField(max_length=200)
    customer = models.ForeignKey("growth.Customer", models.PROTECT, related_name="badges")
    badge = models.ForeignKey(Badge, models.PROTECT, related_name="grants")
    granted_at = models.DateTimeField(_("granted at"), db_default=Now())
    revoked_at = models.DateTimeField(_("revoked at"), null=True)

    class Meta:
        verbose_name = _("badge of a customer")
        verbose_name_plural = _("badges of customers")
        constraints = [models.UniqueConstraint(fields=["key"], name="badge_grant_key")]

    def __str__(self) -> str:
        return self.key


class Notice(models.Model):
    """Something that a customer is to know in time, said once per ``key``."""

    key = models.CharField(max_length=200)
    customer = models.ForeignKey("growth.Customer", models.PROTECT, related_name="notices")
    kind = models.CharField(_("kind"), max_length=20)
    facts = models.JSONField(_("facts"), default=dict)
    made_at = models.DateTimeField(_("made at"), db_default=Now())
    seen_at = models.DateTimeField(_("seen at"), null=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["key"], name="notice_key")]

    def __str__(self) -> str:
        return self.key
