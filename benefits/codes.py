"""Codes of our own: unguessable, easy to read out, with a check character."""

import secrets

# 32 characters, without 0, O, 1 and I.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 16  # 15 random characters are 75 bits; the last one checks them
GROUP = 4


def new_code() -> str:
    """A fresh code such as ``7KQM-2XWE-RT9A-HJ4C``."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return _grouped(body + _check_character(body))


def normalised(text: str) -> str | None:
    """The code as we write it, however it was typed; None where it cannot be one of ours."""
    bare = "".join(text.upper().replace("-", " ").split())
    if len(bare) != LENGTH or any(character not in ALPHABET for character in bare):
        return None
    return _grouped(bare) if _check_character(bare[:-1]) == bare[-1] else None


def _grouped(bare: str) -> str:
    return "-".join(bare[start : start + GROUP] for start in range(0, len(bare), GROUP))


def _check_character(body: str) -> str:
    """Luhn's check over 32 characters: finds every single wrong one and most swapped pairs."""
    total = 0
    for place, character in enumerate(reversed(body)):
        value = ALPHABET.index(character) * (2 - place % 2)
        total += value // len(ALPHABET) + value % len(ALPHABET)
    return ALPHABET[-total % len(ALPHABET)]
