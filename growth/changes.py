"""Changes that one person asks for and a second one approves.

What a request says is fixed by its digest. It is checked again when it is applied, and so is who
approved that, so that what takes effect is what was approved, whoever can write to the database.
What kinds of changes there are stands in ``registry.change_kinds``.
"""

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import OperationalError, connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from wagtail.log_actions import log

from growth import bankday, registry
from growth.difference import Difference
from growth.errors import (
    AlreadyDecided,
    ApprovedAlready,
    ContentChanged,
    GrowthError,
    NotAllowed,
    NotApproved,
    NotFound,
    RequestExpired,
    SamePerson,
)
from growth.models import ChangeApproval, ChangeRequest
from growth.values import canonical

logger = logging.getLogger(__name__)

ASK, DECIDE = "growth.add_changerequest", "growth.change_changerequest"
WAITS_FOR = timedelta(days=14)
SPLIT_WITHIN = timedelta(days=1)
State = ChangeRequest.State
OPEN = (State.WAITING, State.APPROVED)
# Decisions that somebody should not have tried to make.
SUSPECT = (NotAllowed, SamePerson, ApprovedAlready, RequestExpired, ContentChanged)


def may_ask(user: Any, kind: str) -> bool:
    """Whether ``user`` may ask for changes of this kind."""
    return bool(user.has_perms([ASK, registry.change_kinds[kind].permission]))


@transaction.atomic
def propose(
    *,
    kind: str,
    subject: str,
    payload: dict[str, Any],
    reason: str,
    maker: Any,
    effective_at: datetime | None = None,
) -> ChangeRequest:
    """Ask for a change; it waits 14 days for a second person, and for many points for a third.

    A replay, the same facts by the same person while the request is open, returns that request.

    Raises:
        NotAllowed: the maker may not ask for this.
        GrowthError: of the kind, for content that could not be applied.
    """
    if not may_ask(maker, kind):
        raise NotAllowed
    registry.change_kinds[kind].validate(payload)
    change = ChangeRequest(
        kind=kind,
        subject=subject[:200],
        payload=payload,
        reason=reason,
        maker=maker,
        effective_at=effective_at,
        expires_at=bankday.now() + WAITS_FOR,
    )
    # One request of a person after the other: two clicks on one button are one request.
    get_user_model().objects.select_for_update(no_key=True).get(pk=maker.pk)
    if earlier := _open_twin(change):
        return earlier
    change.approvals_needed = _approvals_needed(change)
    change.digest = digest_of(change)
    change.save()
    _note(change, "asked", maker, reason)
    return change


def _open_twin(change: ChangeRequest) -> ChangeRequest | None:
    """The open request that says the same, however many approvals it needs."""
    digests = []
    for change.approvals_needed in (1, 2):
        digests.append(digest_of(change))
    return ChangeRequest.objects.filter(digest__in=digests, state__in=OPEN).first()


def _approvals_needed(change: ChangeRequest) -> int:
    """Two where a person moves more than ``TWO_APPROVALS_ABOVE_POINTS`` within a day, or one.

    Whoever splits a sum into several requests asks for that sum.
    """
    points = {k: kind.points for k, kind in registry.change_kinds.items() if kind.points}
    if change.kind not in points:
        return 1
    moved = points[change.kind](change.payload)
    earlier = ChangeRequest.objects.filter(
        maker=change.maker,
        kind__in=points,
        state__in=(*OPEN, State.APPLIED),
        asked_at__gt=Now() - SPLIT_WITHIN,
    )
    for kind, payload in earlier.values_list("kind", "payload"):
        moved += points[kind](payload)
    return 2 if moved > settings.TWO_APPROVALS_ABOVE_POINTS else 1


def approve(*, change_id: int, checker: Any, comment: str = "") -> ChangeRequest:
    """Approve a request, and apply it in this transaction if it is due and no work for the job.

    Where two approvals are needed, the first one leaves it waiting for another person, and so does
    the second one where who gave the first may no longer decide. A change
    that cannot be applied is ``failed``, with the reason in its outcome. A try that is refused for
    who makes it, or for what the request says, stands in the operators' log.

    Raises:
        NotAllowed, SamePerson: who decides must have the right to, and not have asked for it.
        ApprovedAlready: the second approval must be another person's.
        AlreadyDecided, RequestExpired: it no longer waits.
        ContentChanged: it does not say what was asked for.
    """
    with _refusals_logged(change_id, checker), transaction.atomic():
        change = _to_decide(change_id, checker)
        if change.approved_by.filter(checker=checker).exists():
            raise ApprovedAlready
        ChangeApproval.objects.create(change=change, checker=checker, digest=change.digest)
        if _approvals(change) < change.approvals_needed:
            _approve_first(change, checker, comment)
            return change
        _decide(change, State.APPROVED, checker, comment)
        if not registry.change_kinds[change.kind].by_job and _is_due(change):
            _apply(change)
    return change


