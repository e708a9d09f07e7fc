"""The job runner: collects every app's jobs and their timetable."""

import warnings
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from celery import Celery
from celery.platforms import SecurityWarning
from celery.signals import setup_logging, worker_init
from django.apps import apps

from config import collector, env

env.choose_settings()
# In a container root is usual; the worker takes JSON only, so root's pickle danger is not there.
warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("zones")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")


@setup_logging.connect
def keep_our_logging(**kwargs: Any) -> None:
    """Celery leaves logging alone: Django's settings hold for every process."""


@worker_init.connect
def calm_collector(**kwargs: Any) -> None:
    """Before the worker forks, so that its children share what was loaded."""
    collector.calm(collector.BULK, loaded=True)


@app.on_after_finalize.connect
def collect_schedules(sender: Celery, **kwargs: Any) -> None:
    """Take over the ``SCHEDULE`` of each app's jobs."""
    sender.conf.beat_schedule = schedules()


def schedules() -> dict[str, dict[str, Any]]:
    """The timetable: what Celery's beat starts, and when."""
    entries: dict[str, dict[str, Any]] = {}
    for config in apps.get_app_configs():
        if find_spec(f"{config.name}.jobs"):
            entries |= getattr(import_module(f"{config.name}.jobs"), "SCHEDULE", {})
    return entries
