"""Pay what a completion brings: points, growth value, a benefit, a badge; once a posting."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from growth import bankday, ledger, levels, prepared, registry, segments
from growth.ledger import Earning
from growth.levels import GrowthPosting
from growth.models import TaskCompletion
from growth.rules import Rules
from growth.task_rules import Completion, TaskRule


class Due(NamedTuple):
    """A completion to pay, and what; ``day`` is the bank day of the completing event."""

    pk: int
    posting: int
    customer_id: int
    rule: TaskRule
    day: date
    points: int
    growth: int
    benefit: str
    badge: str = ""

    @property
    def key(self) -> str:
        """What this payment is posted under."""
        return f"award:{self.pk}:{self.posting}"

    @classmethod
    def of(cls, pk: int, posting: int, customer_id: int, done: Completion) -> "Due":
        """For a completion that was just written."""
        facts = done.event.day, done.points, done.growth, done.benefit, done.badge
        return cls(pk, posting, customer_id, done.rule, *facts)

    @classmethod
    def of_row(cls, row: TaskCompletion, rule: TaskRule) -> "Due":
        """For a completion that has waited; ``rule`` is the version that it names."""
        facts = row.day, row.points, row.growth, row.benefit, row.badge
        return cls(row.pk, row.postings, row.customer_id, rule, *facts)


def pay(due: list[Due], today: date) -> None:
    """Pay completions; the customers must be locked. Points expire counted from ``today``."""
    with prepared.pipeline():
        post(due, today)
    give(due)


def post(due: list[Due], today: date) -> None:
    """The first half of ``pay``: points and growth value. It may be part of a pipeline."""
    earnings = [
        Earning(
            row.customer_id,
            row.points,
            row.key,
            row.rule.code,
            origin(row.rule, row.pk, row.day),
            bankday.expires_on(row.rule.points_expire, today),
            row.rule.cost_centre,
        )
        for row in due
    ]
    growth = [
        GrowthPosting(row.key, row.customer_id, row.growth, row.day, row.rule.code) for row in due
    ]
    ledger.post_earnings(earnings, today=today)
    levels.post_growth(growth)


def give(due: list[Due]) -> None:
    """The other half: benefits and badges. Not inside a pipeline."""
    for row in due:
        for kind, code in (("benefit", row.benefit), ("badge", row.badge)):
            if code:
                registry.reward_payers[kind](customer_id=row.customer_id, code=code, key=row.key)


def regrade(customer_ids: Iterable[int], rules: Rules, today: date) -> None:
    """Levels, and segments that ask for a level, after growth value moved."""
    changed = levels.regrade(customer_ids, today=today, versions=rules.schemes)
    segments.refresh(rules.level_segments(), changed, rules.segment_context(today))


def origin(rule: TaskRule, completion_id: int, day: date) -> dict[str, Any]:
    """What statements say of an earning; ``day`` is the bank day of the completing event."""
    return {"task": rule.code, "completion": completion_id, "day": day.isoformat()}
