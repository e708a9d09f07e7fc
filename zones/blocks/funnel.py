"""Blocks that only a zone page can hold; shared ones live in content.blocks."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.stream_block import StreamBlockValidationError

from content import blocks as content
from zones.blocks import personal
from zones.blocks.fields import SegmentCodeBlock


def _limited(component: type[blocks.StructBlock]) -> blocks.StructBlock:
    """The component with one more field: the segment that alone sees it."""
    fields = {"__module__": __name__, "segment": SegmentCodeBlock()}
    return type(f"Zone{component.__name__}", (component,), fields)()


class ComponentsBlock(blocks.StreamBlock):
    """What a stage is made of; any component may be limited to a segment."""

    banner = _limited(content.BannerBlock)
    quick_links = _limited(content.QuickLinksBlock)
    level_card = _limited(personal.LevelCardBlock)
    task_list = _limited(personal.TaskListBlock)
    benefit_shelf = _limited(personal.BenefitShelfBlock)
    product_card = _limited(content.ProductCardBlock)
    articles = _limited(content.ArticlesBlock)
    article_note = _limited(content.ArticleNoteBlock)
    steps = _limited(content.StepsBlock)
    facts = _limited(content.FactsBlock)
    quote = _limited(content.QuoteBlock)
    merchants = _limited(content.MerchantsBlock)
    faq = _limited(content.FaqBlock)
    invite = _limited(content.InviteBlock)


class StageBlock(blocks.StructBlock):
    """One stage of the funnel; reports group by its block type, so never rename one."""

    heading = blocks.CharBlock(
        label=_("heading"),
        max_length=40,
        help_text=_("What the customer reads above this part of the page."),
    )
    components = ComponentsBlock(label=_("components"))


class FunnelBlock(blocks.StreamBlock):
    """Stages in the order declared here, each at most once; any may be left out."""

    attention = StageBlock(label=_("Attention"), icon="view")
    interest = StageBlock(label=_("Interest"), icon="pick")
    trust = StageBlock(label=_("Trust"), icon="lock")
    action = StageBlock(label=_("Action"), icon="check")
    referral = StageBlock(label=_("Referral"), icon="group")

    def clean(self, value):
        cleaned = super().clean(value)
        declared = list(self.child_blocks)
        positions = [declared.index(child.block_type) for child in cleaned]
        if positions != sorted(set(positions)):
            raise StreamBlockValidationError(
                non_block_errors=[_("Use each stage once, in funnel order.")]
            )
        return cleaned
