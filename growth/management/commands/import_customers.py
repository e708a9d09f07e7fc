import json

from django.core.management.base import BaseCommand

from growth import feeds, imports


class Command(BaseCommand):
    help = "Adds or updates customers: customer_id, optionally tags; all else are attributes."

    def add_arguments(self, parser):
        parser.add_argument("file")

    def handle(self, *args, file, **options):
        with feeds.opened(file) as source, feeds.progress_bar("customers") as advance:
            tally = imports.import_customers(source, file, advance)
        self.stdout.write(json.dumps(tally.as_dict()))
