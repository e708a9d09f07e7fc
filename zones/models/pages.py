"""Zone pages: what customers of a segment see."""

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page, Site

from zones.blocks import FunnelBlock
from zones.blocks.identity import with_ids
from zones.facts import LEVEL


def _customer_url(page: Page, path: str, request: HttpRequest | None):
    """Wagtail's triple for a page that our own view serves, whatever its place in the tree.

    Both languages of a zone share one address, so the one meant stands in the query.
    """
    roots = page._get_relevant_site_root_paths(request)
    if roots:
        site_id, root_url = roots[0].site_id, roots[0].root_url
    else:
        site = Site.objects.filter(is_default_site=True).first()
        if site is None:
            return None
        site_id, root_url = site.pk, site.root_url
    return site_id, root_url, f"{path}?language={page.locale.language_code}"


class Theme(models.TextChoices):
    """How a zone looks."""

    LIGHT = "light", _("Willow green")
    PAYROLL = "payroll", _("Payroll blue")
    SENIOR = "senior", _("Senior (large text)")
    CAMPUS = "campus", _("Campus violet")
    CITY = "city", _("City terracotta")


class ZoneIndexPage(Page):
    """Where the zones of one language stand in the page tree. Customers see the list of theirs."""

    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["zones.ZonePage"]
    max_count_per_parent = 1
    preview_modes: list = []

    class Meta:
        verbose_name = _("zones")
        verbose_name_plural = _("zones")

    def get_url_parts(self, request=None):
        return _customer_url(self, reverse("zones"), request)


class ZonePage(Page):
    """A segment's zone. Its HTML is the same for every customer who shares its facts,
    so it may be cached.

    A zone that is bound to a segment is listed for the segment's customers only, but whoever
    knows its address may read it: a payroll zone holds nothing secret, links to it are sent by
    message, and a customer who has just left the segment should not meet an error. Without a
    session it shows the public version, without personal parts.
    """

    intro = models.TextField(_("introduction"), blank=True, max_length=300)
    segment = models.ForeignKey(
        "growth.Segment",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="zone_pages",
        verbose_name=_("segment"),
        help_text=_("Whose zone this is. Empty: everybody's."),
    )
    theme = models.CharField(_("theme"), max_length=12, choices=Theme, default=Theme.LIGHT)
    hero_image = models.ForeignKey(
        "wagtailimages.Image",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picture"),
    )
    funnel = StreamField(FunnelBlock(), verbose_name=_("funnel"), blank=True)

    content_panels = [
        *Page.content_panels,
        FieldPanel("intro"),
        MultiFieldPanel(
            [FieldPanel("segment"), FieldPanel("theme"), FieldPanel("hero_image")],
            heading=_("Whose it is and how it looks"),
        ),
        FieldPanel("funnel"),
    ]
    parent_page_types = ["zones.ZoneIndexPage"]
    subpage_types = ["content.ArticlePage"]

    class Meta:
        verbose_name = _("zone")
        verbose_name_plural = _("zones")

    def get_url_parts(self, request=None):
        return _customer_url(self, reverse("zone", args=[self.slug]), request)

    def save(self, *args, **kwargs):
        self.funnel = with_ids(self.funnel)
        return super().save(*args, **kwargs)

    def serializable_data(self):
        # What goes into a revision has the same ids as what is live.
        self.funnel = with_ids(self.funnel)
        return super().serializable_data()

    @property
    def preview_modes(self) -> list[tuple[str, str]]:
        """As a customer, without a session, with large text, and as each segment named inside."""
        from zones.choice import segments_named

        named = sorted(segments_named(self.funnel))
        return [
            ("customer", gettext("A customer")),
            ("public", gettext("Without a session")),
            ("large", gettext("Large text")),
            *((f"segment:{code}", _limited_to(code)) for code in named),
        ]

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """The page as the editor would see it as that customer, with example numbers."""
        from zones import render
        from zones.facts import Facts

        return HttpResponse(
            render.zone_html(
                self,
                Facts(
                    language=self.locale.language_code,
                    large_text=mode_name == "large",
                    signed_in=mode_name != "public",
                    segments=frozenset(mode_name.split(":", 1)[1:]),
                ),
                sample=True,
            )
        )


def _limited_to(code: str) -> str:
    """A segment, or a level, that a component is limited to."""
    if code.startswith(LEVEL):
        return gettext("Level: {code}").format(code=code.removeprefix(LEVEL))
    return gettext("Segment: {code}").format(code=code)
