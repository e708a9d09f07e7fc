import json

from django.core.management.base import BaseCommand

from growth.liability import outlook


class Command(BaseCommand):
    help = "Redemption and expiry of the next 12 months, and how good such forecasts were so far."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="One JSON object.")
        parser.add_argument("--longer", type=int, default=0, help="Expiries later by n months.")
        parser.add_argument("--prices", type=int, default=100, help="Price level in per cent.")

    def handle(self, *args, longer, prices, **options):
        figures = outlook.as_figures(
            outlook.outlook(longer_months=longer, price_percent=max(1, prices))
        )
        if options["json"]:
            self.stdout.write(json.dumps(figures))
            return
        if "months" not in figures:
            self.stdout.write("There is too little history yet.")
            return
        self.stdout.write(f"{figures['estimate']}; {figures['periods_known']} {figures['period']}s")
        for row in figures["months"]:
            parts = [
                f"{name} {row[name]['estimate']:,} ({row[name]['low']:,} to {row[name]['high']:,})"
                for name in ("redeemed", "expired", "outstanding")
            ]
            self.stdout.write(f"{row['from']}  {'  '.join(parts)}")
        if back := figures["back_cast"]:
            self.stdout.write(
                f"back-cast from {back['origins']} points in time, up to {back['horizon']} "
                f"{figures['period']}s ahead: off by {back['error']:,.0f} points in all, "
                f"“the same as last {figures['period']}” by {back['naive']:,.0f}; "
                f"{back['inside']:.0%} of redemptions within the range"
            )
