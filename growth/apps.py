from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class GrowthConfig(AppConfig):
    name = "growth"
    verbose_name = _("Growth")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Keep the operators' groups up to date; auth comes after every room of ours."""
        from growth import (
            badges,
            budget_section,
            change_kinds,
            exclusions,
            make_up_prices,
            registry,
            risk,
            scale,
        )
        from growth.admin import groups, level_words

        change_kinds.register()
        badges.register()
        level_words.register()
        budget_section.register()
        exclusions.register()
        risk.register()
        scale.register()
        registry.points_causes["make_up"] = make_up_prices.CAUSE
        auth = apps.get_app_config("auth")
        post_migrate.connect(groups.setup_groups, sender=auth, dispatch_uid="growth.groups")
