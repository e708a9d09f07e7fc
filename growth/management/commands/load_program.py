from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from growth import jobs, program, segments, settling
from growth.errors import ProgramFaults


class Command(BaseCommand):
    help = "Loads a growth program; prints what changes. All or nothing."

    def add_arguments(self, parser):
        parser.add_argument("file")
        parser.add_argument("--dry-run", action="store_true", help="Check and print only.")
        parser.add_argument(
            "--history", action="store_true", help="Also judge the events already stored."
        )

    def handle(self, *args, file, dry_run, history, **options):
        try:
            text = Path(file).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file}: cannot be read: {error}") from None
        try:
            changes = program.load(
                program.read(text), origin=Path(file).name, history=history, dry_run=dry_run
            )
        except ProgramFaults as refusal:
            raise CommandError(f"{file}: nothing was applied.\n{refusal}") from None
        for line in changes.lines or ["nothing changes"]:
            self.stdout.write(line)
        for line in changes.warnings:
            self.stderr.write(f"warning: {line}")
        if not dry_run:
            self.settle(changes)

    def settle(self, changes: program.Changes) -> None:
        """Recompute what the new program says of customers and events already known."""
        if changes.history:
            settling.refold_all()
        if changes.levels:
            jobs.regrade_all()
        if changes.segments or changes.levels or changes.history:
            segments.rebuild()
