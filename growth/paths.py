"""Paths of this site: where a customer may be sent after the handoff, and nowhere else."""

import re
from urllib.parse import unquote

from django.utils.http import url_has_allowed_host_and_scheme

MAX_LENGTH = 500
DEFAULT = "/zones/"

_BAD = re.compile(r"[\x00-\x1f\x7f-\xa0\\\u2028\u2029\ud800-\udfff]")


def is_own_path(text: object) -> bool:
    """Whether it is a path of this site under every reading, also once percent-decoded."""
    if not isinstance(text, str) or not 0 < len(text) <= MAX_LENGTH or " " in text:
        return False
    seen = text
    for _ in range(3):
        if not seen.startswith("/") or seen.startswith("//") or _BAD.search(seen):
            return False
        if (decoded := unquote(seen)) == seen:
            break
        seen = decoded
    return url_has_allowed_host_and_scheme(text, allowed_hosts=None)
