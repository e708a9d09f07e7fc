"""Which parts of a zone a visitor sees. Page, API and preview all ask here and nowhere else."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# Where links such as "#tasks" lead: the first component of its kind on the page.
_ANCHORS = {
    "level_card": "level",
    "task_list": "tasks",
    "benefit_shelf": "rewards",
    "product_card": "products",
    "articles": "articles",
    "merchants": "merchants",
    "quick_links": "links",
    "faq": "faq",
    "invite": "invite",
}


@dataclass(frozen=True, slots=True)
class Component:
    """One block of the page; ``child`` is the stream's own, which renders itself."""

    kind: str
    block_id: str
    anchor: str
    child: Any


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage with at least one component to show."""

    name: str
    block_id: str
    heading: str
    components: tuple[Component, ...]


def choose(funnel: Any, segments: frozenset[str]) -> list[Stage]:
    """The stages and components that belong to everybody or to one of ``segments``."""
    seen: Counter[str] = Counter()
    stages = []
    for stage in funnel:
        shown = [
            _component(child, seen)
            for child in stage.value["components"]
            if not child.value.get("segment") or child.value["segment"] in segments
        ]
        if shown:
            stages.append(
                Stage(stage.block_type, stage.id or "", stage.value["heading"], tuple(shown))
            )
    return stages


def _component(child: Any, seen: Counter[str]) -> Component:
    kind = child.block_type
    seen[kind] += 1
    base = _ANCHORS.get(kind, kind.replace("_", "-"))
    anchor = base if seen[kind] == 1 else f"{base}-{seen[kind]}"
    return Component(kind, child.id or "", anchor, child)


def segments_named(funnel: Any) -> frozenset[str]:
    """Codes of the segments that some component of the funnel is limited to."""
    return frozenset(value["segment"] for value in raw_components(funnel) if value.get("segment"))


def raw_components(funnel: Any) -> Iterator[dict[str, Any]]:
    """The stored values of all components, without loading what they point to."""
    for stage in funnel.raw_data:
        for component in stage["value"].get("components") or []:
            yield component["value"] or {}
