"""What points buy: each benefit with its price, its audience and its window."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Cast, Concat, Upper
from django.utils.translation import gettext_lazy as _

from growth.text import localized


def _texts(field: str) -> Cast:
    """What a translated field says in all its languages, without the languages' names."""
    values = Func(F(field), Value("$.*"), function="jsonb_path_query_array")
    return Cast(values, models.TextField())


class Benefit(models.Model):
    """Something that customers redeem points for, or that a task gives them."""

    class Kind(models.TextChoices):
        CODE = "code", _("uploaded code")
        VOUCHER = "voucher", _("voucher with our code")
        PICKUP = "pickup", _("collected at a branch or shop")
        PHYSICAL = "physical", _("sent by post")

    code = models.SlugField(_("code"), max_length=64, unique=True)
    name = models.JSONField(_("name"))
    description = models.JSONField(_("description"), default=dict, blank=True)
    terms = models.JSONField(_("terms"), default=dict, blank=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    price = models.IntegerField(
        _("price (points)"),
        validators=[MinValueValidator(0)],
        help_text=_("0 gives it away."),
    )
    total = models.IntegerField(
        _("stock"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_(
            "How many are ever put on sale. Uploaded codes need no number: each code is one."
        ),
    )
    per_customer = models.IntegerField(
        _("limit for each customer"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_(
            "Empty stands for no limit. Rewards of tasks and what was cancelled do not count."
        ),
    )
    segment = models.ForeignKey(
        "growth.Segment",
        models.PROTECT,
        verbose_name=_("only for segment"),
        null=True,
        blank=True,
        related_name="benefits",
    )
    level = models.CharField(
        _("from level"), max_length=64, blank=True, default="", help_text=_("Code of the level.")
    )
    starts = models.DateField(_("first day"), null=True, blank=True)
    ends = models.DateField(_("last day"), null=True, blank=True)
    valid_days = models.IntegerField(
        _("valid for (days)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_(
            "How many days after the day of redemption it can be used. "
            "An uploaded code that ends sooner is not handed out."
        ),
    )
    cancellable = models.BooleanField(
        _("customers can cancel"),
        default=True,
        help_text=_("Switch it off where a code could be used without us hearing of it."),
    )
    merchant = models.ForeignKey(
        "benefits.Merchant",
        models.PROTECT,
        verbose_name=_("merchant"),
        null=True,
        blank=True,
        related_name="benefits",
    )
    city = models.CharField(_("city"), max_length=80, blank=True, default="")
    picture = models.ForeignKey(
        "wagtailimages.Image",
        models.SET_NULL,
        verbose_name=_("picture"),
        null=True,
        blank=True,
        related_name="+",
    )
    position = models.IntegerField(_("position"), default=0)
    on_sale = models.BooleanField(_("on sale"), default=True)
    search_text = models.GeneratedField(
        expression=Concat(_texts("name"), _texts("description"), output_field=models.TextField()),
        output_field=models.TextField(),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("benefit")
        verbose_name_plural = _("benefits")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["code", "voucher", "pickup", "physical"]),
                name="benefit_kind",
            ),
            models.CheckConstraint(condition=Q(price__gte=0), name="benefit_price"),
            models.CheckConstraint(
                condition=Q(kind="code") | Q(total__isnull=False), name="benefit_stock_known"
            ),
            models.CheckConstraint(
                condition=Q(total__isnull=True) | Q(total__gte=0), name="benefit_stock"
            ),
            models.CheckConstraint(
                condition=Q(per_customer__isnull=True) | Q(per_customer__gte=1),
                name="benefit_per_customer",
            ),
            models.CheckConstraint(
                condition=Q(valid_days__isnull=True) | Q(valid_days__gte=1),
                name="benefit_valid_days",
            ),
            models.CheckConstraint(
                condition=Q(starts__isnull=True) | Q(ends__isnull=True) | Q(starts__lte=F("ends")),
                name="benefit_window",
            ),
        ]
        indexes = [
            GinIndex(
                OpClass(Upper("search_text"), name="gin_trgm_ops"), name="benefit_search_text"
            ),
        ]

    def __str__(self) -> str:
        return localized(self.name)

    @property
    def has_code(self) -> bool:
        """Whether the customer gets a code to show."""
        return self.kind != self.Kind.PHYSICAL
