"""What levels give once: benefits and badges, granted with a level and owed to its growth value.

What a customer holds is made equal to what the history of levels says it brought
(``schemes.brought``). So it does not matter in which order events came, a level that is lost
by age and reached again gives nothing twice, and what was owed to reversed growth goes.
"""

import re
from collections import defaultdict
from datetime import date

from growth import registry
from growth.levels.schemes import Given

PREFIX = "level:"
_KEY = re.compile(r"level:\d+:(?P<level>[^:]+):(?P<code>[^:]+):(?P<number>\d+)")

Held = dict[tuple[int, str, Given], tuple[int, str]]  # who, level, what -> times, standing key


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
            times, standing = held.pop((customer_id, level, (kind, code)), (0, ""))
            if not standing:
                key = f"{PREFIX}{customer_id}:{level}:{code}:{times + 1}"
                registry.reward_payers[kind](customer_id=customer_id, code=code, key=key)
    for (customer_id, _level, (kind, _code)), (_times, standing) in sorted(held.items()):
        if standing:
            registry.reward_reversers[kind](customer_id=customer_id, key=standing)


def _held(customer_ids: list[int]) -> Held:
    """How often each thing was granted by a level, and the key of the grant that stands."""
    times: dict[tuple[int, str, Given], int] = defaultdict(int)
    standing: dict[tuple[int, str, Given], str] = {}
    for kind, read in registry.reward_grants.items():
        for customer_id, key, stands in read(customer_ids, PREFIX):
            if match := _KEY.fullmatch(key):
                what = customer_id, match["level"], (kind, match["code"])
                times[what] = max(times[what], int(match["number"]))
                if stands:
                    standing[what] = key
    return {what: (number, standing.get(what, "")) for what, number in times.items()}
