"""Limits and budgets, judged in the order and on the day of posting, in the award's transaction.

A ``Room`` is what they have left. It is opened once a transaction, which locks the counters
concerned in a fixed order (tasks, then budgets); all is judged in memory, and written once.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db import connection

from growth import budgets
from growth.bulk import array
from growth.difference import Difference
from growth.fold import TaskRule
from growth.models import TaskCompletion

Status = TaskCompletion.Status

VELOCITY, RISK, BUDGET = "velocity", "risk", "budget_exhausted"
# What has been awarded, be it paid or held back: it counts for every limit and budget.
AWARDED = (Status.POSTED, Status.PENDING)

Mine = tuple[int, int]  # customer, task


class Claim(NamedTuple):
    """A completion that asks to be paid; ``time`` is that of its event."""

    customer_id: int
    rule: TaskRule
    points: int
    time: datetime


class Verdict(NamedTuple):
    """Posted, pending (held back, for a reason or for the rule's days) or refused for a reason."""

    status: str
    reason: str = ""


class Room:
    """What limits and budgets have left on ``today``, the bank day of posting.

    Made of nothing it stands for tasks that have given nothing yet, as a back-test needs it.
    """

    def __init__(self, today: date) -> None:
        self.today = today
        # By task and day (None: in all): completions and points.
        self.used: defaultdict[tuple[int, date | None], list[int]] = defaultdict(lambda: [0, 0])
        self.budgets: dict[int, budgets.Left] = {}
        self.held: Counter[Mine] = Counter()
        self.times: defaultdict[Mine, list[datetime]] = defaultdict(list)
        self._counted: defaultdict[tuple[int, date | None], list[int]] = defaultdict(lambda: [0, 0])
        self._drawn: Counter[budgets.Use] = Counter()

    def admit(self, claim: Claim) -> Verdict:
        """Reserve what the claim needs.

        Refusals are named for what refused them: velocity, per_customer, completions, points,
        completions_a_day, budget_exhausted.
        """
        rule, mine = claim.rule, (claim.customer_id, claim.rule.task_id)
        fast = rule.velocity is not None and self._is_too_fast(claim)
        if fast and rule.velocity and rule.velocity.then == "deny":
            return Verdict(Status.REFUSED, VELOCITY)
        if reason := self._limit_met(claim) or self._budget_met(claim):
            return Verdict(Status.REFUSED, reason)
        self.count(rule, self.today, completions=1, points=claim.points)
        # Kept only where it is asked for: a back-test sees millions of these.
        if "per_customer" in rule.limit:
            self.held[mine] += 1
        if fast:
            return Verdict(Status.PENDING, VELOCITY)
        if rule.velocity:
            self.times[mine].append(claim.time)
        if rule.risk:
            return Verdict(Status.PENDING, RISK)
        return Verdict(Status.PENDING if rule.hold_days else Status.POSTED)

    def _is_too_fast(self, claim: Claim) -> bool:
        """Whether some span of so many hours would hold more completions than that."""
        velocity = claim.rule.velocity
        if velocity is None:
            return False
        span, most = timedelta(hours=velocity.within_hours), velocity.completions
        others = self.times[(claim.customer_id, claim.rule.task_id)]
        near = sorted([*(time for time in others if abs(time - claim.time) < span), claim.time])
        return any(near[n + most] - near[n] < span for n in range(len(near) - most))

    def _limit_met(self, claim: Claim) -> str:
        rule = claim.rule
        limit = rule.limit
        if not limit:
            return ""
        total, today = self.used[(rule.task_id, None)], self.used[(rule.task_id, self.today)]
        needs = (
            ("per_customer", self.held[(claim.customer_id, rule.task_id)] + 1),
            ("completions", total[0] + 1),
            ("points", total[1] + claim.points),
            ("completions_a_day", today[0] + 1),
        )
        return next((name for name, need in needs if need > limit.get(name, need)), "")

    def _budget_met(self, claim: Claim) -> str:
        if not claim.points:
            return ""
        for budget_id in claim.rule.draws:
            left = self.budgets.get(budget_id)
            if left is None:
                continue
            if not left.covers(self.today) or left.used + claim.points > left.points:
                # One whose days begin later is not exhausted: it has nothing to give yet.
                left.refused |= not left.is_before(self.today)
                return BUDGET
        return ""

    def count(self, rule: TaskRule, day: date, *, completions: int = 0, points: int = 0) -> None:
        """Count what an award or a correction of one adds, or (negative) gives back.

        ``day`` is that on which it was awarded.
        """
        if rule.counted:
            for key in ((rule.task_id, None), (rule.task_id, day)):
                for counter in (self.used[key], self._counted[key]):
                    counter[0] += completions
                    counter[1] += points
        for budget_id in rule.draws if points else ():
            left = self.budgets.get(budget_id)
            if left is not None and left.covers(day):
                left.used += points
                self._drawn[(budget_id, None)] += points
                self._drawn[(budget_id, day)] += points

    def store(self) -> None:
        """Write what has been counted since the room was opened."""
        changed = [(*key, *moved) for key, moved in self._counted.items() if any(moved)]
        if changed:
            with connection.cursor() as cursor:
                cursor.execute(_STORE, [list(column) for column in zip(*changed, strict=True)])
        budgets.store(self._drawn)
        self._counted.clear()
        self._drawn.clear()


def watches(rule: TaskRule) -> bool:
    """Whether limits, budgets or the pace have a say about the rule's completions."""
    return bool(rule.counted or rule.draws or rule.velocity)


def open_room(rules: Iterable[TaskRule], today: date) -> Room:
    """Lock what these rules' limits and budgets have given until the transaction ends, and read it.

    Whoever opens one holds the customers concerned already, and opens only one.
    """
    room = Room(today)
    concerned = [rule for rule in rules if rule.counted or rule.draws]
    if tasks := sorted({rule.task_id for rule in concerned if rule.counted}):
        _lock_counters(room, tasks)
    if drawn := {budget_id for rule in concerned for budget_id in rule.draws}:
        room.budgets = budgets.lock(drawn)
    return room


def admit(room: Room, claims: Sequence[Claim]) -> list[Verdict]:
    """Reserve what the claims need, in their order."""
    limited = [claim for claim in claims if "per_customer" in claim.rule.limit]
    if limited:
        room.held += _awarded_by_customer(limited)
    watched = [claim for claim in claims if claim.rule.velocity]
    if watched:
        _read_times(room, watched)
    return [room.admit(claim) for claim in claims]


_LOCK = """
    SELECT task_id, day, completions, points FROM growth_taskcounter
    WHERE task_id = ANY(%s) AND (day IS NULL OR day = %s)
    ORDER BY task_id, day NULLS FIRST FOR UPDATE
"""

# What is counted at all has been counted until today.
_NEW_DAY = """
    INSERT INTO growth_taskcounter (task_id, day, completions, points)
    SELECT t, %s, 0, 0 FROM unnest(%s::bigint[]) t ORDER BY t ON CONFLICT DO NOTHING
"""

# A limit also counts what was awarded before there was one.
_START = """
    INSERT INTO growth_taskcounter (task_id, day, completions, points)
    SELECT t, d, count(c.id), coalesce(sum(c.points), 0)
    FROM unnest(%s::bigint[]) t CROSS JOIN unnest(ARRAY[NULL, %s]::date[]) d
    LEFT JOIN growth_taskcompletion c
      ON c.task_id = t AND c.status IN ('posted', 'pending') AND (d IS NULL OR c.posted_on = d)
    GROUP BY t, d ORDER BY t, d NULLS FIRST ON CONFLICT DO NOTHING
"""

_STORE = """
    UPDATE growth_taskcounter c
    SET completions = c.completions + n.completions, points = c.points + n.points
    FROM unnest(%s::bigint[], %s::date[], %s::bigint[], %s::bigint[])
      AS n(task_id, day, completions, points)
    WHERE c.task_id = n.task_id AND c.day IS NOT DISTINCT FROM n.day
"""


def _lock_counters(room: Room, task_ids: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [task_ids, room.today])
        rows = cursor.fetchall()
        if len(rows) < 2 * len(task_ids):
            known = [task_id for task_id, day, *_ in rows if day is None]
            cursor.execute(_NEW_DAY, [room.today, known])
            if new := [task_id for task_id in task_ids if task_id not in known]:
                cursor.execute(_START, [new, room.today])
            cursor.execute(_LOCK, [task_ids, room.today])
            rows = cursor.fetchall()
        for task_id, day, completions, points in rows:
            room.used[(task_id, day)] = [completions, points]


def _awarded_by_customer(claims: Sequence[Claim]) -> Counter[Mine]:
    awarded = TaskCompletion.objects.filter(
        status__in=AWARDED,
        customer__in={claim.customer_id for claim in claims},
        task__in={claim.rule.task_id for claim in claims},
    )
    return Counter(awarded.values_list("customer_id", "task_id"))


def _read_times(room: Room, claims: Sequence[Claim]) -> None:
    """Times of events of what these customers were awarded by tasks that watch the pace."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.customer_id, c.task_id, e.time
               FROM growth_taskcompletion c JOIN growth_bankevent e ON e.id = c.event_id
               WHERE c.customer_id = ANY(%s::bigint[]) AND c.task_id = ANY(%s::bigint[])
                 AND c.status IN ('posted', 'pending') AND c.reason <> 'velocity'""",
            [
                array({claim.customer_id for claim in claims}),
                array({claim.rule.task_id for claim in claims}),
            ],
        )
        for customer_id, task_id, time in cursor.fetchall():
            room.times[(customer_id, task_id)].append(time)


def differences() -> Iterable[str]:
    """Counters of limited tasks that are not what the awards say."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT t.code, n.day, n.completions, n.points, count(c.id),
                      coalesce(sum(c.points), 0)
               FROM growth_taskcounter n JOIN growth_growthtask t ON t.id = n.task_id
               LEFT JOIN growth_taskcompletion c ON c.task_id = n.task_id
                 AND c.status IN ('posted', 'pending') AND (n.day IS NULL OR c.posted_on = n.day)
               GROUP BY n.id, t.code
               HAVING (n.completions, n.points) <> (count(c.id), coalesce(sum(c.points), 0))
               ORDER BY 1, 2"""
        )
        for code, day, completions, points, awarded, given in cursor.fetchall():
            yield Difference(
                f"limits of task {code} {day or 'in all'}",
                f"task {code}: its limits count {completions} completions and {points} points"
                f" {day or 'in all'}, the awards say {awarded} and {given}",
            )
