"""Changes that one person asks for and another one approves."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class ChangeRequest(models.Model):
    """A change that waits for a second person. What it says never changes once it is made."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for approval")
        APPROVED = "approved", _("approved, not yet due")
        APPLIED = "applied", _("applied")
        REJECTED = "rejected", _("rejected")
        WITHDRAWN = "withdrawn", _("withdrawn")
        EXPIRED = "expired", _("expired")
        FAILED = "failed", _("failed")

    kind = models.CharField(_("kind"), max_length=40)
    subject = models.CharField(_("what"), max_length=200)
    payload = models.JSONField(_("content"))
    digest = models.BinaryField(max_length=32, help_text=_("Hash of kind, subject and content."))
    reason = models.TextField(_("reason"))
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    approvals_needed = models.PositiveSmallIntegerField(
        _("approvals needed"), default=1, db_default=1
    )
    first_checker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("first approved by"),
        help_text=_("Where two approvals are needed: who gave the first one."),
    )
    first_comment = models.TextField(_("first comment"), blank=True, default="", db_default="")
    first_at = models.DateTimeField(_("first approved at"), null=True)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.WAITING)
    comment = models.TextField(_("comment"), blank=True, default="")
    effective_at = models.DateTimeField(_("takes effect at"), null=True, blank=True)
    asked_at = models.DateTimeField(_("asked at"), db_default=Now())
    expires_at = models.DateTimeField(_("expires at"))
    decided_at = models.DateTimeField(_("decided at"), null=True)
    applied_at = models.DateTimeField(_("applied at"), null=True)
    outcome = models.JSONField(_("outcome"), default=dict)

    class Meta:
        verbose_name = _("change request")
        verbose_name_plural = _("change requests")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(checker__isnull=True) | ~Q(checker=F("maker")),
                name="change_second_person",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "applied"]) | Q(checker__isnull=False),
                name="change_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(approvals_needed__in=[1, 2]), name="change_one_or_two_approvals"
            ),
            models.CheckConstraint(
                condition=Q(first_checker__isnull=True) | ~Q(first_checker=F("maker")),
                name="change_first_is_not_the_maker",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "applied", "failed"])
                | Q(approvals_needed=1)
                | (Q(first_checker__isnull=False) & ~Q(first_checker=F("checker"))),
                name="change_approved_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.subject}"

    @property
    def approvals(self) -> int:
        """How many have approved it so far."""
        approved = self.state in (self.State.APPROVED, self.State.APPLIED, self.State.FAILED)
        return int(self.first_checker_id is not None) + int(approved)


class ChangeApproval(models.Model):
    """That one person has approved what a request says; for ever, and never who asked for it."""

    change = models.ForeignKey(ChangeRequest, models.PROTECT, related_name="approved_by")
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("approved by")
    )
    digest = models.BinaryField(max_length=32, help_text=_("Hash of kind, subject and content."))
    at = models.DateTimeField(_("approved at"), db_default=Now())

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        constraints = [
            models.UniqueConstraint(fields=["change", "checker"], name="change_approval_once"),
        ]

    def __str__(self) -> str:
        return f"{self.change_id} {self.checker_id}"
