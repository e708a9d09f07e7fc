"""Customers' sessions: a one-time ticket opens one, by cookie or bearer token.

Customers are not Django users. Tokens are random and kept as hashes only; the database's clock
decides when a ticket or a session is over.
"""

import hashlib
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest

from growth import bankday, prepared
from growth.errors import GrowthError, NotFound, TicketRefused

logger = logging.getLogger(__name__)

TICKET_SECONDS = 60
IDLE_MINUTES = 15
MAX_MINUTES = 30
SEEN_EVERY_SECONDS = 60
MAX_TOKEN_LENGTH = 128
_MEMO = "_zone_visitor"


class Replayed(GrowthError):
    """This signed request was answered before. A new one needs a webhook-id of its own."""

    code = "replayed"
    status = 409


class NotAuthenticated(GrowthError):
    """There is no session, or it is over."""

    code = "not_authenticated"
    status = 401


@dataclass(frozen=True, slots=True)
class Visitor:
    """The customer who asks, with what decides what they see."""

    customer_id: int
    ref: str
    segments: frozenset[str]
    level: str
    level_rank: int
    language: str
    large_text: bool
    personalised: bool
    levels: frozenset[str] = frozenset()  # the level and all below it

    is_authenticated = True


class Ticket(NamedTuple):
    """A ticket as it was issued; it is not kept in this form."""

    ticket: str
    expires_at: datetime


class Session(NamedTuple):
    """A session as it was opened; ``token`` is not kept in this form."""

    token: str
    expires_at: datetime
    next: str


def cookie_name() -> str:
    """Name of the session cookie; ``__Host-`` wants HTTPS, which a local run does not have."""
    return "__Host-zone" if secure() else "zone"


def secure() -> bool:
    """Whether cookies are for HTTPS only."""
    return settings.ENVIRONMENT == "production"


def current(request: Any) -> Visitor | None:
    """Who asks, or None. One query, remembered on the request.

    A bearer token goes before a cookie, also when it is not good.
    """
    plain: HttpRequest = getattr(request, "_request", request)
    if not hasattr(plain, _MEMO):
        token = bearer_token(plain) or cookie_token(plain)
        setattr(plain, _MEMO, _visitor(token) if token else None)
    visitor: Visitor | None = getattr(plain, _MEMO)
    return visitor


def bearer_token(request: HttpRequest) -> str:
    """The token of an Authorization header, "" without one, and never a usable one if odd."""
    header = request.META.get("HTTP_AUTHORIZATION", "")
    if not header:
        return ""
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else "-"


def cookie_token(request: HttpRequest) -> str:
    """The token of the session cookie, or ""."""
    return request.COOKIES.get(cookie_name(), "")


_VISITOR = """
    SELECT c.id, c.ref, c.level, c.language, c.large_text, c.personalised,
           ARRAY(SELECT g.code FROM growth_segmentmembership m
                 JOIN growth_segment g ON g.id = m.segment_id WHERE m.customer_id = c.id),
           ARRAY(SELECT l.code FROM growth_level l WHERE l.scheme_id =
                   (SELECT id FROM growth_levelscheme
                    WHERE effective_on <= (clock_timestamp() AT TIME ZONE %s)::date
                    ORDER BY version DESC LIMIT 1)
                 ORDER BY l.threshold),
           s.seen_at < clock_timestamp() - make_interval(secs => %s::int)
    FROM growth_customersession s JOIN growth_customer c ON c.id = s.customer_id
    WHERE s.digest = %s AND s.expires_at > clock_timestamp()
      AND s.seen_at > clock_timestamp() - make_interval(mins => %s::int)
"""


def _visitor(token: str) -> Visitor | None:
    if len(token) > MAX_TOKEN_LENGTH:
        return None
    with prepared.cursor() as cursor:
        facts = str(bankday.zone()), SEEN_EVERY_SECONDS, digest(token), IDLE_MINUTES
        cursor.execute(_VISITOR, facts)
        row = cursor.fetchone()
        if row is None:
            return None
        pk, ref, level, language, large_text, personalised, segments, levels, stale = row
        if stale:
            cursor.execute(
                "UPDATE growth_customersession SET seen_at = clock_timestamp() WHERE digest = %s",
                [digest(token)],
            )
    # A customer without a level, or of one that the scheme no longer has, stands on the lowest.
    rank = levels.index(level) if level in levels else 0
    return Visitor(
        customer_id=pk,
        ref=ref,
        segments=frozenset(segments),
        level=levels[rank] if levels else "",
        level_rank=rank,
        language=language,
        large_text=large_text,
        personalised=personalised,
        levels=frozenset(levels[: rank + 1]),
    )


def digest(token: str) -> bytes:
    """What is kept of a ticket or token."""
    return hashlib.sha256(token.encode(errors="replace")).digest()


