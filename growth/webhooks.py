"""Signatures of the bank's requests, as Standard Webhooks says, checked strictly.

The reference library is lenient with what it is given (odd timestamps, junk in base64, an id with
a dot that moves the border between id and body) and checks text only, though bytes are what is
signed. So the check is our own, over the raw bytes of a request with one possible reading; the
tests hold it against the library.
"""

import base64
import hmac
import re
import secrets
from collections.abc import Iterable

from growth import bankday
from growth.errors import GrowthError

PREFIX = "whsec_"
SECRET_BYTES = 32
MAX_SIGNATURES = 4
TOLERANCE_SECONDS = 300

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


def key_of(secret: bytes) -> bytes:
    """The key that a secret stands for."""
    return base64.b64decode(secret.decode("ascii").removeprefix(PREFIX), validate=True)


def verify(
    keys: Iterable[bytes], *, message_id: str, timestamp: str, signature: str, body: bytes
) -> None:
    """Check that one of the keys signed these headers and this body, within 300 seconds.

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
    if abs(int(bankday.clock()) - int(timestamp)) > TOLERANCE_SECONDS:
        raise SignatureRefused
    signed = f"{message_id}.{timestamp}.".encode("ascii") + body
    given = [base64.b64decode(token.removeprefix("v1,")) for token in tokens]
    for key in keys:
        made = hmac.digest(key, signed, "sha256")
        if any(hmac.compare_digest(made, each) for each in given):
            return
    raise SignatureRefused
