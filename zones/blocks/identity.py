"""Identities of blocks: tracking counts by them, so no block may be without one."""

import uuid
from typing import Any

from wagtail.blocks import StreamValue


def with_ids(funnel: StreamValue) -> StreamValue:
    """The same funnel, every stage and component with an id; itself if none was missing.

    Wagtail's forms give ids. Content that comes from a file or a command may lack them.
    """
    stages = [_named(stage) for stage in funnel.get_prep_value()]
    changed = False
    for stage in stages:
        components = stage["value"].get("components") or []
        named = [_named(component) for component in components]
        changed = changed or named != list(components)
        stage["value"] = {**stage["value"], "components": named}
    changed = changed or any(not stage.get("id") for stage in funnel.raw_data)
    return StreamValue(funnel.stream_block, stages, is_lazy=True) if changed else funnel


def _named(block: dict[str, Any]) -> dict[str, Any]:
    return dict(block) if block.get("id") else {**block, "id": str(uuid.uuid4())}
