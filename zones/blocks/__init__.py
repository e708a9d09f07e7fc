"""Blocks of zone pages."""

from zones.blocks.funnel import ComponentsBlock, FunnelBlock, StageBlock

__all__ = ["ComponentsBlock", "FunnelBlock", "StageBlock"]
