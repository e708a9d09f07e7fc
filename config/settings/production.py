"""Production: nothing that matters has a default, and a weak setting stops the start."""

from config import env
from config.settings.base import *  # noqa: F403

LEAST_SECRET_LENGTH = 32

if env.flag("DEBUG"):
    raise env.BadEnvironment("DEBUG is on: production does not start with it.")
SECRET_KEY = env.text("SECRET_KEY")
if SECRET_KEY == env.LOCAL_SECRET_KEY or SECRET_KEY.startswith("django-insecure-"):
    raise env.BadEnvironment("SECRET_KEY is a published default: make one of your own.")
if len(SECRET_KEY) < LEAST_SECRET_LENGTH or len(set(SECRET_KEY)) < 8:
    raise env.BadEnvironment(f"SECRET_KEY is too weak: {LEAST_SECRET_LENGTH} random characters.")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS")
if "*" in ALLOWED_HOSTS:
    raise env.BadEnvironment("ALLOWED_HOSTS is *: name the hosts.")
BASE_URL = env.url("BASE_URL")
if not BASE_URL.startswith("https://"):
    raise env.BadEnvironment("BASE_URL has to begin with https:// in production.")
env.text("DATABASE_URL")
env.text("REDIS_URL")

WAGTAILADMIN_BASE_URL = BASE_URL
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-operator"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
