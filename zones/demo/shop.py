"""What the program's file does not say of tasks, levels and benefits; codes; first redemptions."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.utils.text import slugify

from benefits import imports, redemption
from benefits.errors import BenefitError
from benefits.models import Benefit, CodeBatch, Merchant
from growth import claims
from growth.errors import GrowthError
from growth.models import Customer, GrowthTask, Level, TaskCompletion

from . import files, people

CODES = {"coffee": 900, "metro-day": 900, "cinema": 400, "prints": 600}
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
OWN_REDEMPTIONS = {
    "demo-payroll": ("market", "tax-session"),
    "demo-senior": ("market", "calendar"),
    "demo-student": ("breakfast", "prints"),
    "demo-city": ("metro-day", "coffee"),
}
OWN_DAYS = ((31, 16, 9, 2), (5, 3, 1))  # days ago
WISHES = 2


def describe(images: dict[str, Any]) -> None:
    """Write descriptions, terms, pictures, places and privileges where nobody has yet."""
    for code, text in files.read("benefits").items():
        Benefit.objects.filter(code=code, picture=None).update(
            description=text["description"],
            terms=text["terms"],
            city=text["city"],
            merchant=_merchant(text),
            picture=images[text["picture"]],
            valid_days=text.get("valid_days"),
            cancellable=code not in CODES,
        )
    for code, text in files.read("tasks").items():
        GrowthTask.objects.filter(code=code, icon="").update(
            description=text["how"], icon=text["icon"], link=text["link"]
        )
    for code, text in files.read("levels").items():
        said = {
            language: "\n".join(line[language] for line in text["privileges"])
            for language in files.LANGUAGES
        }
        for level in Level.objects.filter(code=code):
            if not level.brings:
                level.privileges |= said
                level.save(update_fields=["privileges"])


def _merchant(text: dict[str, Any]) -> Merchant:
    name = text["merchant"]
    facts = {"name": name, "city": text["city"]}
    return Merchant.objects.get_or_create(code=slugify(name["en"]), defaults=facts)[0]


def upload_codes() -> None:
    """Import a file of codes for each benefit that hands them out, once."""
    for code, count in CODES.items():
        name = f"{code}-autumn.csv"
        if CodeBatch.objects.filter(benefit__code=code, feed=name).exists():
            continue
        dice = random.Random(f"codes:{code}")
        rows = ["code", *("".join(dice.choices(ALPHABET, k=12)) for _ in range(count))]
        content = io.BytesIO("\n".join(rows).encode())
        imports.import_codes(content, name, benefit_code=code, on_batch=lambda _: None)


class Wish(NamedTuple):
    """A benefit that somebody tries to get on a day; without the points for it nothing happens."""

    hour: float
    ref: str
    code: str
    key: str
    used: bool = False

    @property
    def after_midnight(self) -> timedelta:
        """How far into its day it is."""
        return timedelta(hours=self.hour)


def wishes(last: date, count: int = people.CUSTOMERS) -> dict[date, list[Wish]]:
    """Who wants what on which of the demo's days, more of them as the benefits become known."""
    dice = random.Random(people.SEED)
    found: dict[date, list[Wish]] = {}

    def add(ago: int, *wish: Any) -> None:
        hour = dice.triangular(8.5, 21.5, 18)
        found.setdefault(last - timedelta(days=ago), []).append(Wish(hour, *wish))

    for ref, codes in OWN_REDEMPTIONS.items():
        for number, code in enumerate(codes):
            for ago in OWN_DAYS[number]:  # until there are points enough
                add(ago, ref, code, f"demo-{number}")
    every = tuple(sorted(files.read("benefits")))
    for person in people.customers(count):
        if person["customer_id"] in OWN_REDEMPTIONS:
            continue
        for number in range(WISHES):
            ago = int(dice.triangular(0, people.DAYS - 7, 0))
            used = dice.random() < 0.4
            add(ago, person["customer_id"], dice.choice(every), f"demo-{number}", used)
    return {day: sorted(found[day]) for day in found}


def live_a_day(today: list[Wish], midnight: datetime, set_time: Callable[[datetime], None]) -> None:
    """Neighbours fetch points that wait for them, and people redeem what they can pay by now."""
    set_time(midnight + timedelta(hours=7))
    claim_some()
    rows = Customer.objects.filter(ref__in=[wish.ref for wish in today])
    found = {ref: (pk, held) for ref, pk, held in rows.values_list("ref", "pk", "wallet__balance")}
    prices = dict(Benefit.objects.values_list("code", "price"))
    for wish in today:
        customer_id, held = found[wish.ref]
        if (held or 0) < prices[wish.code]:
            continue  # most cannot: not worth asking
        set_time(midnight + wish.after_midnight)
        _redeem(customer_id, wish.code, wish.key, used=wish.used)


def claim_some() -> None:
    """A quarter of the neighbours fetch nothing; the demo customers leave it to visitors."""
    waiting = TaskCompletion.objects.filter(status=TaskCompletion.Status.CLAIMABLE)
    waiting = waiting.exclude(customer__ref__in=OWN_REDEMPTIONS).order_by("customer", "task")
    for customer_id, task_code in waiting.values_list("customer", "task__code").distinct():
        if customer_id % 4:
            claims.claim_task(customer_id=customer_id, code=task_code)


def _redeem(customer_id: int, code: str, key: str, *, used: bool) -> None:
    try:
        made = redemption.redeem(customer_id=customer_id, benefit_code=code, key=key)
        if used and made.created:
            redemption.mark_used(
                redemption_id=made.redemption.pk, actor="merchant", note="Old Ford branch"
            )
    except (BenefitError, GrowthError):
        pass
