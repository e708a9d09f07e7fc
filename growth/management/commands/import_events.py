import json

from django.core.management.base import BaseCommand

from growth import feeds, imports


class Command(BaseCommand):
    help = "Takes in CloudEvents, one JSON object a line (.jsonl, .gz, .xz)."

    def add_arguments(self, parser):
        parser.add_argument("file")

    def handle(self, *args, file, **options):
        with feeds.opened(file) as source, feeds.progress_bar("events") as advance:
            tally = imports.import_events(source, file, advance)
        self.stdout.write(json.dumps(tally.as_dict()))
