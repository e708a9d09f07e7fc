"""Articles: editorial pages below a zone, each written for one stage of the funnel."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page

from content.blocks import ArticleBodyBlock


class Stage(models.TextChoices):
    """Stages of the funnel. Reports group by them, so never rename one."""

    ATTENTION = "attention", _("Attention")
    INTEREST = "interest", _("Interest")
    TRUST = "trust", _("Trust")
    ACTION = "action", _("Action")
    REFERRAL = "referral", _("Referral")


class ArticlePage(Page):
    """A story or an explanation, read inside the zone that it stands in."""

    summary = models.CharField(_("summary"), max_length=250, blank=True)
    stage = models.CharField(_("stage"), max_length=12, choices=Stage, default=Stage.ATTENTION)
    image = models.ForeignKey(
        "wagtailimages.Image",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picture"),
    )
    reading_minutes = models.PositiveSmallIntegerField(_("minutes to read"), default=2)
    body = StreamField(ArticleBodyBlock(), verbose_name=_("body"), blank=True)

    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        FieldPanel("stage"),
        FieldPanel("image"),
        FieldPanel("reading_minutes"),
        FieldPanel("body"),
    ]
    parent_page_types = ["zones.ZonePage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