@transaction.atomic
def issue_ticket(
    *, customer_ref: str, channel: str, next_path: str, client_id: int, request_id: str = ""
) -> Ticket:
    """A ticket for one session of a customer, good once and for 60 seconds.

    Raises:
        NotFound: no such customer; the first event or ``import_customers`` enrols.
        Replayed: this client's request was answered before.
    """
    ticket = secrets.token_urlsafe(32)
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO growth_handoffticket
                 (digest, customer_id, channel, next, client_id, expires_at)
               SELECT %s, id, %s, %s, %s, clock_timestamp() + %s * interval '1 second'
               FROM growth_customer WHERE ref = %s RETURNING customer_id, expires_at""",
            [digest(ticket), channel, next_path, client_id, TICKET_SECONDS, customer_ref],
        )
        row = cursor.fetchone()
    if row is None:
        raise NotFound("There is no such customer.")
    if request_id:
        _only_once(client_id, request_id, customer_id=row[0])
    return Ticket(ticket, row[1])


def _only_once(client_id: int, request_id: str, *, customer_id: int) -> None:
    """Write a request down as a ticket that is used up; the digest's key refuses it a second time.

    It is kept as long as tickets are, a day: its signature is good for ten minutes at most.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO growth_handoffticket
                 (digest, customer_id, channel, next, client_id, expires_at, used_at)
               VALUES (%s, %s, '', '', %s, clock_timestamp(), clock_timestamp())
               ON CONFLICT DO NOTHING""",
            [digest(f"{client_id} {request_id}"), customer_id, client_id],
        )
        if not cursor.rowcount:
            logger.warning("client %s repeated its request %s", client_id, request_id)
            raise Replayed


@transaction.atomic
def open_session(*, ticket: str, earlier: str = "") -> Session:
    """Use up a ticket and open its customer's session; ``earlier`` is the token of one to end.

    However many use a ticket at once, one gets the session.

    Raises:
        TicketRefused: the ticket is unknown, used or too old. Nothing is changed then.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE growth_handoffticket SET used_at = clock_timestamp()
               WHERE digest = %s AND used_at IS NULL AND expires_at > clock_timestamp()
               RETURNING customer_id, channel, next""",
            [digest(ticket)],
        )
        row = cursor.fetchone()
    if row is None:
        logger.warning("a ticket was refused: %s", _why_refused(ticket))
        raise TicketRefused
    customer_id, channel, next_path = row
    if earlier:
        end(token=earlier)
    return _start(customer_id, channel, next_path)


@transaction.atomic
def open_demo_session(*, customer_ref: str, next_path: str, earlier: str = "") -> Session:
    """A session without a ticket, for the customers of the demo on a local machine.

    Raises:
        NotFound: not local, or not a customer of the demo.
    """
    if settings.ENVIRONMENT != "local" or not customer_ref.startswith("demo-"):
        raise NotFound
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM growth_customer WHERE ref = %s", [customer_ref])
        row = cursor.fetchone()
    if row is None:
        raise NotFound
    if earlier:
        end(token=earlier)
    return _start(row[0], "demo", next_path)


def _start(customer_id: int, channel: str, next_path: str) -> Session:
    token = secrets.token_urlsafe(32)
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO growth_customersession
                 (digest, customer_id, channel, started_at, seen_at, expires_at)
               VALUES (%s, %s, %s, clock_timestamp(), clock_timestamp(),
                 clock_timestamp() + %s * interval '1 minute') RETURNING expires_at""",
            [digest(token), customer_id, channel, MAX_MINUTES],
        )
        return Session(token, cursor.fetchone()[0], next_path)


def _why_refused(ticket: str) -> str:
    """For the log: never the ticket itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT used_at IS NOT NULL, customer_id FROM growth_handoffticket WHERE digest = %s",
            [digest(ticket)],
        )
        row = cursor.fetchone()
    if row is None:
        return "unknown"
    return f"{'used before' if row[0] else 'too old'}, customer {row[1]}"


def end(*, token: str) -> bool:
    """End one session; whether there was one."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM growth_customersession WHERE digest = %s", [digest(token)])
        return cursor.rowcount > 0


def end_all(*, customer_ref: str, client_id: int, request_id: str) -> int:
    """End every session and unused ticket of a customer; returns how many sessions.

    Raises:
        NotFound: no such customer.
        Replayed: this client's request was answered before.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM growth_customer WHERE ref = %s", [customer_ref])
        row = cursor.fetchone()
        if row is None:
            raise NotFound("There is no such customer.")
        _only_once(client_id, request_id, customer_id=row[0])
        cursor.execute(
            """UPDATE growth_handoffticket SET used_at = clock_timestamp()
               WHERE customer_id = %s AND used_at IS NULL""",
            row,
        )
        cursor.execute("DELETE FROM growth_customersession WHERE customer_id = %s", row)
        return cursor.rowcount