def reject(*, change_id: int, checker: Any, comment: str) -> ChangeRequest:
    """Refuse a request, with a comment for who asked. Raises and logs as ``approve`` does."""
    with _refusals_logged(change_id, checker), transaction.atomic():
        change = _to_decide(change_id, checker)
        _decide(change, State.REJECTED, checker, comment)
    return change


@transaction.atomic
def withdraw(*, change_id: int, maker: Any) -> ChangeRequest:
    """Take one's own request back, as long as nothing of it has taken effect.

    Raises:
        NotAllowed: somebody else asked for it.
        AlreadyDecided: it is no longer open, or parts of it are applied.
    """
    change = _locked(change_id)
    if change.maker_id != maker.pk:
        raise NotAllowed
    if change.state not in OPEN or change.outcome:
        raise AlreadyDecided
    change.state, change.decided_at = State.WITHDRAWN, bankday.now()
    change.save(update_fields=["state", "decided_at"])
    _note(change, "withdrawn", maker, change.comment)
    return change


def apply_due() -> int:
    """Apply what is approved and due, once each; returns how many were applied or failed.

    Each part of a change has its own transaction, so a crash loses none and repeats none.
    """
    done = 0
    for change_id in _due().values_list("pk", flat=True):
        while _apply_next(change_id):
            pass
        done += not _due().filter(pk=change_id).exists()
    return done


@transaction.atomic
def expire_overdue() -> int:
    """Close the requests that nobody decided on in time; returns how many."""
    overdue = ChangeRequest.objects.filter(state=State.WAITING, expires_at__lte=bankday.now())
    rows = list(overdue.select_for_update(skip_locked=True))
    for change in rows:
        change.state = State.EXPIRED
        change.save(update_fields=["state"])
        _note(change, "expired", None, change.comment)
    return len(rows)


def waiting_for(user: Any) -> QuerySet[ChangeRequest]:
    """Requests that ``user`` may decide on, soonest to expire first."""
    rows = ChangeRequest.objects.filter(state=State.WAITING, expires_at__gt=Now())
    if not user.has_perm(DECIDE):
        return rows.none()
    mine = Q(maker=user) | Q(first_checker=user, first_checker__isnull=False)
    return rows.exclude(mine).defer("payload").select_related("maker").order_by("expires_at")


def scheduled(until: datetime) -> QuerySet[ChangeRequest]:
    """Approved changes that take effect by ``until``, in that order."""
    rows = ChangeRequest.objects.filter(state=State.APPROVED, effective_at__lte=until)
    return rows.defer("payload").select_related("maker").order_by("effective_at")


def digest_of(change: ChangeRequest) -> bytes:
    """The hash of all that a request says, and who says it. Equal JSON values hash equally."""
    due = change.effective_at
    said = [
        change.kind,
        change.subject,
        _exact(change.payload),
        change.reason,
        change.maker_id,
        due and str(round(due.timestamp() * 1_000_000)),
    ]
    if change.approvals_needed > 1:
        said.append(change.approvals_needed)
    return hashlib.sha256(canonical(said).encode()).digest()


