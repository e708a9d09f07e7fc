import io
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from wagtail.models import Collection

from growth import imports
from zones.demo import files, media, people, shop, site, staff

NAME = "Willowford Bank"


class Command(BaseCommand):
    help = "Loads the demo bank, once. An interrupted load goes on where it stopped."

    def add_arguments(self, parser):
        parser.add_argument("--customers", type=int, default=people.CUSTOMERS, help="How many.")

    def handle(self, *args, customers, **options):
        if settings.ENVIRONMENT == "production":
            raise CommandError("The demo is not for production.")
        if Collection.objects.filter(name=NAME).exists():
            return
        collection, until = self.begun()
        self.stdout.write(f"Loading the demo bank, {NAME} (about a minute, once):")
        with self.step(f"{customers} customers"):
            imports.import_customers(_csv(customers), "demo customers", lambda _: None)
        with self.step("growth program"):
            call_command("load_program", str(files.PROGRAM), stdout=io.StringIO())
        with self.step("pictures"):
            images = media.store(collection)
        with self.step("benefits and codes"):
            shop.describe(images)
            shop.upload_codes()
        with self.step("zones in two languages"):
            site.build(images)
        with self.step("sizes of pictures"):
            media.size_all()
        with self.step(f"{people.DAYS} days of events"):
            self.take_in_events(until, customers)
        with self.step("claims, redemptions and operators"):
            shop.claim_some()
            shop.redeem_some()
            staff.hire()
        collection.name = NAME
        collection.save()

    def begun(self) -> tuple[Collection, datetime]:
        """The pictures' collection. Until all is loaded its name keeps the moment of the start:
        events are dealt backwards from there, and have to stay the same when tried again."""
        unfinished = Collection.objects.filter(name__startswith=f"{NAME} @ ").first()
        if unfinished:
            return unfinished, datetime.fromisoformat(unfinished.name.partition(" @ ")[2])
        until = timezone.now().replace(microsecond=0)
        root = Collection.get_first_root_node()
        return root.add_child(instance=Collection(name=f"{NAME} @ {until.isoformat()}")), until

    def take_in_events(self, until: datetime, customers: int) -> None:
        """Through the same intake as a bank's file."""
        with tempfile.TemporaryFile() as file:
            for event in people.events(until, customers):
                file.write(json.dumps(event, separators=(",", ":")).encode() + b"\n")
            file.seek(0)
            tally = imports.import_events(file, "demo events", lambda _: None)
        if tally.rejected:
            raise CommandError(f"{tally.rejected} of the demo's events were rejected.")

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Say what is done and how long it took."""
        began = time.monotonic()
        yield
        took = timedelta(seconds=round(time.monotonic() - began)).seconds
        self.stdout.write(f"  {what} ({took} s)")
        self.stdout.flush()


def _csv(count: int) -> io.BytesIO:
    rows = list(people.customers(count))
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    return io.BytesIO("\n".join(lines).encode())
