"""A developer's or a visitor's machine: `make run` and manage.py without DJANGO_ENV."""

from config import env
from config.settings.base import *  # noqa: F403

DEBUG = env.flag("DEBUG")
PORT = env.integer("PORT", 8000, least=1, most=65535)
SECRET_KEY = env.text("SECRET_KEY", env.LOCAL_SECRET_KEY)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "*")
BASE_URL = env.url("BASE_URL", f"http://localhost:{PORT}")
WAGTAILADMIN_BASE_URL = BASE_URL
CSRF_TRUSTED_ORIGINS = [BASE_URL]
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
RISK_CHECKS = env.words("RISK_CHECKS", "growth.risk.sandbox")
