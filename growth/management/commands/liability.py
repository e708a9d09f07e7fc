import json
from datetime import date

from django.core.management.base import BaseCommand, CommandError

from growth import bankday, liability
from growth.liability import days as liability_days


class Command(BaseCommand):
    help = "Points outstanding by cost centre and expiry month, and how each month came to them."

    def add_arguments(self, parser):
        parser.add_argument("--as-of", metavar="DAY", help="A bank day of the past; else today.")
        parser.add_argument("--json", action="store_true", help="One JSON object.")
        parser.add_argument("--close", action="store_true", help="First keep days that are over.")
        parser.add_argument("--rebuild", action="store_true", help="First make all kept days anew.")

    def handle(self, *args, as_of, close, rebuild, **options):
        today = bankday.today()
        try:
            day = date.fromisoformat(as_of) if as_of else today
        except ValueError:
            raise CommandError("DAY has to be written like 2026-10-31.") from None
        if rebuild:
            liability_days.rebuild(today=today)
        elif close:
            liability_days.close_days(today=today)
        figures = liability.as_figures(until=day, outstanding=liability.standing(day))
        if options["json"]:
            self.stdout.write(json.dumps(figures, ensure_ascii=False))
            return
        self.stdout.write(f"outstanding on {day}: {figures['outstanding']:,}")
        for row in figures["by_expiry"]:
            centre = row["cost_centre"] or "-"
            self.stdout.write(f"  {centre:20} {row['expires'] or 'never':10} {row['points']:>14,}")
        for row in figures["months"]:
            self.stdout.write(
                "{month} {centre:20} {opening:,} + {issued:,} issued - {spent:,} spent - "
                "{expired:,} expired - {reversed:,} reversed = {closing:,}".format(
                    centre=row["cost_centre"] or "-", **row
                )
            )
