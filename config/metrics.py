"""Figures of the domain for Prometheus. They come from the database, so every process says the
same, and none has to share memory with the others."""

from collections.abc import Iterator

from django.core.cache import cache
from django.db import DatabaseError
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

KEPT_SECONDS = 15  # however many ask, the tables are counted this seldom
_KEY = "config:metrics:2"

Figures = tuple[tuple[float, ...], dict[str, int]]


class Domain(Collector):
    """The bank's events, points and redemptions; without a database only that it is down."""

    def collect(self) -> Iterator[Metric]:
        """Every metric, read once a scrape."""
        try:
            backlog, statuses = _figures()
        except DatabaseError:
            yield GaugeMetricFamily("zones_database_up", "Whether the database answers.", 0)
            return
        accepted, unsettled, oldest, dead, rejected, outstanding, differences, unsealed = backlog
        yield GaugeMetricFamily("zones_database_up", "Whether the database answers.", 1)
        yield CounterMetricFamily("zones_events_accepted", "Bank events taken in.", accepted)
        for name, what, value in (
            ("events_unsettled", "Events that wait to be settled.", unsettled),
            ("events_unsettled_oldest_seconds", "Age of the oldest of them.", oldest),
            ("events_dead_letters", "Events given up after several attempts.", dead),
            ("rejected_rows_open", "Rejected rows not replayed yet.", rejected),
            ("points_outstanding", "Points that customers hold.", outstanding),
            ("reconcile_open_items", "Differences that nobody has seen to yet.", differences),
            ("transfers_unsealed", "Points transfers not sealed yet.", unsealed),
        ):
            yield GaugeMetricFamily(f"zones_{name}", what, value)
        redemptions = GaugeMetricFamily(
            "zones_redemptions", "Redemptions by what became of them.", labels=["status"]
        )
        for status, number in statuses.items():
            redemptions.add_metric([status], number)
        yield redemptions


def _figures() -> Figures:
    from benefits.queries import by_status
    from growth.backlog import backlog

    try:
        found: Figures | None = cache.get(_KEY)
    except Exception:  # a cache that is down must not hide the figures
        return tuple(backlog()), by_status()
    if found is None:
        found = tuple(backlog()), by_status()
        cache.set(_KEY, found, KEPT_SECONDS)
    return found


registry = CollectorRegistry()
registry.register(Domain())
