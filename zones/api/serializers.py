"""How zones look in the API, and what a page may report."""

from typing import Any

from rest_framework import serializers

from zones.models import TrackingEvent

MAX_EVENTS = 100


class ZoneOut(serializers.Serializer):
    """A zone in the list."""

    slug = serializers.CharField()
    title = serializers.CharField()
    intro = serializers.CharField()
    language = serializers.CharField()
    theme = serializers.CharField()
    url = serializers.CharField()


class PictureOut(serializers.Serializer):
    """A picture in the size that the page shows."""

    url = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    alt = serializers.CharField()


class BlockOut(serializers.Serializer):
    """A component; what stands in ``value`` depends on ``type``."""

    id = serializers.CharField()
    type = serializers.CharField()
    anchor = serializers.CharField()
    value = serializers.DictField()


class SectionOut(serializers.Serializer):
    """A stage of the funnel with what the visitor sees of it."""

    stage = serializers.CharField()
    id = serializers.CharField()
    heading = serializers.CharField()
    blocks = BlockOut(many=True)


class ZoneDetailOut(serializers.Serializer):
    """A zone as data."""

    slug = serializers.CharField()
    title = serializers.CharField()
    intro = serializers.CharField()
    language = serializers.CharField()
    theme = serializers.CharField()
    image = PictureOut(allow_null=True)
    sections = SectionOut(many=True)


class TrackedIn(serializers.Serializer):
    """One thing that happened."""

    kind = serializers.ChoiceField(choices=TrackingEvent.Kind.choices)
    at = serializers.DateTimeField()
    stage = serializers.ChoiceField(
        choices=["attention", "interest", "trust", "action", "referral"],
        required=False,
        allow_blank=True,
        default="",
    )
    block = serializers.CharField(max_length=64, required=False, allow_blank=True, default="")
    track = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    seconds = serializers.IntegerField(min_value=0, max_value=60, required=False, default=0)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Only visible time has seconds."""
        if attrs["seconds"] and attrs["kind"] != TrackingEvent.Kind.VISIBLE:
            raise serializers.ValidationError({"seconds": ["Belongs to visible_seconds only."]})
        return attrs


class TrackIn(serializers.Serializer):
    """A batch of one page view."""

    batch = serializers.UUIDField(
        help_text="A fresh one for each batch; a repeated one is dropped."
    )
    view = serializers.UUIDField(help_text="One for each time that the page is opened.")
    zone = serializers.SlugField(max_length=255)
    entry = serializers.ChoiceField(
        choices=["app", "site", "outside", "direct", "back"], required=False, default="direct"
    )
    sent_at = serializers.DateTimeField(help_text="The phone's clock when it sent the batch.")
    final = serializers.BooleanField(
        required=False, default=False, help_text="The page is being left."
    )
    events = serializers.ListField(child=TrackedIn(), max_length=MAX_EVENTS, allow_empty=True)
