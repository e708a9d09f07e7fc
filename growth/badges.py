"""Badges: given by a task or a level, taken back with their cause, and worth nothing else.

The program file has a section ``badges``; what a customer holds is a row for each grant.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Min
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from growth import badge_images, registry
from growth.bulk import array
from growth.checking import Checker
from growth.models import Badge, BadgeGrant
from growth.text import localized


@dataclass(frozen=True, slots=True)
class Held:
    """A badge that a customer holds, since the first grant that stands."""

    code: str
    name: str
    description: str
    image: badge_images.Image
    granted_at: datetime


def register() -> None:
    """Called once, when the apps are ready."""
    registry.program_sections["badges"] = BadgesSection()
    registry.reward_payers["badge"] = grant
    registry.reward_reversers["badge"] = revoke
    registry.reward_grants["badge"] = grants
    registry.customer_panels.append((_("Badges"), "growth/admin/customer_badges.html", panel))


def grant(*, customer_id: int, code: str, key: str) -> None:
    """Give a badge as a reward, once per ``key``; a badge that is gone meanwhile is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO growth_badgegrant (key, customer_id, badge_id)
               SELECT %s, %s, id FROM growth_badge WHERE code = %s ON CONFLICT (key) DO NOTHING""",
            [key, customer_id, code],
        )


def revoke(*, customer_id: int, key: str) -> None:
    """Take a badge back whose cause was reversed."""
    mine = BadgeGrant.objects.filter(customer=customer_id, key=key, revoked_at__isnull=True)
    mine.update(revoked_at=Now())


def grants(customer_ids: list[int], prefix: str) -> Iterable[tuple[int, str, bool, bool]]:
    """Grants of these customers by key, and whether each stands; a badge is never used up."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT customer_id, key, revoked_at IS NULL, revoked_at IS NULL
               FROM growth_badgegrant
               WHERE customer_id = ANY(%s::bigint[]) AND starts_with(key, %s)""",
            [array(customer_ids), prefix],
        )
        return list(cursor.fetchall())


def held(customer_id: int) -> list[Held]:
    """What a customer holds, newest first; a badge with several grants once."""
    mine = BadgeGrant.objects.filter(customer=customer_id, revoked_at__isnull=True)
    rows = mine.values("badge").annotate(since=Min("granted_at")).order_by("-since")
    since = {row["badge"]: row["since"] for row in rows}
    badges = Badge.objects.in_bulk(list(since))
    return [
        Held(
            code=badges[pk].code,
            name=localized(badges[pk].name),
            description=localized(badges[pk].description),
            image=badge_images.image_of(badges[pk]),
            granted_at=moment,
        )
        for pk, moment in since.items()
    ]


def panel(customer_id: int) -> dict[str, Any]:
    """For the operators' page of a customer."""
    return {"badges": held(customer_id)}


class BadgesSection:
    """The ``badges`` section of the program file."""

    def check(self, rows: Any, *, segments: set[str], levels: set[str]) -> list[tuple[str, str]]:
        """Faults as (path below the section, what is wrong)."""
        checker = Checker()
        seen: set[str] = set()
        for index, row in enumerate(rows):
            path = f"[{index}]"
            row = checker.mapping(row, path, ("code", "name"), ("description", "icon", "colour"))
            if "code" in row:
                checker.code(row["code"], f"{path}.code", seen)
            for key in ("name", "description"):
                if key in row:
                    checker.name(row[key], f"{path}.{key}")
            if "icon" in row:
                checker.choice(row["icon"], f"{path}.icon", badge_images.ICONS)
            if "colour" in row and not badge_images.is_colour(row["colour"]):
                checker.fault(f"{path}.colour", "must be a colour such as #b8860b")
        return checker.faults

    def codes(self, rows: Any) -> set[str]:
        """Codes that exist once ``rows`` are applied."""
        given = {row.get("code") for row in rows if isinstance(row, dict)}
        stored = set(Badge.objects.values_list("code", flat=True))
        return stored | {code for code in given if isinstance(code, str)}

    def apply(self, rows: Any) -> list[str]:
        """Add and update; one line per change."""
        lines = []
        stored = {badge.code: badge for badge in Badge.objects.all()}
        for row in rows:
            badge = stored.get(row["code"]) or Badge(code=row["code"])
            facts = {key: row[key] for key in _FACTS if key in row}
            if badge.pk and all(getattr(badge, key) == value for key, value in facts.items()):
                continue
            lines.append(f"badge {badge.code}: {'changed' if badge.pk else 'new'}")
            for key, value in facts.items():
                setattr(badge, key, value)
            badge.save()
        return lines

    def dump(self) -> list[dict[str, Any]]:
        """The section as it stands."""
        return [
            {"code": badge.code} | {key: value for key in _FACTS if (value := getattr(badge, key))}
            for badge in Badge.objects.order_by("code")
        ]


_FACTS = ("name", "description", "icon", "colour")
