"""What a back-test's benefits cost: their number, and their price in points where it is known."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from growth import registry
from growth.admin.names import benefits


@dataclass(frozen=True)
class Granted:
    """A benefit that the draft grants; ``live`` is how often the live version would."""

    name: str
    times: int
    live: int
    price: int | None

    @property
    def points(self) -> int | None:
        """Points that customers would have to pay for as many."""
        return None if self.price is None else self.times * self.price


def granted(found: Mapping[str, Any]) -> list[Granted]:
    """The benefits of a result, by name; none in one that is older than their count."""
    draft, live = (found[world].get("benefits", {}) for world in ("draft", "live"))
    if not (codes := draft.keys() | live.keys()):
        return []
    names = dict(benefits())
    read = registry.reward_prices.get("benefit")
    prices = read(codes) if read else {}
    rows = [
        Granted(names.get(code, code), draft.get(code, 0), live.get(code, 0), prices.get(code))
        for code in codes
    ]
    return sorted(rows, key=lambda row: row.name)
