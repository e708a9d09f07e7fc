import sys

from django.core.management.base import BaseCommand

from growth.report import differences


class Command(BaseCommand):
    help = "Recomputes balances, levels, streaks and stock from the records and compares."

    def handle(self, *args, **options):
        found = 0
        for difference in differences():
            found += 1
            self.stdout.write(difference)
        self.stdout.write(f"{found} differences" if found else "no differences")
        if found:
            sys.exit(1)
