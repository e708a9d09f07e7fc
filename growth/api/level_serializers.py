"""Shapes of the customer's level, badges and notices."""

from rest_framework import serializers

from growth.api.serializers import StrictSerializer
from growth.notices import LEVEL_DROP, POINTS_EXPIRING

MOST_SEEN = 100


class ImageSerializer(serializers.Serializer):
    """A picture, for plain and for fine screens."""

    src = serializers.CharField()
    srcset = serializers.CharField()


class NextLevelSerializer(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    needs = serializers.IntegerField(help_text="Growth value that is missing.")
    privileges = serializers.ListField(child=serializers.CharField())
    badge = ImageSerializer(allow_null=True)


class KeepSerializer(serializers.Serializer):
    """What keeps the level for longer: so much growth value by that day."""

    by = serializers.DateField(help_text="The level's last sure day.")
    needs = serializers.IntegerField(
        help_text="0: growth value does not keep it, as the levels change then."
    )


class LevelStandingSerializer(serializers.Serializer):
    """A customer's level; ``keeps_until`` is its last sure day, null = no end in sight."""

    code = serializers.CharField()
    name = serializers.CharField()
    growth_value = serializers.IntegerField()
    next = NextLevelSerializer(allow_null=True)
    keeps_until = serializers.DateField(allow_null=True)
    keep = KeepSerializer(allow_null=True)
    privileges = serializers.ListField(
        child=serializers.CharField(), help_text="What the level brings, for people."
    )
    points_percent = serializers.IntegerField(
        help_text="What the level makes of a task's points; 100 = nothing more."
    )
    badge = ImageSerializer(allow_null=True)


class BadgeSerializer(serializers.Serializer):
    """A badge that the customer holds."""

    code = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    image = ImageSerializer()
    granted_at = serializers.DateTimeField()


class NoticeSerializer(serializers.Serializer):
    """Something to know in time; ``title`` and ``text`` are for people."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=[LEVEL_DROP, POINTS_EXPIRING])
    title = serializers.CharField()
    text = serializers.CharField()
    on = serializers.DateField(help_text="Last day on which things are as they are now.")
    days = serializers.IntegerField(help_text="Days up to then.")
    seen = serializers.BooleanField()


class NoticesSeenSerializer(StrictSerializer):
    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1), allow_empty=False, max_length=MOST_SEEN
    )