def _exact(value: Any) -> Any:
    """A JSON value with its fractions as decimals: the database may write them otherwise."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, dict):
        return {key: _exact(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_exact(inner) for inner in value]
    return value


def is_untouched(change: ChangeRequest) -> bool:
    """Whether the request still says what was asked for."""
    return bytes(change.digest) == digest_of(change)


def _due() -> QuerySet[ChangeRequest]:
    rows = ChangeRequest.objects.filter(state=State.APPROVED)
    now = bankday.now()
    return rows.filter(Q(effective_at__isnull=True) | Q(effective_at__lte=now)).order_by("pk")


def _is_due(change: ChangeRequest) -> bool:
    return change.effective_at is None or change.effective_at <= bankday.now()


def _locked(change_id: int) -> ChangeRequest:
    change = ChangeRequest.objects.select_for_update().filter(pk=change_id).first()
    if change is None:
        raise NotFound
    return change


def _to_decide(change_id: int, checker: Any) -> ChangeRequest:
    """The locked request, where ``checker`` may decide on it."""
    change = _locked(change_id)
    if change.maker_id == checker.pk:
        raise SamePerson
    if not (checker.is_active and checker.has_perm(DECIDE)):
        raise NotAllowed
    if change.state != State.WAITING:
        raise AlreadyDecided
    if change.expires_at <= bankday.now():
        raise RequestExpired
    if not is_untouched(change):
        raise ContentChanged
    return change


@contextmanager
def _refusals_logged(change_id: int, checker: Any) -> Iterator[None]:
    """Log who tried to decide and could not, and why: what was undone leaves no other trace."""
    try:
        yield
    except SUSPECT as refusal:
        change = ChangeRequest.objects.get(pk=change_id)
        data = {"changes": [refusal.detail], "code": refusal.code}
        log(change, "growth.change_refused", user=checker, data=data | _named(change))
        raise


def _approve_first(change: ChangeRequest, checker: Any, comment: str) -> None:
    change.first_checker, change.first_comment = checker, comment
    change.first_at = bankday.now()
    change.save(update_fields=["first_checker", "first_comment", "first_at"])
    _note(change, "half_approved", checker, comment)


def _approvals(change: ChangeRequest) -> int:
    """How many people approve of what it says: others than who asked, who may still decide."""
    given = change.approved_by.filter(digest=change.digest).exclude(checker=change.maker_id)
    checkers = get_user_model().objects.filter(pk__in=given.values("checker"))
    return sum(checker.is_active and checker.has_perm(DECIDE) for checker in checkers)


_UNAPPROVED = """
    SELECT r.id, r.state, count(a.id), r.approvals_needed FROM growth_changerequest r
    LEFT JOIN growth_changeapproval a ON a.change_id = r.id AND a.digest = r.digest
      AND a.checker_id <> r.maker_id
    WHERE r.state IN ('approved', 'applied')
    GROUP BY r.id HAVING count(a.id) < r.approvals_needed ORDER BY r.id
"""


def differences() -> Iterator[str]:
    """Requests that stand as approved or applied without as many approvals as they need."""
    with connection.cursor() as cursor:
        cursor.execute(_UNAPPROVED)
        for pk, state, approvals, needed in cursor.fetchall():
            said = f"change request {pk}: {state} with {approvals} of {needed} approvals"
            yield Difference(f"approvals of change request {pk}", said)


def _decide(change: ChangeRequest, state: State, checker: Any, comment: str) -> None:
    change.state, change.checker, change.comment = state, checker, comment
    change.decided_at = bankday.now()
    change.save(update_fields=["state", "checker", "comment", "decided_at"])
    _note(change, str(state.value), checker, comment)


@transaction.atomic
def _apply_next(change_id: int) -> bool:
    """Apply the next part of a change; returns whether there is more. Others' work is left."""
    change = _due().select_for_update(skip_locked=True).filter(pk=change_id).first()
    if change is None:
        return False
    _apply(change)
    return change.state == State.APPROVED


def _apply(change: ChangeRequest) -> None:
    """Apply a locked change, or keep why that failed."""
    try:
        with transaction.atomic():
            if not is_untouched(change):
                raise ContentChanged
            if _approvals(change) < change.approvals_needed:
                raise NotApproved
            applied = registry.change_kinds[change.kind].apply(change.payload, change)
    except OperationalError:
        raise  # a deadlock or a lost connection: everything is undone and tried again
    except Exception as error:
        known = isinstance(error, GrowthError)
        if not known:
            logger.exception("Change request %s failed", change.pk)
        detail = error.detail if isinstance(error, GrowthError) else type(error).__name__
        change.state = State.FAILED
        change.outcome = {**change.outcome, "error": detail}
    else:
        change.outcome = applied.outcome
        if applied.finished:
            change.state = State.APPLIED
    change.applied_at = bankday.now() if change.state == State.APPLIED else None
    change.save(update_fields=["state", "outcome", "applied_at"])
    if change.state != State.APPROVED:
        came = [*change.outcome.get("changes", []), change.outcome.get("error", "")]
        _note(change, change.state, change.checker, change.comment, *came)


def _note(change: ChangeRequest, what: str, user: Any, *said: str) -> None:
    """Put what happened, and what was said, into the operators' log."""
    data = {"changes": [text for text in said if text]} | _named(change)
    log(change, f"growth.change_{what}", user=user, data=data)


def _named(change: ChangeRequest) -> dict[str, str]:
    """What a request says, by its hash: the log tells whether it said so then."""
    return {"digest": bytes(change.digest).hex()}
