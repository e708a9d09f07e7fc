"""What an article is made of."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from content.blocks.choosers import PictureBlock
from content.blocks.fields import ProseBlock


class ArticleBodyBlock(blocks.StreamBlock):
    """Headings, text, pictures and call-outs, in the order of reading."""

    paragraph = ProseBlock(icon="pilcrow", template="content/body/paragraph.html")
    heading = blocks.CharBlock(
        label=_("heading"), icon="title", max_length=80, template="content/body/heading.html"
    )
    image = PictureBlock(required=True, template="content/body/image.html")
    callout = blocks.TextBlock(
        label=_("call-out"), icon="info-circle", template="content/body/callout.html"
    )
