"""What levels give once: benefits and badges, granted with a level and owed to its growth value.

What a customer holds is made equal to what the history of levels says it brought
(``schemes.brought``). So it does not matter in which order events came, a level that is lost
by age and reached again gives nothing twice, and what was owed to reversed growth goes.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from growth import registry
from growth.difference import Difference
from growth.levels.schemes import Given

PREFIX = "level:"
_KEY = re.compile(r"level:\d+:(?P<level>[^:]+):(?P<code>[^:]+):(?P<number>\d+)")

What = tuple[int, str, Given]  # who, level, what


@dataclass(slots=True)
class Grants:
    """Of one thing that a level gives: how often it was granted, and the grants that stand."""

    times: int = 0
    standing: list[str] = field(default_factory=list)
    unused: bool = False  # one of those that stand could still be taken back


def settle(brought: dict[int, set[tuple[str, Given]]] | None, today: date) -> None:
    """Grant and take back, so that customers hold what their levels have brought.

    Each grant has the key ``level:{customer}:{level}:{code}:{n}``: n grows only after it was taken
    back unused. The customers must be locked; not inside a pipeline.
    """
    if not brought:
        return
    held = _held(sorted(brought))
    for customer_id in sorted(brought):
        due = brought[customer_id]
        for level, (kind, code) in sorted(due):
            grants = held.pop((customer_id, level, (kind, code)), Grants())
            if not grants.standing:
                key = f"{PREFIX}{customer_id}:{level}:{code}:{grants.times + 1}"
                registry.reward_payers[kind](customer_id=customer_id, code=code, key=key)
    for (customer_id, _level, (kind, _code)), grants in sorted(held.items(), key=_place):
        for key in grants.standing:
            registry.reward_reversers[kind](customer_id=customer_id, key=key)


def differences(brought: dict[int, set[tuple[str, Given]]]) -> Iterable[str]:
    """Where these customers do not hold, once each, what their history of levels has brought.

    What was used before its growth value was reversed is theirs.
    """
    held = _held(sorted(brought))
    for customer_id in sorted(brought):
        for level, (kind, code) in sorted(brought[customer_id]):
            grants = held.pop((customer_id, level, (kind, code)), Grants())
            said = f"customer {customer_id}: {kind} {code} of level {level}"
            if not grants.standing:
                yield f"{said} was never given, or taken back"
            elif len(grants.standing) > 1:
                times = f"{said} was given {len(grants.standing)} times"
                yield Difference(f"{said} was given too often", times)
    for (customer_id, level, (kind, code)), grants in sorted(held.items(), key=_place):
        if grants.unused:
            yield f"customer {customer_id}: {kind} {code} of level {level} is held without a cause"


def _place(row: tuple[What, Grants]) -> What:
    return row[0]


def _held(customer_ids: list[int]) -> dict[What, Grants]:
    """What levels have granted to these customers, by whom and what."""
    found: dict[What, Grants] = defaultdict(Grants)
    for kind, read in registry.reward_grants.items():
        for customer_id, key, stands, unused in read(customer_ids, PREFIX):
            if match := _KEY.fullmatch(key):
                grants = found[customer_id, match["level"], (kind, match["code"])]
                grants.times = max(grants.times, int(match["number"]))
                if stands:
                    grants.standing.append(key)
                    grants.unused |= unused
    return found
