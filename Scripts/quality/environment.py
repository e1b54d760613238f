"""An environment in which a service's own commands run without any server: for types, schemas and migrations' checks."""

import os
import secrets

from bootstrap.paths import ROOT, SERVICES
from servicekit.testing import keys

#: the settings of what is type-checked; servicekit has a small service of its own in its tests
SETTINGS = {service: f"{service}.settings" for service in SERVICES} | {"servicekit": "servicekit.tests.project.settings"}


def offline_environment(name: str) -> dict[str, str]:
    """The environment of a service (or of servicekit's own) for commands that touch no database."""
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": SETTINGS[name],
        "DJANGO_ENV": "test",
        "DJANGO_SECRET_KEY": secrets.token_hex(40),
        "DJANGO_BASE_URL": "http://testserver",
        "DJANGO_ALLOWED_HOSTS": "testserver",
        "DATABASE_URL": "postgres://nobody@127.0.0.1:9/nothing",
        "CELERY_BROKER_URL": "memory://",
        "MEDIA_ROOT": "/nonexistent",
        "DJANGO_JWKS": keys.jwks(),
        "DJANGO_JWT_SIGNING_KEY": keys.private_pem(),
    }


def production_environment(name: str) -> dict[str, str]:
    """The environment of a well configured production, as ``check --deploy`` wants to see it."""
    return offline_environment(name) | {
        "DJANGO_ENV": "production",
        "DJANGO_BASE_URL": "https://tickets.example.org",
        "DJANGO_ALLOWED_HOSTS": "tickets.example.org",
        "DATABASE_URL": f"postgres://{name}:{secrets.token_hex(16)}@db/{name}",
        "DJANGO_EMAIL_HOST": "mail.example.org",
        "DJANGO_DEFAULT_FROM_EMAIL": "tickets@example.org",
        "CELERY_BROKER_URL": f"amqp://{name}:{secrets.token_hex(16)}@rabbitmq//",
    }
