"""What reconciliation finds: a sentence, and a name for it that no figure changes."""

from typing import Self


class Difference(str):
    """Where what is kept is not what the records say.

    ``key`` says what it is about and stays the same while its figures change from day to day, so
    that it is one open item until it is gone.
    """

    key: str

    def __new__(cls, key: str, text: str) -> Self:
        found = super().__new__(cls, text)
        found.key = key
        return found


def key_of(difference: str) -> str:
    """Its key; a sentence without one is its own."""
    return difference.key if isinstance(difference, Difference) else difference
