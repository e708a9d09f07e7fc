"""Secrets at rest: sealed with a key derived from SECRET_KEY."""

import base64
import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet
from django.conf import settings


@lru_cache(maxsize=2)
def _box(secret_key: str) -> Fernet:
    key = hashlib.blake2b(secret_key.encode(), digest_size=32, person=b"zones.sealing").digest()
    return Fernet(base64.urlsafe_b64encode(key))


def seal(secret: bytes) -> bytes:
    """``secret`` encrypted and authenticated."""
    return _box(settings.SECRET_KEY).encrypt(secret)


def unseal(sealed: bytes | memoryview) -> bytes:
    """What ``seal`` was given. Raises cryptography's InvalidToken under another SECRET_KEY."""
    return _box(settings.SECRET_KEY).decrypt(bytes(sealed))


def fingerprint(secret: bytes) -> bytes:
    """A keyed hash by which equal secrets are found without opening them."""
    return hmac.digest(settings.SECRET_KEY.encode(), b"zones.fingerprint" + secret, "sha256")
