from urllib.parse import urlencode

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from growth.models import Customer
from zones.demo import people, staff
from zones.directory import listed


class Command(BaseCommand):
    help = "Prints how to sign in, and one link for each demo customer and zone of theirs."

    def handle(self, *args, **options):
        if settings.ENVIRONMENT != "local":
            raise CommandError("The demo's links are for a local machine only.")
        base = settings.BASE_URL.rstrip("/")
        self.stdout.write(f"Login   {staff.ADMIN} / {staff.PASSWORD}")
        self.stdout.write(f"        also {', '.join(staff.GROUPS)} with the same password")
        page = base + reverse("handoff-demo")
        for ref, zones in _zones_by_customer().items():
            self.stdout.write(f"\n{ref}")
            for slug in zones:
                query = urlencode({"customer": ref, "next": f"/zones/{slug}/"}, safe="/")
                self.stdout.write(f"  {slug:<8}{page}?{query}")


def _zones_by_customer() -> dict[str, list[str]]:
    """The zones that each demo customer belongs to, their own before everybody's."""
    found: dict[str, list[str]] = {}
    customers = Customer.objects.filter(ref__in=people.DEMO).in_bulk(field_name="ref")
    for ref in people.DEMO:
        if ref in customers:
            codes = set(customers[ref].memberships.values_list("segment__code", flat=True))
            found[ref] = [zone.slug for zone in listed("en") if zone.segment in codes]
    return found
