import json
import sys
from time import perf_counter

from django.core.management.base import BaseCommand, CommandError

from growth import seals


class Command(BaseCommand):
    help = (
        "Recomputes the hash chain over points transfers, names the first row that was changed,"
        " removed or added, counts the further faults of the chain, and exits 1 then. Keep the head"
        " that it prints elsewhere: --anchor proves later that the chain still runs through it."
    )

    def add_arguments(self, parser):
        parser.add_argument("--anchor", metavar="POSITION:DIGEST", help="A head printed earlier.")

    def handle(self, *args, anchor=None, **options):
        started = perf_counter()
        verdict = seals.verify(anchor=_anchor(anchor) if anchor else None)
        if verdict.fault:
            self.stdout.write(verdict.fault)
        figures = {
            "sealed": verdict.sealed,
            "head": f"{verdict.sealed}:{verdict.head.hex()}",
            "further_faults": verdict.further,
            "unsealed": seals.unsealed(),
            "seconds": round(perf_counter() - started, 3),
        }
        self.stdout.write(json.dumps(figures))
        if verdict.fault:
            sys.exit(1)


def _anchor(text):
    """A head as it is printed."""
    try:
        position, digest = text.split(":")
        return int(position), bytes.fromhex(digest)
    except ValueError as error:
        raise CommandError(f"not a head of the chain: {text}") from error
