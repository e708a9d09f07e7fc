"""The OpenAPI description as a file, so that a change of the interface is seen in review.

`python -m config.snapshot` compares, `--write` writes.
"""

import difflib
import io
import sys

from config import env

SNAPSHOT = env.ROOT / "docs" / "openapi.yaml"


def current() -> str:
    """The description as the code gives it now."""
    import django
    from django.core.management import call_command

    env.choose_settings()
    django.setup()
    told = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=told)
    return told.getvalue()


def main() -> None:
    """Compare or write."""
    now = current()
    if "--write" in sys.argv:
        SNAPSHOT.parent.mkdir(exist_ok=True)
        SNAPSHOT.write_text(now)
        return
    kept = SNAPSHOT.read_text() if SNAPSHOT.exists() else ""
    if now != kept:
        difference = difflib.unified_diff(
            kept.splitlines(), now.splitlines(), "docs/openapi.yaml", "the code", lineterm="", n=1
        )
        print("\n".join(list(difference)[:60]))
        raise SystemExit("The API is not what docs/openapi.yaml says: `make openapi`, and review.")


if __name__ == "__main__":
    main()
