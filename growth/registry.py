"""Where upper rooms hook into growth, registered in their ``AppConfig.ready()``.

Growth must not import the rooms above it, yet a reward may be a benefit and the program file
has a section of benefits. Each registry is filled once, at start.
"""

from collections.abc import Callable, Iterable
from typing import Any, Protocol


class ProgramSection(Protocol):
    """A top-level key of the program file that an upper room owns."""

    def check(self, rows: Any, *, segments: set[str], levels: set[str]) -> list[tuple[str, str]]:
        """Faults as (path below the section such as ``[0].price``, what is wrong)."""

    def codes(self, rows: Any) -> set[str]:
        """Codes that exist once ``rows`` (may be empty) are applied."""

    def apply(self, rows: Any) -> list[str]:
        """Add and update, inside the caller's transaction; one line per change."""

    def dump(self) -> list[dict[str, Any]]:
        """The section as it stands, in the file's form."""


# Key of the program file -> its section.
program_sections: dict[str, ProgramSection] = {}

# Reward kind ("benefit") -> pay(customer_id=…, code=…, key=…), inside the award's transaction,
# idempotent by key; and take back, when the cause of the award is reversed.
reward_payers: dict[str, Callable[..., None]] = {}
reward_reversers: dict[str, Callable[..., None]] = {}

# Key of `program_report` -> its figures.
report_parts: dict[str, Callable[[], Any]] = {}

# Name -> differences between what is kept and what the records say, as sentences.
reconcilers: dict[str, Callable[[], Iterable[str]]] = {}

# Rejected rows of kind -> take in (row text, feed) again; returns None or (code, detail).
replayers: dict[str, Callable[[str, str], tuple[str, str] | None]] = {}

# Panels of the operators' customer page: (title, template, context for a customer id).
customer_panels: list[tuple[Any, str, Callable[[int], dict[str, Any]]]] = []

# Zones of a visitor, as slugs (filled by the zones app; `GET /me` shows it).
zone_slugs: list[Callable[[Any], list[str]]] = []

# Kind of what points came from or went to ("benefit") -> its names by code, for statements.
source_names: dict[str, Callable[[set[str]], dict[str, Any]]] = {}
