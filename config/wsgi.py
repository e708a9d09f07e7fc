"""The web application, as granian loads it."""

from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from config import collector, env

env.choose_settings()
application = get_wsgi_application()
import_module(settings.ROOT_URLCONF)  # every view, which Django leaves to the first request
collector.calm(collector.WEB, loaded=True)
