import json

from django.core.management.base import BaseCommand

from growth import exclusions, feeds


class Command(BaseCommand):
    help = "Excludes customers, such as staff, from rewards: columns customer_id and reason."

    def add_arguments(self, parser):
        parser.add_argument("file")

    def handle(self, *args, file, **options):
        with feeds.opened(file) as source, feeds.progress_bar("customers") as advance:
            tally = exclusions.import_exclusions(source, file, advance)
        self.stdout.write(json.dumps(tally.as_dict()))
