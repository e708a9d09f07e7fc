import json

from django.core.management.base import BaseCommand

from benefits import imports
from growth import feeds


class Command(BaseCommand):
    help = "Adds a batch of uploaded codes: code, and optionally valid_until, face_value (yuan)."

    def add_arguments(self, parser):
        parser.add_argument("benefit")
        parser.add_argument("file")

    def handle(self, *args, benefit, file, **options):
        with feeds.opened(file) as source, feeds.progress_bar("codes") as advance:
            tally = imports.import_codes(source, file, benefit_code=benefit, on_batch=advance)
        self.stdout.write(json.dumps(tally.as_dict()))
