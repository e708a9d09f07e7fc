"""System checks of our own settings; ids begin with ``config.``."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks

UNSAFE = ("'unsafe-inline'", "'unsafe-eval'", "*", "https:")


def register() -> None:
    """Make Django run the checks."""
    checks.register(closed_network)
    checks.register(strict_policy, checks.Tags.security)
    checks.register(postgresql_only, checks.Tags.database)


def closed_network(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """Nothing may call out of the bank's network."""
    open_settings = [
        name
        for name in (
            "WAGTAIL_ENABLE_UPDATE_CHECK",
            "WAGTAIL_GRAVATAR_PROVIDER_URL",
            "WAGTAILEMBEDS_FINDERS",
        )
        if getattr(settings, name, True)
    ]
    return [
        checks.Error(f"{name} lets the admin call out to the internet.", id="config.E001")
        for name in open_settings
    ]


def strict_policy(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """Customers' pages run no inline code and load nothing from elsewhere."""
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    return [
        checks.Error(f"The customers' policy allows {source} in {name}.", id="config.E002")
        for name, sources in directives.items()
        for source in sources
        if source in UNSAFE
    ]


def postgresql_only(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """The ledger's constraints and triggers are PostgreSQL's."""
    engine = settings.DATABASES["default"]["ENGINE"]
    if engine in {"config.postgresql", "django.db.backends.postgresql"}:
        return []
    return [checks.Error(f"{engine} is not PostgreSQL.", id="config.E003")]
