"""Shapes of the customer's own things, and what the API takes in."""

from typing import Any

from django.conf import settings
from rest_framework import serializers

from growth.models import PointsTransfer
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
        help_text="Of completions that wait to be claimed; a limit may still refuse some of it."
    )
    expiring = ExpiringSerializer(many=True)
    earned_total = serializers.IntegerField()
    spent_total = serializers.IntegerField()


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
            "title": source.name or PointsTransfer.Kind(instance.kind).label,
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


class TaskSerializer(serializers.Serializer):
    """A task as this customer stands with it."""

    code = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    kind = serializers.CharField(help_text="once, daily, weekly, monthly, streak or cumulative")
    icon = serializers.CharField()
    link = serializers.CharField()
    status = serializers.CharField(help_text="locked, open, claimable or completed")
    progress = ProgressSerializer()
    reward = RewardSerializer()
    completions = serializers.IntegerField()
    ends = serializers.DateField(allow_null=True)

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
            "reward": {
                "points": instance.points,
                "growth": instance.growth,
                "benefit": instance.benefit or None,
            },
            "completions": instance.completions,
            "ends": instance.ends.isoformat() if instance.ends else None,
        }


def _number(value: Any) -> int | float:
    return int(value) if value == int(value) else float(value)


class ClaimedSerializer(serializers.Serializer):
    """What a claim brought: ``refused`` completions met a limit."""

    code = serializers.CharField()
    posted = serializers.IntegerField()
    refused = serializers.IntegerField()
    points = serializers.IntegerField()
    growth = serializers.IntegerField()


class TicketInSerializer(StrictSerializer):
    ticket = serializers.CharField(max_length=128)


class AccessTokenSerializer(serializers.Serializer):
    """To be sent as ``Authorization: Bearer``. 15 minutes idle, 30 minutes at most."""

    access_token = serializers.CharField()
    token_type = serializers.CharField()
    expires_at = serializers.DateTimeField()
