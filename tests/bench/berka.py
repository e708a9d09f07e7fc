"""The Berka feed, as large as wanted: copies of it with ids and subjects of their own."""

import json
import lzma
import os
from pathlib import Path

from config import env


def folder() -> Path | None:
    """Where the feed is; None where this checkout has none."""
    given = os.environ.get("BERKA_DIR", "").strip()
    found = Path(given) if given else env.ROOT.parent / "shared" / "data" / "berka"
    return found if (found / "events.jsonl.xz").exists() else None


def write(source: Path, target: Path, events: int) -> None:
    """Write so many events: the feed, and the feed again with other customers, and again."""
    with lzma.open(source / "events.jsonl.xz", "rt", encoding="utf-8") as file:
        feed = [json.loads(line) for line in file]
    with target.open("w", encoding="utf-8") as out:
        for number in range(events):
            copy, place = divmod(number, len(feed))
            event = feed[place]
            own = {"id": f"{event['id']}-{copy}", "subject": f"{event['subject']}-{copy}"}
            out.write(json.dumps(event | own, separators=(",", ":")) + "\n")
