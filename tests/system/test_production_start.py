"""A production start with a missing or weak secret stops, and names all that is wrong at once."""

import subprocess
import sys

import pytest

from tests.system.harness.services import KINDS, ROOT, base_environment

GOOD = "k7Zq-9fWm2Xc4Vb6Nn8Ll0Pp1Oo3Ii5Uu7Yy9Tt2Rr4Ee6Ww8Qq"
SOUND = {
    "DJANGO_ENV": "production",
    "DJANGO_SECRET_KEY": GOOD,
    "DJANGO_BASE_URL": "https://desk.tts.example",
    "DJANGO_ALLOWED_HOSTS": "desk.tts.example",
    "DATABASE_URL": f"postgres://tts:{GOOD}@127.0.0.1:1/tts",
    "CELERY_BROKER_URL": f"amqp://tts:{GOOD}@127.0.0.1:1//",
    "DJANGO_AUTH_SERVICE_URL": "http://auth-service:8000",
    "MEDIA_ROOT": "/tmp",  # noqa: S108
    "DJANGO_EMAIL_HOST": "mail.tts.example",
    "DJANGO_DEFAULT_FROM_EMAIL": "desk@tts.example",
}
SERVICES = [kind.name for kind in KINDS]


def start(service: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
    """What a production start says and how it ends, with some variables changed or left out (None)."""
    env = {name: value for name, value in {**base_environment(), **SOUND, **_key(service), **changes}.items() if value is not None}
    return subprocess.run([sys.executable, "manage.py", "check"], cwd=ROOT / service, env=env, capture_output=True, text=True)


def _key(service: str) -> dict[str, str]:
    if service != "auth":
        return {}
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return {"DJANGO_JWT_SIGNING_KEY": pem.decode()}


@pytest.mark.parametrize("service", SERVICES)
def test_a_sound_environment_starts(service: str) -> None:
    outcome = start(service)
    assert outcome.returncode == 0, outcome.stderr


@pytest.mark.parametrize("service", SERVICES)
def test_without_any_secret_the_start_stops_and_names_every_one(service: str) -> None:
    outcome = start(
        service, DJANGO_SECRET_KEY=None, DATABASE_URL=None, CELERY_BROKER_URL=None, DJANGO_ALLOWED_HOSTS=None, DJANGO_JWT_SIGNING_KEY=None
    )
    assert outcome.returncode != 0
    wanted = {"DJANGO_SECRET_KEY", "DATABASE_URL", "CELERY_BROKER_URL", "DJANGO_ALLOWED_HOSTS"} | (
        {"DJANGO_JWT_SIGNING_KEY"} if service == "auth" else set()
    )
    named = {line.strip().removeprefix("- ").partition(" ")[0] for line in outcome.stderr.splitlines() if line.startswith("  - ")}
    assert wanted <= named


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"DJANGO_SECRET_KEY": "short"}, "DJANGO_SECRET_KEY is weak: give it at least 50 random characters"),
        ({"DJANGO_SECRET_KEY": "a" * 60}, "DJANGO_SECRET_KEY is weak: give it at least 50 random characters"),
        ({"DJANGO_SECRET_KEY": "django-insecure-" + GOOD}, "DJANGO_SECRET_KEY is weak: it looks like a placeholder"),
        ({"DATABASE_URL": "postgres://tts:postgres@127.0.0.1:1/tts"}, "DATABASE_URL is weak"),
        ({"DATABASE_URL": "postgres://tts@127.0.0.1:1/tts"}, "DATABASE_URL is weak"),
        ({"CELERY_BROKER_URL": "amqp://guest:guest@127.0.0.1:1//"}, "CELERY_BROKER_URL is weak"),
        ({"DJANGO_DEBUG": "1"}, "DJANGO_DEBUG is on in production"),
        ({"DJANGO_BASE_URL": "http://desk.tts.example"}, "DJANGO_BASE_URL is not https"),
        ({"DJANGO_ALLOWED_HOSTS": "*"}, "DJANGO_ALLOWED_HOSTS is missing or lets in every host"),
        ({"DJANGO_SECRET_KEY": None, "DJANGO_SECRET_KEY_FILE": "/nowhere/key"}, "DJANGO_SECRET_KEY_FILE: cannot read /nowhere/key"),
    ],
)
def test_each_flaw_is_named_and_the_secret_itself_is_not_shown(change: dict[str, str | None], said: str) -> None:
    outcome = start("ticket_service", **change)
    assert outcome.returncode != 0
    assert said in outcome.stderr
    assert GOOD not in outcome.stderr


def test_the_web_process_and_the_worker_stop_as_well() -> None:
    from tests.system.harness.services import BIN

    env = {**base_environment(), **SOUND, "DJANGO_SECRET_KEY": "short"}
    for command in (
        ["gunicorn", "-c", "python:servicekit.gunicorn_conf", "ticket_service.wsgi"],
        ["celery", "-A", "ticket_service", "worker"],
    ):
        outcome = subprocess.run(
            [BIN / command[0], *command[1:]], cwd=ROOT / "ticket_service", env=env, capture_output=True, text=True, timeout=60
        )
        assert outcome.returncode != 0
        assert "DJANGO_SECRET_KEY is weak" in outcome.stdout + outcome.stderr


def test_a_key_that_cannot_sign_stops_auth() -> None:
    outcome = start("auth", DJANGO_JWT_SIGNING_KEY="not a key")
    assert outcome.returncode != 0
    assert "DJANGO_JWT_SIGNING_KEY" in outcome.stderr
