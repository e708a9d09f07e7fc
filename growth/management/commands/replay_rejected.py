import json

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from growth import imports, replay


class Command(BaseCommand):
    help = "Takes rejected rows in again; what can be taken in now is marked as replayed."

    def add_arguments(self, parser):
        parser.add_argument("--since", help="Only what was rejected since, as 2026-01-31.")

    def handle(self, *args, since, **options):
        try:
            moment = imports.utc(since) if since else None
        except ValueError:
            raise CommandError("--since: must be a date or a time, as 2026-01-31") from None
        tally = replay.replay_rejected(since=moment, at=timezone.now())
        self.stdout.write(json.dumps(tally.as_dict()))
