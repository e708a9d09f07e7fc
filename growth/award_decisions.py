"""Decisions on many awards: paid now, cancelled, or taken back for good; part by part.

Where they come to many points they are a change request, which a second person decides on.
"""

from collections.abc import Callable, Collection
from typing import Any

from django.db.models import Sum

from growth import pending
from growth.errors import GrowthError
from growth.models import ChangeRequest, TaskCompletion
from growth.registry import Applied

KIND = "awards"
MOST, PART = 10_000, 500


def _release(ids: Collection[int]) -> int:
    return sum(pending.release(ids).values())


ACTS: dict[str, Callable[[Collection[int]], int]] = {
    "release": _release,
    "cancel": pending.cancel,
    "revoke": pending.revoke,
}


def payload_of(what: str, ids: Collection[int]) -> dict[str, Any]:
    """What a request for a decision says: which awards, and what they come to."""
    found = TaskCompletion.objects.filter(pk__in=ids).aggregate(points=Sum("points"))
    return {"what": what, "ids": sorted(ids), "points": found["points"] or 0}


def validate(payload: dict[str, Any]) -> None:
    """Refuse what is no decision, or one on no award or too many."""
    if payload["what"] not in ACTS or not 0 < len(payload["ids"]) <= MOST:
        raise GrowthError(f"a decision is on 1 to {MOST} awards")


def points(payload: dict[str, Any]) -> int:
    """How many points it moves at most."""
    return int(payload["points"])


def apply(payload: dict[str, Any], change: ChangeRequest) -> Applied:
    """Decide on the next part; ``done`` in the outcome says where the job goes on.

    Awards that are in no state for it any more are passed over.
    """
    start = change.outcome.get("done", 0)
    part = payload["ids"][start : start + PART]
    decided = ACTS[payload["what"]](part)
    outcome = {
        "done": start + len(part),
        "decided": change.outcome.get("decided", 0) + decided,
    }
    return Applied(outcome, finished=outcome["done"] >= len(payload["ids"]))
