"""What the program's file does not say of tasks, levels and benefits; codes; first redemptions."""

from __future__ import annotations

import io
import random
from typing import Any

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
        Level.objects.filter(code=code, privileges={}).update(
            privileges={
                language: "\n".join(line[language] for line in text["privileges"])
                for language in files.LANGUAGES
            }
        )


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


def redeem_some() -> int:
    """A few benefits for the demo customers and some neighbours; returns how many."""
    ids = dict(Customer.objects.filter(ref__in=OWN_REDEMPTIONS).values_list("ref", "pk"))
    done = 0
    for ref, codes in OWN_REDEMPTIONS.items():
        for number, code in enumerate(codes):
            done += _redeem(ids[ref], code, f"demo-{number}")
    dice = random.Random(people.SEED)
    every = tuple(Benefit.objects.order_by("code").values_list("code", flat=True))
    others = Customer.objects.exclude(ref__in=OWN_REDEMPTIONS).order_by("ref")
    for pk in others.values_list("pk", flat=True)[::8]:
        done += _redeem(pk, dice.choice(every), "demo-0", used=dice.random() < 0.4)
    return done


def claim_some() -> int:
    """Neighbours fetch the points that wait for them; the demo customers leave that to visitors."""
    waiting = TaskCompletion.objects.filter(status=TaskCompletion.Status.CLAIMABLE)
    waiting = waiting.exclude(customer__ref__in=OWN_REDEMPTIONS).order_by("customer", "task")
    pairs = waiting.values_list("customer", "task__code").distinct()
    for number, (customer_id, task_code) in enumerate(pairs):
        if number % 4:
            claims.claim_task(customer_id=customer_id, code=task_code)
    return len(pairs)


def _redeem(customer_id: int, code: str, key: str, *, used: bool = False) -> int:
    try:
        made = redemption.redeem(customer_id=customer_id, benefit_code=code, key=key)
        if used and made.created:
            redemption.mark_used(
                redemption_id=made.redemption.pk, actor="merchant", note="Old Ford branch"
            )
    except (BenefitError, GrowthError):
        return 0
    return int(made.created)
