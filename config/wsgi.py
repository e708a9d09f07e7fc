"""The web application, as granian loads it."""

from django.core.wsgi import get_wsgi_application

from config import collector, env

env.choose_settings()
application = get_wsgi_application()
collector.calm(loaded=True)
