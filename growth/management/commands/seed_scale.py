from django.core.management.base import BaseCommand, CommandError

from growth import feeds, scale


class Command(BaseCommand):
    help = "Makes many customers with long histories, to try the product at a bank's size."

    def add_arguments(self, parser):
        parser.add_argument("--customers", type=int, default=1_000_000)
        parser.add_argument("--entries", type=int, default=20, help="points entries of each")
        parser.add_argument("--events", type=int, default=1, help="events of each")

    def handle(self, *args, customers, entries, events, **options):
        if customers < 1 or entries < 0 or entries % scale.CYCLE or events < 0:
            raise CommandError(f"--entries has to be a multiple of {scale.CYCLE}")
        with feeds.progress_bar("customers", total=customers) as advance:
            scale.seed(customers=customers, entries=entries, events=events, on_piece=advance)
        scale.analyze()
        self.stdout.write(f"{customers} customers, {customers * entries} entries")
