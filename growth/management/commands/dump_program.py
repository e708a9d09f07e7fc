from django.core.management.base import BaseCommand

from growth import program


class Command(BaseCommand):
    help = "Prints the growth program as a file that load_program reads."

    def handle(self, *args, **options):
        self.stdout.write(program.dump_text(program.dump()))
