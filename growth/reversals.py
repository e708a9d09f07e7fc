"""Reversed events: which of a customer's events count, whichever of the two came first."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db import connection

from growth import make_up_prices
from growth.cloudevents import REVERSED
from growth.progress import Locked

Identity = tuple[str, str]  # source, id
Named = tuple[int, str, str]  # customer, source, id: the event that a reversal names


def apply(customers: Mapping[int, Locked], new: set[Identity]) -> set[int]:
    """Set which events of these (locked) customers count; returns ids of new ones that do not.

    A reversal concerns an event of its own subject, and may itself be reversed. Who has an
    older event that ceased (or began again) to count is marked to be folded again. The prices of
    make-up check-ins follow at once.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"{_REVERSALS} AND customer_id = ANY(%s)", [REVERSED, list(customers)])
        reversals = cursor.fetchall()
        if not reversals:
            return set()
        cursor.execute(
            """UPDATE growth_customer SET has_reversals = true
               WHERE id = ANY(%s) AND NOT has_reversals""",
            [list({customer_id for customer_id, *_ in reversals})],
        )
        rows = _judged(reversals)
        cursor.execute(
            """UPDATE growth_bankevent e SET counts = n.counts
               FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::boolean[])
                 AS n(customer_id, source, event_id, counts)
               WHERE e.source = n.source AND e.event_id = n.event_id
                 AND e.customer_id = n.customer_id AND e.counts <> n.counts
               RETURNING e.id, e.customer_id, e.source, e.event_id, e.counts""",
            [list(column) for column in zip(*rows, strict=True)],
        )
        changed = cursor.fetchall()
    uncounted = set()
    make_up_prices.follow(row[1:] for row in changed)
    for pk, customer_id, source, event_id, _counts in changed:
        if (source, event_id) in new:
            uncounted.add(pk)
        else:
            customers[customer_id].refold = True
    return uncounted


_REVERSALS = """
    SELECT customer_id, source, event_id, target_source, target_event_id FROM growth_bankevent
    WHERE type = %s AND target_event_id IS NOT NULL
"""


def differences() -> Iterable[str]:
    """Events that count though they are reversed, or the other way round."""
    with connection.cursor() as cursor:
        cursor.execute(_REVERSALS, [REVERSED])
        rows = _judged(cursor.fetchall())
        if not rows:
            return
        cursor.execute(
            """SELECT e.customer_id, e.source, e.event_id, e.counts FROM growth_bankevent e
               LEFT JOIN unnest(%s::bigint[], %s::text[], %s::text[], %s::boolean[])
                 AS n(customer_id, source, event_id, counts)
                 ON e.source = n.source AND e.event_id = n.event_id
                   AND e.customer_id = n.customer_id
               WHERE e.counts <> coalesce(n.counts, true)""",
            [list(column) for column in zip(*rows, strict=True)],
        )
        for customer_id, source, event_id, counts in cursor.fetchall():
            said = "counts" if counts else "does not count"
            yield f"customer {customer_id}: {source} {event_id} {said}, against its reversals"


def _judged(reversals: Iterable[tuple[int, str, str, str, str]]) -> list[tuple[object, ...]]:
    """Each event that some reversal names: (customer, source, id, whether it counts)."""
    against: dict[Named, list[Identity]] = defaultdict(list)
    for customer_id, source, event_id, target_source, target_id in reversals:
        against[(customer_id, target_source, target_id)].append((source, event_id))
    return [(*named, counts) for named, counts in _counting(against).items()]


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
