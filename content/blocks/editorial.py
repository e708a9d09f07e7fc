"""Editorial parts of a page: they tell, and know nothing of points or tasks."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from content.blocks.choosers import ArticleChooserBlock, PictureBlock
from content.blocks.fields import IconBlock, LinkBlock, ProseBlock


def _heading(**options) -> blocks.CharBlock:
    return blocks.CharBlock(
        **{"label": _("heading"), "required": False, "max_length": 60, **options}
    )


class BannerBlock(blocks.StructBlock):
    """A notice with a picture and one button."""

    title = blocks.CharBlock(label=_("title"), max_length=60)
    text = blocks.TextBlock(label=_("text"), required=False)
    image = PictureBlock()
    link_label = blocks.CharBlock(label=_("button"), required=False, max_length=40)
    link = LinkBlock(required=False)

    class Meta:
        template = "content/blocks/banner.html"
        icon = "image"
        label = _("Banner")
        group = _("Editorial")


class QuickLinkBlock(blocks.StructBlock):
    """One icon of the grid."""

    label = blocks.CharBlock(label=_("label"), max_length=20)
    icon = IconBlock()
    link = LinkBlock()


class QuickLinksBlock(blocks.StructBlock):
    """A grid of icons that lead to what is used most."""

    links = blocks.ListBlock(QuickLinkBlock(), label=_("links"), min_num=2, max_num=12)

    class Meta:
        template = "content/blocks/quick_links.html"
        icon = "grip"
        label = _("Quick links")
        group = _("Editorial")


class ArticlesBlock(blocks.StructBlock):
    """Cards that lead to articles."""

    heading = _heading()
    articles = blocks.ListBlock(ArticleChooserBlock(), label=_("articles"), max_num=6)

    class Meta:
        template = "content/blocks/articles.html"
        icon = "doc-full"
        label = _("Articles")
        group = _("Editorial")


class ArticleNoteBlock(blocks.StructBlock):
    """A short story or tip, told in place."""

    title = blocks.CharBlock(label=_("title"), max_length=80)
    text = ProseBlock()
    image = PictureBlock()

    class Meta:
        template = "content/blocks/article_note.html"
        icon = "edit"
        label = _("Note")
        group = _("Editorial")


class StepBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("title"), max_length=80)
    text = blocks.TextBlock(label=_("text"), required=False)


class StepsBlock(blocks.StructBlock):
    """How something is done, in order."""

    heading = _heading()
    steps = blocks.ListBlock(StepBlock(), label=_("steps"), min_num=1, max_num=8)

    class Meta:
        template = "content/blocks/steps.html"
        icon = "list-ol"
        label = _("Steps")
        group = _("Editorial")


class FactBlock(blocks.StructBlock):
    figure = blocks.CharBlock(label=_("figure"), max_length=24)
    label = blocks.CharBlock(label=_("what it counts"), max_length=120)


class FactsBlock(blocks.StructBlock):
    """Figures that can be checked, with their source."""

    heading = _heading()
    facts = blocks.ListBlock(FactBlock(), label=_("facts"), min_num=1, max_num=6)
    source = blocks.CharBlock(label=_("source"), max_length=300)

    class Meta:
        template = "content/blocks/facts.html"
        icon = "table"
        label = _("Facts")
        group = _("Editorial")


class QuoteBlock(blocks.StructBlock):
    """What a customer said."""

    text = blocks.TextBlock(label=_("text"))
    who = blocks.CharBlock(label=_("who said it"), max_length=120)

    class Meta:
        template = "content/blocks/quote.html"
        icon = "openquote"
        label = _("Quote")
        group = _("Editorial")


class MerchantBlock(blocks.StructBlock):
    name = blocks.CharBlock(label=_("name"), max_length=80)
    district = blocks.CharBlock(label=_("district"), required=False, max_length=80)
    offer = blocks.CharBlock(label=_("offer"), max_length=160)
    image = PictureBlock()


class MerchantsBlock(blocks.StructBlock):
    """Shops near the customer and what they offer."""

    heading = _heading()
    merchants = blocks.ListBlock(MerchantBlock(), label=_("merchants"), min_num=1, max_num=12)

    class Meta:
        template = "content/blocks/merchants.html"
        icon = "site"
        label = _("Merchants")
        group = _("Editorial")


class QuestionBlock(blocks.StructBlock):
    question = blocks.CharBlock(label=_("question"), max_length=160)
    answer = blocks.TextBlock(label=_("answer"))


class FaqBlock(blocks.StructBlock):
    """Questions that customers ask, with answers that open in place."""

    heading = _heading()
    items = blocks.ListBlock(QuestionBlock(), label=_("questions"), min_num=1, max_num=12)

    class Meta:
        template = "content/blocks/faq.html"
        icon = "help"
        label = _("Questions and answers")
        group = _("Editorial")


class InviteBlock(blocks.StructBlock):
    """An invitation to bring somebody along. Sharing itself is never rewarded."""

    heading = _heading(required=True)
    text = blocks.TextBlock(label=_("text"), required=False)
    link_label = blocks.CharBlock(label=_("button"), required=False, max_length=40)
    link = LinkBlock(required=False)

    class Meta:
        template = "content/blocks/invite.html"
        icon = "group"
        label = _("Invitation")
        group = _("Editorial")
