"""API clients: the bank's systems that may call us, their scopes and their signing secrets."""

import logging
import re
import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cryptography.fernet import InvalidToken
from django.db import connection, transaction
from django.utils import timezone

from growth import sealing, webhooks
from growth.errors import GrowthError
from growth.models import ApiClient, ApiSecret

logger = logging.getLogger(__name__)

EVENTS, HANDOFFS, SUPPORT = "events:write", "handoffs:write", "support:read"
SCOPES = (EVENTS, HANDOFFS, SUPPORT)
MAX_LIVE_SECRETS = 2
# A secret that is revoked, or a client that is stopped, is refused after at most this long.
REMEMBERED_SECONDS = 1.0
MAX_REMEMBERED = 1000

_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class BadClient(GrowthError):
    """An API client cannot be so."""

    code = "invalid"
    status = 400


class TooManySecrets(GrowthError):
    """The client has two live secrets: retire the older one first."""

    code = "limit_reached"


@dataclass(frozen=True, slots=True)
class Caller:
    """An active API client that is calling, with the keys of its live secrets."""

    pk: int
    client_id: str
    scopes: frozenset[str]
    sources: frozenset[str]
    keys: tuple[bytes, ...]

    def may_send_for(self, source: str) -> bool:
        """Whether it may send events of this source; none named means every one."""
        return not self.sources or source in self.sources


_remembered: dict[str, tuple[float, Caller]] = {}


def caller(client_id: str) -> Caller | None:
    """The active client of that id. One query, or none within a second of the last."""
    if not _CLIENT_ID.fullmatch(client_id):
        return None
    kept = _remembered.get(client_id)
    if kept and kept[0] > time.monotonic():
        return kept[1]
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.id, c.scopes, c.sources,
                 ARRAY(SELECT s.sealed FROM growth_apisecret s
                       WHERE s.client_id = c.id AND s.revoked_at IS NULL ORDER BY s.id DESC)
               FROM growth_apiclient c WHERE c.client_id = %s AND c.active""",
            [client_id],
        )
        row = cursor.fetchone()
    if row is None:
        _remembered.pop(client_id, None)
        return None
    pk, scopes, sources, sealed = row
    found = Caller(
        pk,
        client_id,
        frozenset(scopes),
        frozenset(sources),
        tuple(_keys(client_id, sealed)),
    )
    if len(_remembered) >= MAX_REMEMBERED:
        _remembered.clear()
    _remembered[client_id] = (time.monotonic() + REMEMBERED_SECONDS, found)
    return found


def _keys(client_id: str, sealed: Iterable[bytes]) -> Iterator[bytes]:
    for each in sealed:
        try:
            yield webhooks.key_of(sealing.unseal(each))
        except InvalidToken:
            logger.error("%s: a secret was sealed under another SECRET_KEY", client_id)


def forget() -> None:
    """Read every client anew (this process; the others do within a second)."""
    _remembered.clear()


@transaction.atomic
def create_client(
    *, name: str, scopes: Sequence[str], sources: Sequence[str] = ()
) -> tuple[str, str]:
    """A new API client; returns its id and its secret, which is shown this once.

    Raises:
        BadClient: the name is taken or odd, or a scope is unknown.
    """
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown:
        raise BadClient(f"unknown scope {unknown[0]!r}: it has to be one of {', '.join(SCOPES)}")
    if not scopes:
        raise BadClient("a client needs a scope")
    if not name.strip() or len(name) > 100 or _CONTROL.search(name):
        raise BadClient("the name has to be 1 to 100 characters")
    for source in sources:
        if not source.strip() or len(source) > 512 or _CONTROL.search(source):
            raise BadClient(f"{source!r} cannot be a source")
    client, created = ApiClient.objects.get_or_create(
        name=name,
        defaults={
            "client_id": f"client_{secrets.token_hex(12)}",
            "scopes": sorted(set(scopes)),
            "sources": sorted(set(sources)),
        },
    )
    if not created:
        raise BadClient(f"the name {name!r} is taken by {client.client_id}")
    return client.client_id, _add_secret(client)


@transaction.atomic
def add_secret(*, client_id: str) -> str:
    """A second live secret, so that the bank can change over; returns it this once.

    Raises:
        BadClient: no such client.
        TooManySecrets: it has two already.
    """
    client = _locked(client_id)
    if client.secrets.filter(revoked_at__isnull=True).count() >= MAX_LIVE_SECRETS:
        raise TooManySecrets
    return _add_secret(client)


@transaction.atomic
def retire_older_secret(*, client_id: str) -> None:
    """End a rotation: the older of two live secrets is good no more.

    Raises:
        BadClient: no such client, or it has one secret only.
    """
    client = _locked(client_id)
    live = list(client.secrets.filter(revoked_at__isnull=True).order_by("pk"))
    if len(live) < MAX_LIVE_SECRETS:
        raise BadClient("the client has one live secret only: add another first")
    live[0].revoked_at = timezone.now()
    live[0].save(update_fields=["revoked_at"])
    forget()


@transaction.atomic
def set_active(*, client_id: str, active: bool) -> None:
    """Stop a client, or let it call again. Raises BadClient for an unknown one."""
    client = _locked(client_id)
    client.active = active
    client.save(update_fields=["active"])
    forget()


def _locked(client_id: str) -> ApiClient:
    client = ApiClient.objects.select_for_update().filter(client_id=client_id).first()
    if client is None:
        raise BadClient(f"there is no client {client_id!r}")
    return client


def _add_secret(client: ApiClient) -> str:
    secret = webhooks.new_secret()
    ApiSecret.objects.create(client=client, sealed=sealing.seal(secret.encode()))
    forget()
    return secret
