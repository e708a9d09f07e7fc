"""A new or changed budget as a change request: what it says, and its apply.

``load_program`` stays direct: who runs commands on the server has the database anyway.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from growth import changes, program
from growth.budget_section import dumped
from growth.errors import Outdated, ProgramFaults
from growth.models import Budget, ChangeRequest
from growth.program_check import check_program
from growth.registry import Applied
from growth.rules import lock_program
from growth.text import localized
from growth.values import canonical

KIND = "budget"


def propose(*, row: Mapping[str, Any], reason: str, maker: Any) -> ChangeRequest:
    """Ask for a budget to be as ``row`` of the program file says.

    Raises:
        NotAllowed, Outdated, ProgramFaults: as ``changes.propose`` and ``validate`` say.
    """
    said = program.plain(row)
    return changes.propose(
        kind=KIND,
        subject=f"{localized(said['name'])} ({said['code']})",
        payload={"budget": said, "base": _mark(stored(said["code"]))},
        reason=reason,
        maker=maker,
    )


def stored(code: str) -> dict[str, Any] | None:
    """The budget as the file has it, None where there is none yet."""
    budget = Budget.objects.filter(code=code).first()
    return dumped(budget) if budget else None


def is_outdated(payload: Mapping[str, Any]) -> bool:
    """Whether the budget has changed since it was asked for."""
    return bool(payload["base"] != _mark(stored(payload["budget"]["code"])))


def validate(payload: dict[str, Any]) -> None:
    """Refuse a budget that could not be loaded, or that has changed since."""
    if faults := check_program(_document(payload), program.known()):
        raise ProgramFaults(faults)
    if is_outdated(payload):
        raise Outdated


def apply(payload: dict[str, Any], change: ChangeRequest) -> Applied:
    """Make the budget so; what it has given is counted anew."""
    lock_program()
    if is_outdated(payload):
        raise Outdated
    loaded = program.load(_document(payload), origin=f"change:{change.pk}")
    return Applied({"changes": loaded.lines})


def _document(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {"version": 1, "budgets": [payload["budget"]]}


def _mark(facts: Any) -> str:
    return hashlib.sha256(canonical(facts).encode()).hexdigest()[:32]
