"""The project itself as an app: its checks and commands."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Registers the system checks, and makes our Celery the one that jobs are sent with."""

    name = "config"
    verbose_name = "Project"

    def ready(self) -> None:
        """Done once the other apps are loaded."""
        from config import celery, checks

        celery.app.set_default()
        checks.register()
