"""The project itself as an app: its checks and commands."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Registers the project's system checks."""

    name = "config"
    verbose_name = "Project"

    def ready(self) -> None:
        """Register the checks."""
        from config import checks

        checks.register()
