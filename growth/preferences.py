"""What customers choose for themselves."""

from typing import Any

from django.db import transaction

from growth.models import Customer

FIELDS = ("personalised", "large_text", "language")


@transaction.atomic
def change_settings(*, customer_id: int, changes: dict[str, Any]) -> dict[str, Any]:
    """Change some of a customer's settings; returns all of them as they now are."""
    customers = Customer.objects.filter(pk=customer_id)
    chosen = {name: changes[name] for name in FIELDS if name in changes}
    if chosen:
        customers.update(**chosen)
    return dict(customers.values(*FIELDS).get())
