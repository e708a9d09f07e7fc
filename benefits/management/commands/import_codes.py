"""``manage.py import_codes BENEFIT FILE.csv``: adds a batch of codes."""

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from benefits import imports
from benefits.models import Benefit


class Command(BaseCommand):
    """Prints one JSON object of figures as its last line."""

    help = "Adds a batch of uploaded codes: columns code, and optionally valid_until, face_value."

    def add_arguments(self, parser: CommandParser) -> None:
        """The benefit's code and the file."""
        parser.add_argument("benefit", help="Code of the benefit.")
        parser.add_argument("file", type=Path, help="CSV in UTF-8, with a header.")

    def handle(self, *args: Any, benefit: str, file: Path, **options: Any) -> None:
        """Take the file in."""
        started = time.monotonic()
        found = Benefit.objects.filter(code=benefit).first()
        if found is None:
            raise CommandError(f"There is no benefit {benefit!r}.")
        size = file.stat().st_size if file.is_file() else 0
        with tqdm(total=size, unit="B", unit_scale=True, disable=None) as bar:
            try:
                tally = imports.import_codes(benefit=found, path=file, advance=bar.update)
            except imports.UnreadableFile as error:
                raise CommandError(str(error)) from error
        figures = asdict(tally) | {"seconds": round(time.monotonic() - started, 3)}
        self.stdout.write(json.dumps(figures))
