"""Who may speak to us: the bank's systems (API clients) and customers (tickets, sessions)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class ApiClient(models.Model):
    """A system of the bank that signs its requests."""

    client_id = models.CharField(_("client id"), max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=100, unique=True)
    scopes = ArrayField(models.CharField(max_length=40), verbose_name=_("scopes"))
    sources = ArrayField(
        models.TextField(),
        verbose_name=_("event sources"),
        default=list,
        blank=True,
        help_text=_("Sources it may send events for; none means every source."),
    )
    active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now())

    class Meta:
        verbose_name = _("API client")
        verbose_name_plural = _("API clients")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ApiSecret(models.Model):
    """A signing secret, encrypted at rest; a client has at most two live ones (rotation)."""

    client = models.ForeignKey(ApiClient, models.CASCADE, related_name="secrets")
    sealed = models.BinaryField()
    created_at = models.DateTimeField(_("created at"), db_default=Now())
    revoked_at = models.DateTimeField(_("revoked at"), null=True)

    class Meta:
        verbose_name = _("API secret")
        verbose_name_plural = _("API secrets")

    def __str__(self) -> str:
        return f"secret {self.pk}"


class HandoffTicket(models.Model):
    """A one-time ticket by which the bank's app opens a zone; only its hash is stored."""

    digest = models.BinaryField(max_length=32, primary_key=True)
    customer = models.ForeignKey("growth.Customer", models.CASCADE)
    channel = models.CharField(_("channel"), max_length=40)
    next = models.CharField(_("next page"), max_length=500)
    client = models.ForeignKey(ApiClient, models.PROTECT, null=True)
    expires_at = models.DateTimeField(_("expires at"), db_index=True)
    used_at = models.DateTimeField(_("used at"), null=True)

    class Meta:
        verbose_name = _("handoff ticket")
        verbose_name_plural = _("handoff tickets")

    def __str__(self) -> str:
        return f"ticket for {self.customer_id}"


class CustomerSession(models.Model):
    """A customer's session, by cookie or bearer token; only the token's hash is stored."""

    digest = models.BinaryField(max_length=32, primary_key=True)
    customer = models.ForeignKey("growth.Customer", models.CASCADE, related_name="sessions")
    channel = models.CharField(_("channel"), max_length=40)
    started_at = models.DateTimeField(_("started at"), db_default=Now())
    seen_at = models.DateTimeField(_("last seen at"), db_default=Now())
    expires_at = models.DateTimeField(_("expires at"), db_index=True)

    class Meta:
        verbose_name = _("customer session")
        verbose_name_plural = _("customer sessions")

    def __str__(self) -> str:
        return f"session of {self.customer_id}"
