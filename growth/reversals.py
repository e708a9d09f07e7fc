"""Reversed events: which of a customer's events count, whichever of the two came first."""

from collections import defaultdict
from collections.abc import Mapping

from django.db import connection

from growth.cloudevents import REVERSED
from growth.progress import Locked

Identity = tuple[str, str]  # source, id
Named = tuple[int, str, str]  # customer, source, id: the event that a reversal names


def apply(customers: Mapping[int, Locked], new: set[Identity]) -> set[int]:
    """Set which events of these (locked) customers count; returns ids of new ones that do not.

    A reversal concerns an event of its own subject, and may itself be reversed. Who has an
    older event that ceased (or began again) to count is marked to be folded again.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT customer_id, source, event_id, target_source, target_event_id
               FROM growth_bankevent WHERE customer_id = ANY(%s) AND type = %s
                 AND target_event_id IS NOT NULL""",
            [list(customers), REVERSED],
        )
        reversals = cursor.fetchall()
        if not reversals:
            return set()
        against: dict[Named, list[Identity]] = defaultdict(list)
        for customer_id, source, event_id, target_source, target_id in reversals:
            against[(customer_id, target_source, target_id)].append((source, event_id))
        rows = [(*named, counts) for named, counts in _counting(against).items()]
        cursor.execute(
            """UPDATE growth_bankevent e SET counts = n.counts
               FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::boolean[])
                 AS n(customer_id, source, event_id, counts)
               WHERE e.source = n.source AND e.event_id = n.event_id
                 AND e.customer_id = n.customer_id AND e.counts <> n.counts
               RETURNING e.id, e.customer_id, e.source, e.event_id""",
            [list(column) for column in zip(*rows, strict=True)],
        )
        changed = cursor.fetchall()
    uncounted = set()
    for pk, customer_id, source, event_id in changed:
        if (source, event_id) in new:
            uncounted.add(pk)
        else:
            customers[customer_id].refold = True
    return uncounted


def _counting(against: Mapping[Named, list[Identity]]) -> dict[Named, bool]:
    """Which of the named events count: those that no counting reversal is against.

    From the newest of a chain down, without recursion: a chain may be as long as a bank likes.
    Reversals that go in a circle have no effect on each other.
    """
    targets = {
        (named[0], *reversal): named for named, group in against.items() for reversal in group
    }
    undecided = {named: len(group) for named, group in against.items()}
    counts = dict.fromkeys(against, True)
    decided = [reversal for reversal in targets if reversal not in against]
    while decided:
        reversal = decided.pop()
        named = targets.get(reversal)
        if named is None:
            continue
        counts[named] &= not counts.get(reversal, True)
        undecided[named] -= 1
        if not undecided[named]:
            decided.append(named)
    return counts
