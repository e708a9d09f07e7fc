"""Accept bank events once. The inbox row is the truth; settling it follows at once or later."""

import logging
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection, transaction

from growth import bankday, bodies, prepared, progress, reversals, segments, settling
from growth.bulk import IDENTITIES, TEXTS, columns, rows_as, texts
from growth.cloudevents import Incoming
from growth.fold import FoldEvent
from growth.progress import Locked, Poisoned
from growth.retrying import blameless, retried
from growth.rules import PROGRAM_LOCK, Rules, rules_of

logger = logging.getLogger(__name__)

Identity = tuple[str, str]  # source, id


ACCEPTED, DUPLICATE, CONFLICT = "accepted", "duplicate", "conflict"
ANOTHER = "this source and id already stand for an event with other content"


@dataclass
class Outcome:
    """What became of a batch; ``rejected`` holds (index in the batch, code, detail)."""

    accepted: int = 0
    duplicate: int = 0
    rejected: list[tuple[int, str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, verdicts: Sequence[str]) -> "Outcome":
        """Summed up from a verdict for each event."""
        conflicts = [index for index, verdict in enumerate(verdicts) if verdict == CONFLICT]
        return cls(
            accepted=verdicts.count(ACCEPTED),
            duplicate=verdicts.count(DUPLICATE),
            rejected=[(index, CONFLICT, ANOTHER) for index in conflicts],
        )


def take_in(events: Sequence[Incoming], *, settle: bool) -> Outcome:
    """Take in up to 1,000 checked events, in one transaction, each identity once.

    With ``settle`` they are settled in the same transaction. Should that fail, they are stored all
    the same, all customers but the poisoned ones are settled at once, and those are left to the
    sweeper. Without, they are only stored.
    """
    known = False
    if settle:
        try:
            return Outcome.of(retried(lambda: _take_in(events, settle=True)))
        except Exception as error:
            if blameless(error):
                raise
            # Who is poisoned in the fold is known by then; of others only that there is somebody.
            known = isinstance(error, Poisoned)
            logger.warning("settling %d events failed; they are stored: %s", len(events), error)
    outcome = Outcome.of(retried(lambda: _take_in(events, settle=False)))
    refs = {event.subject for event in events}
    if settle and len(refs) > 1:
        rest = settling.settle_these if known else settling.settle_parts
        rest(retried(lambda: _ids(refs)))
    return outcome


def _ids(refs: AbstractSet[str]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM growth_customer WHERE ref = ANY(%s) ORDER BY id", [[*refs]])
        return [customer_id for (customer_id,) in cursor.fetchall()]


def take_in_whole(events: Sequence[Incoming]) -> Outcome:
    """Take in and settle events for a verb that does more with them: what fails is raised."""
    return Outcome.of(_take_in(events, settle=True))


def take_in_together(batches: Sequence[Sequence[Incoming]]) -> list[Outcome] | None:
    """Take in and settle several batches in one transaction; None: nothing was, one of them fails.

    They count in this order: what is in two of them is a duplicate in the later one.
    """
    events = [event for batch in batches for event in batch]
    try:
        verdicts = iter(retried(lambda: _take_in(events, settle=True)))
    except Exception as error:
        logger.warning("%d batches failed together, each is tried alone: %s", len(batches), error)
        return None
    return [Outcome.of(list(islice(verdicts, len(batch)))) for batch in batches]


@transaction.atomic
def _take_in(events: Sequence[Incoming], *, settle: bool) -> list[str]:
    """Returns a verdict for each event."""
    unique = _distinct(events)
    if not unique:
        return []
    customers, rules, now = _lock_customers(unique)
    fresh = {key: event for key, event in unique.items() if event.subject in customers}
    stored = _insert(fresh, customers, rules, now if settle else None) if fresh else {}
    bodies.store((*key, unique[key].body or "") for key in stored if unique[key].body)
    uncounted = _uncounted(unique, customers, stored)
    today = now.astimezone(bankday.zone()).date()
    if settle:
        for identity, pk in stored.items():
            if pk not in uncounted:
                event = unique[identity]
                customer = customers[event.subject]
                customer.new.append(_fold_event(event, pk, customer, rules))
        concerned = [locked for locked in customers.values() if locked.new or locked.refold]
        if concerned:
            progress.settle(concerned, rules, today)
    else:
        new = sorted(locked.customer_id for locked in customers.values() if locked.enrolled_now)
        segments.refresh(rules.all_segments(), new, rules.segment_context(today))
    return _verdicts(events, unique, stored)


def _uncounted(
    unique: dict[Identity, Incoming],
    customers: dict[str, "_Customer"],
    stored: dict[Identity, int],
) -> set[int]:
    """Ids of new events that are reversed already; see ``reversals.apply``."""
    reversing = {unique[identity].subject for identity in stored if unique[identity].target}
    concerned = {
        locked.customer_id: locked
        for subject, locked in customers.items()
        if locked.has_reversals or subject in reversing
    }
    return reversals.apply(concerned, set(stored)) if concerned else set()


def _distinct(events: Sequence[Incoming]) -> dict[Identity, Incoming]:
    """The first event of each identity, in the order of identities: two batches cannot deadlock."""
    unique: dict[Identity, Incoming] = {}
    for event in events:
        unique.setdefault((event.source, event.event_id), event)
    return dict(sorted(unique.items()))


def _verdicts(
    events: Sequence[Incoming],
    unique: dict[Identity, Incoming],
    stored: dict[Identity, int],
) -> list[str]:
    """Whether each event is stored, was stored before, or conflicts with what was."""
    digests = _digests(unique.keys() - stored.keys())
    verdicts = []
    for event in events:
        identity = event.source, event.event_id
        if unique[identity] is event and identity in stored:
            verdicts.append(ACCEPTED)
        elif digests.get(identity, unique[identity].digest) == event.digest:
            verdicts.append(DUPLICATE)
        else:
            verdicts.append(CONFLICT)
    return verdicts


_DIGESTS = f"""
    SELECT source, event_id, digest FROM growth_bankevent
    JOIN {IDENTITIES} USING (source, event_id)
"""  # noqa: S608


def _digests(identities: AbstractSet[Identity]) -> dict[Identity, bytes]:
    """What is stored under these identities, by its content's hash."""
    if not identities:
        return {}
    with prepared.cursor() as cursor:
        cursor.execute(_DIGESTS, columns(list(identities)))
        return {(source, event_id): bytes(found) for source, event_id, found in cursor.fetchall()}


@dataclass
class _Customer(Locked):
    """A locked customer with the audience that events of this batch keep."""

    audience: list[int] = field(default_factory=list)
    has_reversals: bool = False
    points_percent: int = 100  # what the level held before the batch makes of points


# The program's lock comes along: it is shared by all intake, and a change of the program waits.
_LOCK = f"""
    WITH program AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared(%s))
    SELECT c.id FROM growth_customer c, program WHERE c.ref = ANY({TEXTS})
    ORDER BY c.id FOR NO KEY UPDATE OF c
"""  # noqa: S608
# A statement of its own, so that it sees what was committed while the lock was waited for.
_READ = f"""
    SELECT c.id, c.ref, c.folded_time, c.folded_source, c.folded_event, c.folded_release,
           c.excluded <> '', c.level,
           ARRAY(SELECT m.segment_id FROM growth_segmentmembership m WHERE m.customer_id = c.id),
           c.has_reversals,
           (SELECT json_object_agg(p.task_id, p.state)::text FROM growth_taskprogress p
            WHERE p.customer_id = c.id),
           p.release, CASE WHEN row_number() OVER () = 1 THEN p.now END
    FROM (SELECT coalesce(max(id), 0) AS release, clock_timestamp() AS now
          FROM growth_programrelease) p
    LEFT JOIN growth_customer c ON c.ref = ANY({TEXTS})
"""  # noqa: S608


def _locked(refs: list[str]) -> list[tuple[Any, ...]]:
    """Rows of ``_READ``, of customers that are locked now."""
    with prepared.cursor() as locking, prepared.cursor() as reading:
        with prepared.pipeline():
            locking.execute(_LOCK, [PROGRAM_LOCK, texts(refs)])
            reading.execute(_READ, [texts(refs)])
        rows: list[tuple[Any, ...]] = reading.fetchall()
        return rows


def _lock_customers(
    unique: dict[Identity, Incoming],
) -> tuple[dict[str, _Customer], Rules, datetime]:
    """Lock the customers, enrolling who is new; also the rules now live, and the time.

    Who would be new only by events that are stored already (in another's name: conflicts) is not
    enrolled, and is missing in the answer.
    """
    refs = {event.subject for event in unique.values()}
    found = _locked(sorted(refs))
    enrolled: set[str] = set()
    if missing := refs - {row[1] for row in found}:
        known = _digests({key for key, event in unique.items() if event.subject in missing})
        new = {event.subject for key, event in unique.items() if key not in known}
        enrolled = set(enrol(sorted(missing & new)))
        # Locked again as a whole: somebody else may have enrolled some of them.
        found = _locked(sorted(refs))
    release = found[0][-2]
    now = next(row[-1] for row in found if row[-1] is not None)  # one row has it, in any place
    rows = [row[:-2] for row in found if row[0] is not None]
    rules = rules_of(release)
    percent_of = rules.points_percent(now.astimezone(bankday.zone()).date())
    customers = {
        ref: _Customer(
            customer_id=pk,
            folded=(time, source, event_id) if time else None,
            folded_release=folded_release,
            enrolled_now=ref in enrolled,
            states=progress.parse_states(states),
            excluded=bool(excluded),
            audience=audience,
            has_reversals=has_reversals,
            points_percent=percent_of(level),
        )
        for (
            pk, ref, time, source, event_id, folded_release, excluded, level, audience,
            has_reversals, states,
        ) in rows
    }  # fmt: skip
    return customers, rules, now


def enrol(refs: list[str]) -> list[str]:
    """Add customers with their wallets where they are new; returns those that were."""
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH new AS (
                 INSERT INTO growth_customer (ref, attributes, tags, level, personalised,
                   large_text, language, enrolled_at, folded_source, folded_event, folded_release)
                 SELECT ref, '{}', '{}', '', true, false, '', now(), '', '',
                   (SELECT coalesce(max(id), 0) FROM growth_programrelease)
                 FROM unnest(%s::text[]) AS ref ON CONFLICT (ref) DO NOTHING
                 RETURNING id, ref),
               wallets AS (
                 INSERT INTO growth_wallet (customer_id, balance) SELECT id, 0 FROM new)
               SELECT ref FROM new""",
            [refs],
        )
        return [ref for (ref,) in cursor.fetchall()]


_INSERT = f"""
    INSERT INTO growth_bankevent (source, event_id, type, customer_id, time, data, digest, segments,
      target_source, target_event_id, points_percent, release, counts, attempts, last_error,
      settled_at, next_attempt_at)
    SELECT n.*, %s, true, 0, '', %s::timestamptz, CASE WHEN %s::timestamptz IS NULL THEN now() END
    FROM {
    rows_as(
        "n",
        source="text",
        event_id="text",
        type="text",
        customer_id="bigint",
        time="timestamptz",
        data="jsonb",
        digest="bytea",
        segments="int[]",
        target_source="text",
        target_event_id="text",
        points_percent="smallint",
    )
}
    ON CONFLICT (source, event_id) DO NOTHING RETURNING id, source, event_id
"""  # noqa: S608


def _insert(
    unique: dict[Identity, Incoming],
    customers: dict[str, _Customer],
    rules: Rules,
    settled_at: datetime | None,
) -> dict[Identity, int]:
    """Store what is new; returns ids by identity."""
    rows = [
        (
            event.source,
            event.event_id,
            event.type,
            customers[event.subject].customer_id,
            event.time,
            event.data_json,
            "\\x" + event.digest.hex(),
            "{" + ",".join(map(str, customers[event.subject].audience)) + "}",
            *(event.target or (None, None)),
            customers[event.subject].points_percent,
        )
        for event in unique.values()
    ]
    with prepared.cursor() as cursor:
        cursor.execute(_INSERT, [rules.release, settled_at, settled_at, *columns(rows)])
        return {(source, event_id): pk for pk, source, event_id in cursor.fetchall()}


def _fold_event(event: Incoming, pk: int, customer: _Customer, rules: Rules) -> FoldEvent:
    return FoldEvent(
        position=(event.time, event.source, event.event_id),
        pk=pk,
        day=bankday.day_of(event.time),
        type=event.type,
        data=event.data,
        audience=frozenset(customer.audience),
        release=rules.release,
        points_percent=customer.points_percent,
    )
