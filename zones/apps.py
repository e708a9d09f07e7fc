from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ZonesConfig(AppConfig):
    name = "zones"
    verbose_name = _("Zones")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Drop cached pages when content changes; tell growth what zones there are and show."""
        from content.blocks import fields
        from growth import registry
        from zones import cache_signals, queries

        cache_signals.connect()
        registry.zone_slugs.append(queries.zone_slugs)
        registry.task_icons.extend(fields.ICONS)
        registry.link_checks.append(fields.check_link)
