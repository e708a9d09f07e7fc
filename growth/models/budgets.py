"""Budgets of points: what tasks may give in all, by programme and cost centre."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from growth.text import localized


class Budget(models.Model):
    """Points that the tasks which name it may give. One may stand for the whole programme."""

    code = models.SlugField(_("code"), max_length=64, unique=True)
    name = models.JSONField(_("name"))
    cost_centre = models.CharField(_("cost centre"), max_length=40, blank=True, default="")
    points = models.BigIntegerField(_("points"))
    starts = models.DateField(_("starts"), null=True, blank=True)
    ends = models.DateField(_("ends"), null=True, blank=True)
    programme = models.BooleanField(
        _("for the whole programme"), default=False, help_text=_("Every award draws on it, too.")
    )
    alert_percent = models.SmallIntegerField(_("alert at (percent)"), default=80)
    alerted_at = models.DateTimeField(_("alerted at"), null=True, editable=False)

    class Meta:
        verbose_name = _("budget")
        verbose_name_plural = _("budgets")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(points__gte=0), name="budget_points"),
            models.CheckConstraint(
                condition=Q(alert_percent__gte=1, alert_percent__lte=100), name="budget_alert"
            ),
            models.UniqueConstraint(
                models.Value(1), condition=Q(programme=True), name="budget_one_programme"
            ),
        ]

    def __str__(self) -> str:
        return localized(self.name)


class BudgetUse(models.Model):
    """What a budget has given, in all (no day) and by bank day of posting."""

    budget = models.ForeignKey(Budget, models.PROTECT, related_name="uses")
    day = models.DateField(_("day"), null=True)
    points = models.BigIntegerField(_("points"), default=0)

    class Meta:
        verbose_name = _("use of a budget")
        verbose_name_plural = _("uses of budgets")
        constraints = [
            models.UniqueConstraint(
                fields=["budget", "day"], nulls_distinct=False, name="budget_use_once"
            ),
            models.CheckConstraint(condition=Q(points__gte=0), name="budget_use_points"),
        ]

    def __str__(self) -> str:
        return f"{self.budget_id} {self.day or 'total'}"
