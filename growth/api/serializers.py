"""Shapes of the customer's own things, and what the API takes in."""

from datetime import date
from typing import Any

from django.conf import settings
from rest_framework import serializers

from growth import quotas
from growth.models import PointsTransfer
from growth.streaks import Offer
from growth.task_check import KINDS
from growth.task_rules import Reward
from growth.taskboard import TaskStanding
from growth.times import instant


class StrictBooleanField(serializers.BooleanField):
    """true or false, and nothing that merely looks like it."""

    def to_internal_value(self, data: Any) -> bool:
        """A JSON boolean."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return bool(data)


class StrictSerializer(serializers.Serializer):
    """Refuses fields that it does not know."""

    def to_internal_value(self, data: Any) -> Any:
        """As usual, after a look at the names."""
        if isinstance(data, dict) and (unknown := set(data) - set(self.fields)):
            raise serializers.ValidationError(
                {sorted(unknown)[0][:60]: ["There is no such field."]}
            )
        return super().to_internal_value(data)


class SettingsSerializer(StrictSerializer):
    """What a customer chooses; an empty language follows the device."""

    personalised = StrictBooleanField()
    large_text = StrictBooleanField()
    language = serializers.ChoiceField(choices=["", *(code for code, _ in settings.LANGUAGES)])


class LevelNameSerializer(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()


class MeSerializer(serializers.Serializer):
    """The customer at a glance."""

    customer_id = serializers.CharField()
    level = LevelNameSerializer()
    points = serializers.IntegerField()
    zones = serializers.ListField(child=serializers.CharField())
    settings = SettingsSerializer()


class ExpiringSerializer(serializers.Serializer):
    points = serializers.IntegerField()
    on = serializers.DateField(help_text="First day on which they can no longer be spent.")


class PointsSerializer(serializers.Serializer):
    """A customer's points; the totals are net of what was taken back or refunded."""

    available = serializers.IntegerField()
    pending = serializers.IntegerField(
        help_text="Held back, or waiting to be claimed; a limit may still refuse some of it."
    )
    expiring = ExpiringSerializer(many=True)
    earned_total = serializers.IntegerField()
    spent_total = serializers.IntegerField()
    held = serializers.IntegerField(
        required=False,
        help_text="The customer's, but not to be spent for now. Left out where there are none.",
    )
    owed = serializers.IntegerField(
        required=False,
        help_text="Repaid by the next points that come in; until then none can be spent."
        " Left out where there are none.",
    )

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Without what hardly any customer has."""
        told: dict[str, Any] = super().to_representation(instance)
        return {name: value for name, value in told.items() if value or name not in _SELDOM}


_SELDOM = {"held", "owed"}


class SourceSerializer(serializers.Serializer):
    """Where points came from or went to."""

    type = serializers.CharField(help_text="task, benefit, expiry or other")
    code = serializers.CharField()
    name = serializers.CharField()
    day = serializers.DateField(
        allow_null=True, help_text="A task's: the bank day on which it was completed."
    )


class EntrySerializer(serializers.Serializer):
    """Points in or out; ``title`` is for people, ``kind`` and ``reason`` are stable."""

    id = serializers.IntegerField()
    points = serializers.IntegerField(help_text="Signed: what came in is positive.")
    kind = serializers.ChoiceField(choices=PointsTransfer.Kind.values)
    title = serializers.CharField()
    reason = serializers.CharField()
    at = serializers.DateTimeField()
    source = SourceSerializer()  # type: ignore[assignment]

    def to_representation(self, instance: PointsTransfer) -> dict[str, Any]:
        """By hand: a page has up to a hundred, and their sources are read together."""
        source = self.context["sources"][instance.pk]
        return {
            "id": instance.pk,
            "points": instance.signed_points,
            "kind": instance.kind,
            "title": source.name or instance.kind_label,
            "reason": instance.reason,
            "at": instant(instance.posted_at),
            "source": {
                "type": source.type,
                "code": source.code,
                "name": source.name,
                "day": source.day,
            },
        }


class ProgressSerializer(serializers.Serializer):
    current = serializers.FloatField()
    target = serializers.FloatField()


class RewardSerializer(serializers.Serializer):
    points = serializers.IntegerField()
    growth = serializers.IntegerField()
    benefit = serializers.CharField(allow_null=True)


class MilestoneSerializer(serializers.Serializer):
    target = serializers.FloatField()
    reached = serializers.BooleanField()
    reward = RewardSerializer()
    badge = serializers.CharField(allow_null=True)


class OfferSerializer(serializers.Serializer):
    """What a make-up check-in costs, and the missed days for which there may be one."""

    points = serializers.IntegerField()
    days = serializers.ListField(child=serializers.DateField(), help_text="Newest first.")


class MakeUpSerializer(StrictSerializer):
    day = serializers.DateField(help_text="A missed day, by the bank's time.")


class MadeUpSerializer(serializers.Serializer):
    """The day counts, and this was its price in points."""

    code = serializers.CharField()
    day = serializers.DateField()
    points = serializers.IntegerField()


class HeldSerializer(serializers.Serializer):
    """Points of completed tasks that are still to come."""

    points = serializers.IntegerField()
    until = serializers.DateField(
        allow_null=True, help_text="Day on which they come; null: somebody looks at them first."
    )


class TaskSerializer(serializers.Serializer):
    """A task as this customer stands with it."""

    code = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    kind = serializers.CharField(help_text=", ".join(KINDS))
    icon = serializers.CharField()
    link = serializers.CharField()
    status = serializers.CharField(help_text="locked, open, claimable or completed")
    progress = ProgressSerializer()
    reward = RewardSerializer()
    badge = serializers.CharField(allow_null=True)
    completions = serializers.IntegerField()
    ends = serializers.DateField(allow_null=True)
    held = HeldSerializer(allow_null=True)
    claim_by = serializers.DateField(allow_null=True, help_text="Last day to claim what waits.")
    lapsed = serializers.IntegerField(help_text="Completions that were not claimed in time.")
    milestones = MilestoneSerializer(many=True)
    choices = serializers.ListField(
        child=serializers.CharField(), help_text="Codes of the tasks to choose from."
    )
    make_up = OfferSerializer(allow_null=True)
    used_up = serializers.ChoiceField(
        choices=[quotas.TODAY, quotas.ALL],
        allow_null=True,
        help_text="Nobody gets its reward any more: today (new ones come tomorrow), or at all.",
    )
    paused = serializers.BooleanField(help_text="Nothing counts for now; what counted stays.")

    def to_representation(self, instance: TaskStanding) -> dict[str, Any]:
        """Whole numbers as such."""
        return {
            "code": instance.code,
            "name": instance.name,
            "description": instance.description,
            "kind": instance.kind,
            "icon": instance.icon,
            "link": instance.link,
            "status": instance.status,
            "progress": {
                "current": _number(instance.current),
                "target": _number(instance.target),
            },
            "reward": _reward(instance),
            "badge": instance.badge or None,
            "completions": instance.completions,
            "ends": _day(instance.ends),
            "held": {"points": instance.held, "until": _day(instance.held_until)}
            if instance.held
            else None,
            "claim_by": _day(instance.claim_by),
            "lapsed": instance.lapsed,
            "milestones": [
                {
                    "target": _number(each.target),
                    "reached": each.reached,
                    "reward": _reward(each.reward),
                    "badge": each.reward.badge or None,
                }
                for each in instance.milestones
            ],
            "choices": list(instance.choices),
            "make_up": _offer(instance.make_up),
            "used_up": instance.used_up or None,
            "paused": instance.paused,
        }


def _offer(offer: Offer | None) -> dict[str, Any] | None:
    if offer is None:
        return None
    return {"points": offer.points, "days": [day.isoformat() for day in offer.days]}


def _reward(reward: Reward | TaskStanding) -> dict[str, Any]:
    return {
        "points": reward.points,
        "growth": reward.growth,
        "benefit": reward.benefit or None,
    }


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _number(value: Any) -> int | float:
    return int(value) if value == int(value) else float(value)


class ClaimedSerializer(serializers.Serializer):
    """What a claim brought: ``refused`` completions met a limit, ``held`` ones are paid later."""

    code = serializers.CharField()
    posted = serializers.IntegerField()
    refused = serializers.IntegerField()
    reasons = serializers.ListField(
        child=serializers.CharField(),
        help_text="Why some were refused: per_customer, completions_a_day, used_up or other.",
    )
    held = serializers.IntegerField()
    points = serializers.IntegerField()
    growth = serializers.IntegerField()


class TicketInSerializer(StrictSerializer):
    ticket = serializers.CharField(max_length=128)


class AccessTokenSerializer(serializers.Serializer):
    """To be sent as ``Authorization: Bearer``. 15 minutes idle, 30 minutes at most."""

    access_token = serializers.CharField()
    token_type = serializers.CharField()
    expires_at = serializers.DateTimeField()
