"""The cast of the zone tests: pages, pictures, customers in segments."""

import io
import json
from itertools import count
from typing import Any

from django.core.files.base import ContentFile
from django.test import Client
from PIL import Image
from wagtail.images import get_image_model
from wagtail.models import Locale, Site

from content.models import ArticlePage
from growth import sessions
from growth.models import ApiClient, Customer, Segment, SegmentMembership, Wallet
from zones.models import ZoneIndexPage, ZonePage

_numbers = count(1)


def segment(code: str) -> Segment:
    """A segment by its code."""
    made, _ = Segment.objects.get_or_create(
        code=code, defaults={"name": {"en": code}, "rule": {"tag": code}}
    )
    return made


def customer(*segments: str, **facts: Any) -> Customer:
    """A customer in these segments."""
    Wallet.objects.get_or_create(customer=None)
    made = Customer.objects.create(ref=f"secret-ref-{next(_numbers)}", **facts)
    Wallet.objects.create(customer=made, balance=0)
    for code in segments:
        SegmentMembership.objects.create(customer=made, segment=segment(code))
    return made


def browser(who: Customer | None = None, **headers: str) -> Client:
    """A webview with this customer's session."""
    client = Client(headers=headers)
    if who is not None:
        bank, _ = ApiClient.objects.get_or_create(
            client_id="bank", defaults={"name": "Bank", "scopes": ["handoffs:write"]}
        )
        ticket = sessions.issue_ticket(
            customer_ref=who.ref, channel="app", next_path="/zones/", client_id=bank.pk
        )
        token = sessions.open_session(ticket=ticket.ticket).token
        client.cookies[sessions.cookie_name()] = token
    return client


def index() -> ZoneIndexPage:
    """Where zones stand."""
    found = ZoneIndexPage.objects.first()
    if found is None:
        found = ZoneIndexPage(title="Zones", slug="zones", locale=Locale.get_default())
        Site.objects.get(is_default_site=True).root_page.add_child(instance=found)
    return found


def picture(name: str = "picture") -> Any:
    """A picture of the library."""
    file = io.BytesIO()
    Image.new("RGB", (1200, 800), "teal").save(file, "PNG")
    return get_image_model().objects.create(
        title=name, file=ContentFile(file.getvalue(), f"{name}.png")
    )


def part(kind: str, **value: Any) -> dict[str, Any]:
    """A component as it is stored."""
    return {"type": kind, "value": value}


def stage(name: str, *parts: dict[str, Any], heading: str = "A heading") -> dict[str, Any]:
    """A stage as it is stored."""
    return {"type": name, "value": {"heading": heading, "components": list(parts)}}


def quote(text: str, **more: Any) -> dict[str, Any]:
    """The smallest component there is."""
    return part("quote", text=text, who="Somebody", **more)


def zone(slug: str = "payroll", *stages: dict[str, Any], **facts: Any) -> ZonePage:
    """A live zone."""
    page = ZonePage(title=facts.pop("title", slug.title()), slug=slug, **facts)
    page.funnel = json.dumps(list(stages or [stage("attention", quote("Hello."))]))
    index().add_child(instance=page)
    return ZonePage.objects.get(pk=page.pk)


def article(parent: ZonePage, slug: str = "a-story", **facts: Any) -> ArticlePage:
    """A live article of a zone."""
    page = ArticlePage(title=slug.replace("-", " ").title(), slug=slug, **facts)
    return parent.add_child(instance=page)
