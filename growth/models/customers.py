"""Who the customers are. The bank's opaque id is all that we know of a person."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _


class Customer(models.Model):
    """A customer of the bank, known by the bank's opaque id and never a Django user."""

    ref = models.CharField(_("customer id"), max_length=128)
    attributes = models.JSONField(_("attributes"), default=dict, blank=True)
    tags = ArrayField(models.TextField(), verbose_name=_("tags"), default=list, blank=True)
    level = models.CharField(
        _("level"),
        max_length=64,
        blank=True,
        default="",
        help_text=_("Code of the level; empty stands for the lowest one."),
    )
    personalised = models.BooleanField(_("personalised"), default=True)
    large_text = models.BooleanField(_("large text"), default=False)
    language = models.CharField(_("language"), max_length=12, blank=True, default="")
    excluded = models.CharField(
        _("excluded because"),
        max_length=100,
        blank=True,
        default="",
        db_default="",
        help_text=_("Such as staff: completes tasks, but is rewarded for none."),
    )
    enrolled_at = models.DateTimeField(_("enrolled at"), auto_now_add=True)
    # How far the customer's events are folded: the last one's place in the order of events,
    # and the newest release of the growth program that the stored progress knows of.
    folded_time = models.DateTimeField(null=True, editable=False)
    folded_source = models.TextField(default="", editable=False)
    folded_event = models.TextField(default="", editable=False)
    folded_release = models.IntegerField(default=0, editable=False)
    # Whether any event of the customer reverses another one, so that hardly any is looked through.
    has_reversals = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [models.UniqueConstraint(fields=["ref"], name="customer_ref")]
        indexes = [
            GinIndex(
                fields=["attributes"], opclasses=["jsonb_path_ops"], name="customer_attributes"
            ),
            GinIndex(fields=["tags"], name="customer_tags"),
            models.Index(fields=["level"], name="customer_level"),
            models.Index(fields=["folded_release"], name="customer_folded_release"),
        ]

    def __str__(self) -> str:
        return self.ref
