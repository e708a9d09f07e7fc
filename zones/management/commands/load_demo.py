import io
import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from itertools import groupby
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from wagtail.models import Collection

from growth import imports, jobs
from growth.models import BankEvent
from zones.demo import clock, files, media, people, shop, site, staff

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
        self.stdout.write(f"Loading the demo bank, {NAME} (a minute or two, once):")
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
        with self.step(f"{people.DAYS} days of events, claims and redemptions"):
            self.live(until, customers)
        with self.step("levels and segments of today, operators"):
            jobs.regrade_all()
            jobs.rebuild_segments()
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

    def live(self, until: datetime, customers: int) -> None:
        """Day by day as it was, by a clock wound back, so that nobody spends what comes later.

        Of an interrupted load the days that are stored are not lived again.
        """
        last = until.astimezone(people.BANK_TIME).date()
        wishes = shop.wishes(last, customers)
        newest = BankEvent.objects.aggregate(newest=Max("time"))["newest"]
        begun = newest.astimezone(people.BANK_TIME).date() if newest else date.min
        with clock.wound_back() as set_time:
            for day, events in groupby(people.events(until, customers), key=_day):
                if day < begun:
                    continue
                midnight = datetime.combine(day, time.min, tzinfo=people.BANK_TIME)
                due = [w for w in wishes.get(day, []) if midnight + w.after_midnight < until]
                shop.live_a_day(due, midnight, set_time)
                set_time(min(midnight + timedelta(days=1, seconds=-1), until))
                self.take_in(events)

    def take_in(self, events: Iterable[dict[str, Any]]) -> None:
        """Through the same intake as a bank's file."""
        with tempfile.TemporaryFile() as file:
            for event in events:
                file.write(json.dumps(event, separators=(",", ":")).encode() + b"\n")
            file.seek(0)
            # In one transaction, so on this connection, which alone has the clock wound back.
            with transaction.atomic():
                tally = imports.import_events(file, "demo events", lambda _: None)
        if tally.rejected:
            raise CommandError(f"{tally.rejected} of the demo's events were rejected.")

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Say what is done and how long it took."""
        began = monotonic()
        yield
        took = timedelta(seconds=round(monotonic() - began)).seconds
        self.stdout.write(f"  {what} ({took} s)")
        self.stdout.flush()


def _csv(count: int) -> io.BytesIO:
    rows = list(people.customers(count))
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    return io.BytesIO("\n".join(lines).encode())


def _day(event: dict[str, Any]) -> date:
    return datetime.fromisoformat(event["time"]).astimezone(people.BANK_TIME).date()
