"""All settings that the services share. A service's own settings.py adds its name, its apps and little else."""

import sys
from typing import Any
from urllib.parse import urlsplit

import dj_database_url

from servicekit.environment import environment as env

DJANGO_ENV = env.text("DJANGO_ENV", "production")
PRODUCTION = DJANGO_ENV == "production"
DEBUG = env.flag("DJANGO_DEBUG")
SECRET_KEY = env.secret("DJANGO_SECRET_KEY", length=50)
BASE_URL = env.required("DJANGO_BASE_URL")
SECURE = urlsplit(BASE_URL).scheme == "https"
ALLOWED_HOSTS = env.listing("DJANGO_ALLOWED_HOSTS")
FAILPOINT = env.text("TTS_FAILPOINT")
OPENAPI = DJANGO_ENV == "test" or "spectacular" in sys.argv

if PRODUCTION and DEBUG:
    env.problems.append("DJANGO_DEBUG is on in production")
if PRODUCTION and BASE_URL and not SECURE:
    env.problems.append("DJANGO_BASE_URL is not https")
if not ALLOWED_HOSTS or (PRODUCTION and "*" in ALLOWED_HOSTS):
    env.problems.append("DJANGO_ALLOWED_HOSTS is missing or lets in every host")

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": dj_database_url.parse(
        env.url("DATABASE_URL", production=PRODUCTION) or "postgres://",
        conn_max_age=60,
    )
}
DATABASES["default"].setdefault("OPTIONS", {}).update(  # times in ms; a hung database answers 503 within seconds
    connect_timeout=5,
    options="-c statement_timeout=15000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=30000 -c jit=off",
)

CORS_ALLOWED_ORIGINS = env.listing("DJANGO_CORS_ALLOWED_ORIGINS")
CORS_ALLOW_CREDENTIALS = True
CSRF_TRUSTED_ORIGINS = [BASE_URL] if BASE_URL else []
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = SECURE
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 63072000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = ["security.W008"]  # the front door redirects to https
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

ACCESS_COOKIE = "__Host-tts_access" if SECURE else "tts_access"
REFRESH_COOKIE = "__Secure-tts_refresh" if SECURE else "tts_refresh"
CSRF_TOKEN_COOKIE = "__Host-tts_csrf" if SECURE else "tts_csrf"
JWT_ISSUER, JWT_AUDIENCE = "tts-auth", "tts"
JWKS = env.text("DJANGO_JWKS")
AUTH_SERVICE_URL = env.text("DJANGO_AUTH_SERVICE_URL")

# "none" says that this process speaks to no broker, as web processes never do
CELERY_BROKER_URL = "" if env.text("CELERY_BROKER_URL") == "none" else env.url("CELERY_BROKER_URL", production=PRODUCTION)
EVENTS_TOGETHER = True  # events that have come meanwhile share a transaction

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["servicekit.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["servicekit.permissions.Nobody"],
    "DEFAULT_RENDERER_CLASSES": ["servicekit.json.Renderer"],
    "DEFAULT_PARSER_CLASSES": ["servicekit.json.Parser"],
    "DEFAULT_PAGINATION_CLASS": None,
    "EXCEPTION_HANDLER": "servicekit.errors.answer_problem",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "TEST_REQUEST_RENDERER_CLASSES": ["servicekit.json.Renderer", "rest_framework.renderers.MultiPartRenderer"],
}

MIDDLEWARE = [
    "servicekit.logging.RequestLog",
    "servicekit.inside.InsidePages",
    "servicekit.errors.RefuseNul",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "servicekit.admin.AdminDoor",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True


def service_settings(*, name: str, package: str, apps: list[str], admin_path: str) -> dict[str, Any]:
    """The settings that differ by service. ``admin_path`` is the admin's public path, such as ``admin/tickets/``.

    Raises ImproperlyConfigured with a list of everything that is wrong with the environment.
    """
    if name != "auth" and not (JWKS or AUTH_SERVICE_URL):
        env.problems.append("DJANGO_AUTH_SERVICE_URL is missing: tokens cannot be verified")
    env.stop_on_problems()
    return {
        "SERVICE_NAME": name,
        "ADMIN_PATH": admin_path,
        "STATIC_URL": f"/{admin_path}static/",
        "ROOT_URLCONF": f"{package}.urls",
        "WSGI_APPLICATION": f"{package}.wsgi.application",
        "LOGGING": _logging(name),
        "SPECTACULAR_SETTINGS": _openapi(name),
        "INSTALLED_APPS": [
            "servicekit",
            *apps,  # before Django's: auth has a createsuperuser of its own
            "servicekit.apps.AdminApp",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "django.contrib.staticfiles",
            "rest_framework",
            "corsheaders",
            *(["drf_spectacular"] if OPENAPI else []),
        ],
    }


def _logging(name: str) -> dict[str, Any]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "servicekit.logging.JsonFormatter", "service": name}},
        "handlers": {"stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "json"}},
        "root": {"handlers": ["stdout"], "level": env.text("LOG_LEVEL", "INFO")},
        "loggers": {
            "django.request": {"level": "ERROR"},
            "celery": {"level": "WARNING"},
            "celery.app.trace": {"level": "ERROR"},
        },
    }


def _openapi(name: str) -> dict[str, Any]:
    return {
        "TITLE": f"Ticket Tracking System: {name}",
        "VERSION": "1.0.0",
        "SERVE_INCLUDE_SCHEMA": False,
        "COMPONENT_SPLIT_REQUEST": True,
        "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
        "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "servicekit.schema.add_problems"],
    }
