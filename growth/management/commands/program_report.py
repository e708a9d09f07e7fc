import json

from django.core.management.base import BaseCommand

from growth.report import program_report


class Command(BaseCommand):
    help = "Prints one JSON object with the programme's figures."

    def handle(self, *args, **options):
        self.stdout.write(json.dumps(program_report(), ensure_ascii=False))
