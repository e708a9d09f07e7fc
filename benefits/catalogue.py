"""Benefits as operators and the program file put them on sale."""

from django.db import transaction

from benefits import stock
from benefits.errors import KindIsFixed
from benefits.models import Benefit


@transaction.atomic
def save(*, benefit: Benefit, total: int | None) -> None:
    """Write a new or changed benefit, with ``total`` units ever put on sale.

    Raises:
        KindIsFixed: something of it has been redeemed as another kind.
        StockBelowRedeemed: more than ``total`` have been redeemed.
    """
    if benefit._state.adding:
        benefit.total = total
        benefit.save()
        stock.set_total(benefit=benefit, total=total)
        return
    stored = Benefit.objects.select_for_update().get(pk=benefit.pk)
    if stored.kind != benefit.kind and stored.redemptions.exists():
        raise KindIsFixed
    # One without a number is one of uploaded codes, before and after each statement.
    if total is not None:
        stock.set_total(benefit=benefit, total=total)
    benefit.save(update_fields=_FACTS)
    if total is None:
        stock.set_total(benefit=benefit, total=None)


_FACTS = [
    field.name
    for field in Benefit._meta.concrete_fields
    if not field.primary_key and not field.generated and field.name != "total"
]
