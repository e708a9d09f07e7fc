"""The web application, as granian loads it."""

from django.core.wsgi import get_wsgi_application

from config import env

env.choose_settings()
application = get_wsgi_application()
