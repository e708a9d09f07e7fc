from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ZonesConfig(AppConfig):
    name = "zones"
    verbose_name = _("Zones")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Drop cached pages when content changes; tell growth which zones a visitor has."""
        from growth import registry
        from zones import cache_signals, queries

        cache_signals.connect()
        registry.zone_slugs.append(queries.zone_slugs)
