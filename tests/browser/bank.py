"""The demo bank with its four customers: the whole program and every page, few people."""

import io
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from wagtail.models import Collection, Locale, Page

from growth import imports, preferences, sessions
from growth.admin import groups
from growth.models import ApiClient, Customer, PointsTransfer, TaskCompletion, Wallet
from zones.demo import files, media, people, shop, site, staff
from zones.demo.art import canvas
from zones.demo.habits import Diary


def load() -> None:
    """Load it through the verbs that the demo is loaded with."""
    _roots()
    rows = list(people.customers(len(people.DEMO)))
    _import_customers(rows)
    call_command("load_program", str(files.PROGRAM), stdout=io.StringIO())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(canvas, "SUPERSAMPLING", 1)  # rougher pictures, nine times as fast
        images = media.store(Collection.get_first_root_node())
    shop.describe(images)
    shop.upload_codes()
    site.build(images)
    _import_events(people.events(timezone.now(), len(people.DEMO)))
    staff.hire()


def ticket(ref: str, path: str) -> str:
    """A fresh ticket, as the bank's app would get one."""
    bank, _ = ApiClient.objects.get_or_create(
        client_id="app", defaults={"name": "App", "scopes": ["handoffs:write"]}
    )
    made = sessions.issue_ticket(customer_ref=ref, channel="app", next_path=path, client_id=bank.pk)
    return made.ticket


def neighbour(
    ref: str, *, like: str, points: int = 0, meals: int = 0, logins: Sequence[int] = ()
) -> str:
    """A new customer who lives as the demo's ``like`` does; returns ``ref``.

    They have paid enough for ``points``; four ``meals`` bring points that wait to be claimed;
    ``logins`` are on days so many ago.
    """
    row = next(row for row in people.customers(len(people.DEMO)) if row["customer_id"] == like)
    _import_customers([row | {"customer_id": ref}])
    diary = Diary(ref, timezone.now().astimezone(people.BANK_TIME))
    yesterday = diary.end.date() - timedelta(days=1)
    for number in range(-(-points // 20)):
        paid = {"scene": "grocery", "amount": "500.00"}
        diary.write("payment.completed", diary.moment(yesterday, 9 + number / 60), paid)
    for number in range(meals):
        paid = {"scene": "campus", "amount": "1.00"}
        diary.write("payment.completed", diary.moment(yesterday, 12 + number / 60), paid)
    for ago in logins:
        on = diary.end.date() - timedelta(days=ago)
        data = {"os": "ios", "app_version": "8.3.0", "method": "face"}
        diary.write("app.logged_in", diary.moment(on, 8), data)
    _import_events(diary.events)
    return ref


def balance(ref: str) -> int:
    """The customer's points."""
    return Wallet.objects.get(customer__ref=ref).balance


def spent(ref: str) -> int:
    """How many times the customer paid with points."""
    kind = PointsTransfer.Kind.REDEEM
    return PointsTransfer.objects.filter(customer__ref=ref, kind=kind).count()


def waiting(ref: str) -> int:
    """Completions that the customer may claim."""
    status = TaskCompletion.Status.CLAIMABLE
    return TaskCompletion.objects.filter(customer__ref=ref, status=status).count()


def stored(ref: str) -> Customer:
    """The customer as stored."""
    return Customer.objects.get(ref=ref)


def large_text(ref: str, on: bool = True) -> None:
    """As the customer would set it."""
    preferences.change_settings(customer_id=stored(ref).pk, changes={"large_text": on})


def _roots() -> None:
    """What migrations made and a test with real commits may have emptied."""
    Locale.objects.get_or_create(language_code="en")
    if not Collection.objects.exists():
        Collection.add_root(name="Root")
    if not Page.objects.exists():
        Page.add_root(title="Root", slug="root")
    Wallet.objects.get_or_create(customer=None)
    groups.setup_groups()


def _import_customers(rows: list[dict[str, str]]) -> None:
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    content = io.BytesIO("\n".join(lines).encode())
    tally = imports.import_customers(content, "customers", lambda _: None)
    assert not tally.rejected


def _import_events(events: Any) -> None:
    content = io.BytesIO("\n".join(json.dumps(event) for event in events).encode())
    tally = imports.import_events(content, "events", lambda _: None)
    assert not tally.rejected
