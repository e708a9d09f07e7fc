"""Who hands a benefit over."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from growth.text import localized


class Merchant(models.Model):
    """A shop, clinic, branch… where a benefit is used or collected."""

    code = models.SlugField(_("code"), max_length=64, unique=True)
    name = models.JSONField(_("name"))
    city = models.CharField(_("city"), max_length=80, blank=True, default="")
    address = models.JSONField(_("address"), default=dict, blank=True)

    class Meta:
        verbose_name = _("merchant")
        verbose_name_plural = _("merchants")
        ordering = ["code"]

    def __str__(self) -> str:
        return localized(self.name)
