"""How benefits and redemptions look in the API; one serializer for each direction."""

from datetime import date, datetime
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from benefits import queries
from benefits.models import Benefit, Redemption
from benefits.queries import Offer
from growth.text import localized
from growth.times import instant

PICTURE = "fill-640x400|format-webp"


class MerchantOut(serializers.Serializer):
    """Where a benefit is used."""

    code = serializers.CharField()
    name = serializers.SerializerMethodField()
    city = serializers.CharField()
    address = serializers.SerializerMethodField()

    def get_name(self, merchant: Any) -> str:
        """In the customer's language."""
        return localized(merchant.name)

    def get_address(self, merchant: Any) -> str:
        """In the customer's language."""
        return localized(merchant.address)


class BenefitOut(serializers.ModelSerializer):
    """A benefit without the customer: what it is."""

    name = serializers.SerializerMethodField()
    description = serializers.SerializerMethodField()
    terms = serializers.SerializerMethodField()
    merchant = MerchantOut(allow_null=True)
    picture = serializers.SerializerMethodField()

    class Meta:
        model = Benefit
        fields = [
            "code",
            "name",
            "description",
            "terms",
            "kind",
            "price",
            "per_customer",
            "level",
            "starts",
            "ends",
            "valid_days",
            "city",
            "merchant",
            "picture",
        ]

    def get_name(self, benefit: Benefit) -> str:
        """In the customer's language."""
        return localized(benefit.name)

    def get_description(self, benefit: Benefit) -> str:
        """In the customer's language."""
        return localized(benefit.description)

    def get_terms(self, benefit: Benefit) -> str:
        """In the customer's language."""
        return localized(benefit.terms)

    def get_picture(self, benefit: Benefit) -> str | None:
        """Path of the picture."""
        return benefit.picture.get_rendition(PICTURE).url if benefit.picture else None


class OfferOut(BenefitOut):
    """A benefit as this customer sees it."""

    can_redeem = serializers.BooleanField(help_text="Whether redeeming it now would be accepted.")
    why_not = serializers.CharField(
        allow_null=True, help_text="The code with which redeeming it now would be refused."
    )

    class Meta(BenefitOut.Meta):
        fields = [*BenefitOut.Meta.fields, "can_redeem", "why_not"]

    def to_representation(self, instance: Offer) -> dict[str, Any]:
        """The benefit's fields, then the verdict."""
        shown = BenefitOut().to_representation(instance.benefit)
        return shown | {"can_redeem": instance.can_redeem, "why_not": instance.why_not}


class RedeemIn(serializers.Serializer):
    """What may be said when redeeming."""

    expected_points = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=2**31 - 1,
        help_text="The price that the customer saw; another one now is refused, price_changed.",
    )

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """A whole number of points, and nothing that we would silently leave aside."""
        if not isinstance(data, dict):
            raise serializers.ValidationError({"": ["Has to be an object."]})
        unknown = sorted(str(name)[:40] for name in set(data) - set(self.fields))
        if unknown:
            raise serializers.ValidationError({name: ["Is not a known field."] for name in unknown})
        points = data.get("expected_points", 0)
        if type(points) is not int:
            raise serializers.ValidationError({"expected_points": ["Has to be a whole number."]})
        return super().to_internal_value(data)


class RedemptionOut(serializers.ModelSerializer):
    """A redemption as contract section 7 shows it."""

    benefit = serializers.CharField(source="benefit.code")
    code = serializers.SerializerMethodField()

    class Meta:
        model = Redemption
        fields = ["id", "status", "benefit", "points", "code", "valid_until"]

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_code(self, redemption: Redemption) -> str | None:
        """What the customer shows; none for what is sent by post, waits or was cancelled."""
        return queries.shown_code(redemption)


class InstantField(serializers.DateTimeField):
    """A moment as the whole API writes it."""

    def to_representation(self, value: datetime) -> str:
        """RFC 3339 in UTC, to the millisecond."""
        return instant(value)


class MyRedemptionOut(RedemptionOut):
    """One of the customer's redemptions in a list, with what a page shows beside it."""

    name = serializers.SerializerMethodField()
    qr = serializers.SerializerMethodField()
    created_at = InstantField()
    can_cancel = serializers.SerializerMethodField()

    class Meta(RedemptionOut.Meta):
        fields = [*RedemptionOut.Meta.fields, "name", "created_at", "can_cancel", "qr"]

    def get_name(self, redemption: Redemption) -> str:
        """Of the benefit, in the customer's language."""
        return localized(redemption.benefit.name)

    def get_can_cancel(self, redemption: Redemption) -> bool:
        """Whether cancelling it now would be accepted."""
        return queries.can_cancel(redemption, self._today())

    def get_qr(self, redemption: Redemption) -> str | None:
        """Path of the code as a QR picture, while it can be used."""
        return _qr_path(redemption) if queries.has_live_code(redemption, self._today()) else None

    def _today(self) -> date:
        today: date = self.context["today"]
        return today


def _qr_path(redemption: Redemption) -> str:
    return reverse("redemption-qr", args=[redemption.pk])
