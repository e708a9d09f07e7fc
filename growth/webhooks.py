"""Signatures of the bank's requests, as Standard Webhooks says, checked strictly.

The reference library is lenient with what it is given (odd timestamps, junk in base64, an id with
a dot that moves the border between id and body) and raises on some of it. So what reaches it here
has one possible reading only, and whatever it still raises is a refusal.
"""

import base64
import re
import secrets
from collections.abc import Iterable

from standardwebhooks import Webhook

from growth.errors import GrowthError

PREFIX = "whsec_"
SECRET_BYTES = 32
MAX_SIGNATURES = 4

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_TIMESTAMP = re.compile(r"[0-9]{10}", re.ASCII)
_SIGNATURE = re.compile(r"v1,[A-Za-z0-9+/]{43}=", re.ASCII)


class SignatureRefused(GrowthError):
    """The signature, its client or its timestamp was refused."""

    code = "signature"
    status = 401


def new_secret() -> str:
    """A fresh signing secret in the form of Standard Webhooks."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def verifier(secret: bytes) -> Webhook:
    """A secret, ready to check with."""
    return Webhook(secret.decode("ascii"))


def verify(
    verifiers: Iterable[Webhook], *, message_id: str, timestamp: str, signature: str, body: bytes
) -> None:
    """Check that one of the secrets signed these headers and this body, within 300 seconds.

    Raises:
        SignatureRefused: whatever is wrong with it.
    """
    tokens = signature.split(" ", MAX_SIGNATURES)
    if not (
        _ID.fullmatch(message_id)
        and _TIMESTAMP.fullmatch(timestamp)
        and len(tokens) <= MAX_SIGNATURES
        and all(map(_SIGNATURE.fullmatch, tokens))
    ):
        raise SignatureRefused
    given = {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature,
    }
    for one in verifiers:
        if _is_signed_by(one, given, body):
            return
    raise SignatureRefused


def _is_signed_by(one: Webhook, given: dict[str, str], body: bytes) -> bool:
    try:
        one.verify(body, given, json_parse=False)
    except Exception:  # also what the library does not foresee: none of it is a signature
        return False
    return True
