"""The one state that operators see of each task. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from growth.values import iso_date


class Stage(TextChoices):
    """Where a task, or a draft that would change one, stands in its life."""

    DRAFT = "draft", _("draft")
    IN_REVIEW = "in_review", _("in review")
    SCHEDULED = "scheduled", _("scheduled")
    LIVE = "live", _("live")
    PAUSED = "paused", _("paused")
    ENDED = "ended", _("ended")


def state_of(
    *, spec: Mapping[str, Any] | None, paused: bool, change: str | None, today: date
) -> Stage:
    """The state of a task whose newest version says ``spec`` (None: it never had one).

    ``change`` is the state of the request that its draft waits for, "" for a draft that was not
    sent, None without a draft. A draft decides only as long as there is no version.
    """
    if paused:
        return Stage.PAUSED
    if spec is None:
        return draft_stage(change or "")
    first, last = iso_date(spec.get("starts")), iso_date(spec.get("ends"))
    if last and last < today:
        return Stage.ENDED
    return Stage.SCHEDULED if first and first > today else Stage.LIVE


def draft_stage(change: str) -> Stage:
    """The state of a draft: what was refused, expired or failed is a draft again."""
    return {"waiting": Stage.IN_REVIEW, "approved": Stage.SCHEDULED}.get(change, Stage.DRAFT)
