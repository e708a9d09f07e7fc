"""Where upper rooms hook into growth, registered in their ``AppConfig.ready()``.

Growth must not import the rooms above it, yet a reward may be a benefit and the program file
has a section of benefits. Each registry is filled once, at start.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol


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

# Reward kind -> of these codes, what each costs in points where it is bought.
reward_prices: dict[str, Callable[[Iterable[str]], dict[str, int]]] = {}

# Reward kind -> of these customers, what was granted under keys with this prefix, as (customer,
# key, whether it stands: it was not taken back; whether it still could be: it is unused).
reward_grants: dict[str, Callable[[list[int], str], Iterable[tuple[int, str, bool, bool]]]] = {}

# Key of `program_report` -> its figures.
report_parts: dict[str, Callable[[], Any]] = {}

# Name -> differences between what is kept and what the records say, as sentences.
reconcilers: dict[str, Callable[[], Iterable[str]]] = {}

# Name of a cause -> SQL of the points transfers (of the growth entries) that it stands for, as
# (id, customer_id). What no cause stands for is a difference.
points_causes: dict[str, str] = {}
growth_causes: dict[str, str] = {}

# Rejected rows of kind -> take in (row text, feed) again; returns None or (code, detail).
replayers: dict[str, Callable[[str, str], tuple[str, str] | None]] = {}

# Panels of the operators' customer page: (title, template, context for a customer id).
customer_panels: list[tuple[Any, str, Callable[[int], dict[str, Any]]]] = []

# Zones of a visitor, as slugs (filled by the zones app; `GET /me` shows it).
zone_slugs: list[Callable[[Any], list[str]]] = []

# What a task may show on a page, from the room that shows it: icons as (name, label), and what
# refuses a link with a ValidationError.
task_icons: list[tuple[str, Any]] = []
link_checks: list[Callable[[str], None]] = []

# What changes on the days from the first to the last, as (bank day, text, address of a page).
coming_changes: list[Callable[[Any, Any], Iterable[tuple[Any, str, str]]]] = []

# Kind of what points came from or went to ("benefit") -> its names by code, for statements.
source_names: dict[str, Callable[[set[str]], dict[str, Any]]] = {}


class Applied(NamedTuple):
    """What applying a change came to; not ``finished``: the job goes on with the next part."""

    outcome: dict[str, Any]
    finished: bool = True


@dataclass(frozen=True)
class Described:
    """A change in plain words: how things stand, and how they would with it."""

    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class ChangeKind:
    """A kind of change that needs a second person.

    ``validate`` raises a GrowthError for content that could not be applied; ``apply`` runs inside
    the transaction that marks the change as applied, and a GrowthError of it is kept as the reason
    why it failed. A kind ``by_job`` is applied by the job only, part by part.
    """

    label: Any
    permission: str  # needed to ask for it, besides the right to ask for changes at all
    validate: Callable[[dict[str, Any]], None]
    apply: Callable[[dict[str, Any], Any], Applied]
    describe: Callable[[dict[str, Any]], Described]
    by_job: bool = False
    points: Callable[[dict[str, Any]], int] | None = None  # moved; many need a third person


# Kind of a change request -> what it means.
change_kinds: dict[str, ChangeKind] = {}


class RiskQuestion(NamedTuple):
    """An award that a task with ``risk: true`` is about to pay; identities, no personal data.

    ``recent`` and ``recent_today`` count the customer's other completions of any task, whatever
    became of them but for reversed ones, in the 30 bank days up to the event's and on that day.
    """

    customer: str  # the bank's id
    task: str
    points: int
    growth: int
    benefit: str
    events: tuple[tuple[str, str], ...]  # (source, id) of what completed it
    completion: int  # the same where it is asked again
    at: datetime  # the event's time
    facts: Mapping[str, Any]  # what the event says in the fields that RISK_FIELDS names
    recent: int
    recent_today: int


class RiskAnswer(NamedTuple):
    """``allow``, ``hold`` (a person decides) or ``deny`` with a stable reason."""

    verdict: str
    reason: str = ""


# Asked in turn about awards at risk, never inside a transaction; the first that does not allow
# decides. Without any such awards wait for an operator.
risk_checks: list[Callable[[RiskQuestion], RiskAnswer]] = []
