"""Blocks that any page may hold. They know no customer, no task and no point."""

from content.blocks.bodies import ArticleBodyBlock
from content.blocks.choosers import ArticleChooserBlock, PictureBlock
from content.blocks.editorial import (
    ArticleNoteBlock,
    ArticlesBlock,
    BannerBlock,
    FactsBlock,
    FaqBlock,
    InviteBlock,
    MerchantsBlock,
    QuickLinksBlock,
    QuoteBlock,
    StepsBlock,
)
from content.blocks.products import ProductCardBlock

__all__ = [
    "ArticleBodyBlock",
    "ArticleChooserBlock",
    "ArticleNoteBlock",
    "ArticlesBlock",
    "BannerBlock",
    "FactsBlock",
    "FaqBlock",
    "InviteBlock",
    "MerchantsBlock",
    "PictureBlock",
    "ProductCardBlock",
    "QuickLinksBlock",
    "QuoteBlock",
    "StepsBlock",
]
