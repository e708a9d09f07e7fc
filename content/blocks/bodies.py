"""What an article is made of."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from content.blocks.choosers import PictureBlock
from content.blocks.fields import ProseBlock


class FigureBlock(blocks.StructBlock):
    """A picture in the text. It alone may say something that the text does not, so it alone has
    words for who cannot see it, in the language of its article."""

    image = PictureBlock(required=True)
    alt = blocks.CharBlock(
        label=_("in words"),
        required=False,
        max_length=200,
        help_text=_(
            "What the picture says that the text does not, for readers who cannot see it. "
            "Leave empty where it only decorates."
        ),
    )

    class Meta:
        icon = "image"
        label = _("picture")
        template = "content/body/image.html"

    def to_python(self, value):
        return super().to_python(_whole(value))

    def bulk_to_python(self, values):
        return super().bulk_to_python([_whole(value) for value in values])


def _whole(value):
    # Articles from before pictures had words hold a bare id.
    return value if isinstance(value, dict) else {"image": value}


class ArticleBodyBlock(blocks.StreamBlock):
    """Headings, text, pictures and call-outs, in the order of reading."""

    paragraph = ProseBlock(icon="pilcrow", template="content/body/paragraph.html")
    heading = blocks.CharBlock(
        label=_("heading"), icon="title", max_length=80, template="content/body/heading.html"
    )
    image = FigureBlock()
    callout = blocks.TextBlock(
        label=_("call-out"), icon="info-circle", template="content/body/callout.html"
    )
