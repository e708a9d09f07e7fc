"""What benefits show on the admin's home page and on a customer's page."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin.ui.components import Component
from wagtail.permissions import policy_registry

from benefits import queries
from benefits.admin.viewsets import left, with_stock
from benefits.models import Benefit, Redemption
from growth import bankday
from growth.admin.charts import chart, days_until
from growth.admin.figures import DAYS, SECONDS

LOW = 20


class BenefitsPanel(Component):
    """Redemptions by day, what runs low, rewards that wait."""

    name = "benefits_figures"
    order = 110
    template_name = "benefits/admin/home.html"

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        today = bankday.today()
        key = f"benefits:admin:figures:{today}"
        found = cache.get(key)
        if found is None:
            found = {"by_day": _by_day(today), "low": _low(today), "waiting": _waiting()}
            cache.set(key, found, SECONDS)
        days = days_until(today, DAYS)
        text = ngettext(
            "{n} reward waits for stock.", "{n} rewards wait for stock.", found["waiting"]
        )
        return {
            "charts": [chart("redemptions", _("Redemptions"), found["by_day"], days, tone="warm")],
            "low": [(Benefit(pk=pk, name=name), number) for pk, name, number in found["low"]],
            "waiting": text.format(n=found["waiting"]) if found["waiting"] else "",
        }


def _by_day(today: Any) -> dict[Any, int]:
    begin = datetime.combine(days_until(today, DAYS)[0], time(), tzinfo=bankday.zone())
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT (created_at AT TIME ZONE %s)::date, count(*) FROM benefits_redemption
               WHERE created_at >= %s AND status <> 'cancelled' GROUP BY 1""",
            [str(bankday.zone()), begin],
        )
        return dict(cursor.fetchall())


def _low(today: Any) -> list[tuple[int, Any, int]]:
    rows = [(row, left(row)) for row in with_stock(queries.shown([], today))]
    return sorted(
        ((row.pk, row.name, number) for row, number in rows if number < LOW), key=lambda r: r[2]
    )


def _waiting() -> int:
    return Redemption.objects.filter(status=Redemption.Status.WAITING).count()


def coming(first: date, last: date) -> Iterable[tuple[date, str, str]]:
    """Benefits on sale that begin or end on these days, for the list of what changes."""
    rows = Benefit.objects.filter(on_sale=True)
    for benefit in rows.filter(Q(starts__range=(first, last)) | Q(ends__range=(first, last))):
        url = reverse("benefits:inspect", args=[benefit.pk])
        if benefit.starts and first <= benefit.starts <= last:
            yield benefit.starts, _("First day of the benefit “{name}”").format(name=benefit), url
        if benefit.ends and first <= benefit.ends <= last:
            yield benefit.ends, _("Last day of the benefit “{name}”").format(name=benefit), url


def add_panel(request: Any, panels: list[Any]) -> None:
    """For who may see benefits."""
    policy = policy_registry.get_by_type(Benefit)
    if policy.user_has_permission(request.user, "view"):
        panels.append(BenefitsPanel())


def customer_panel(customer_id: int) -> dict[str, Any]:
    """A customer's newest redemptions."""
    return {"redemptions": queries.redemptions(customer_id).defer("sealed")[:20]}
