import json

from django.core.management.base import BaseCommand, CommandError

from growth import segments
from growth.models import Segment


class Command(BaseCommand):
    help = "Recomputes who is in the segments named (default: in all)."

    def add_arguments(self, parser):
        parser.add_argument("codes", nargs="*", metavar="CODE")

    def handle(self, *args, codes, **options):
        unknown = set(codes) - set(Segment.objects.values_list("code", flat=True))
        if unknown:
            raise CommandError(f"there is no segment {', '.join(sorted(unknown))}")
        self.stdout.write(json.dumps(segments.rebuild(codes)))
