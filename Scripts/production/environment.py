"""Whether the settings of a deployment make sense: each by its rule, and all of them together."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from production import catalogue
from production.findings import Finding
from production.rules import RULES

FILE = ".env.production"
#: names of the blueprint that are secrets here: where each is kept
SECRETS = {
    "DJANGO_SECRET_KEY": "<service>_django_secret_key",
    "DJANGO_JWT_SIGNING_KEY": "jwt_signing_key.pem",
    "DJANGO_JWT_RETIRED_KEYS": "jwt_retired_keys",
    "DATABASE_URL": "<service>_database_url",
    "DB_PASSWORD": "db_password",
    "CELERY_BROKER_URL": "<service>_broker_url",
    "RABBITMQ_PASSWORD": "<service>_broker_password",
    "DJANGO_EMAIL_HOST_PASSWORD": "email_password",
    "AWS_ACCESS_KEY_ID": "s3_key",
    "AWS_SECRET_ACCESS_KEY": "s3_key_secret",
}
#: names of the blueprint that change nothing here: why
NEEDLESS = {
    "DJANGO_CSRF_TRUSTED_ORIGINS": "it is always DJANGO_BASE_URL",
    "DJANGO_FRONTEND_URL": "it is always DJANGO_BASE_URL",
    "DJANGO_EMAIL_BACKEND": "mail always goes out by SMTP",
    "DJANGO_NOTIFICATION_SERVICE_URL": "services tell each other what happened by events",
    "RABBITMQ_USER": "each service has a user of its own",
}
PLACEHOLDERS = ("yourdomain", "yourprovider")
S3 = ("S3_ENDPOINT", "S3_BUCKET", "S3_REGION")


def check(values: Mapping[str, str], faults: tuple[str, ...] = ()) -> list[Finding]:
    """Everything that is wrong with the settings."""
    return [
        *(Finding(FILE, fault, f"Correct the line in {FILE}.") for fault in faults),
        *(finding for name in values if (finding := _misplaced(name))),
        *(finding for name, rule in RULES.items() if (finding := check_one(name, values.get(name, "")))),
        *_together(values),
    ]


def check_one(name: str, value: str) -> Finding | None:
    """What is wrong with one variable by itself."""
    rule = RULES.get(name)
    if not value:
        return Finding(name, f"{name} is missing", f"It {rule.must}.") if rule and rule.is_required else None
    if any(mark in value.lower() for mark in PLACEHOLDERS):
        return Finding(name, f'{name} is "{value}", the placeholder of the example', "Put your own value in its place.")
    if rule and not rule.is_met(value):
        return Finding(name, f'{name} is "{value}"', f"It {rule.must}.")
    return None


def _misplaced(name: str) -> Finding | None:
    if name in SECRETS:
        return Finding(
            name, f"{name} is a secret and stands in {FILE}", f"Remove the line, rotate the secret: it is secrets/{SECRETS[name]}."
        )
    if name in NEEDLESS:
        return Finding(name, f"{name} has no effect: {NEEDLESS[name]}", "Remove the line.", is_warning=True)
    if name in catalogue.known_names():
        return None
    meant = catalogue.closest(name)
    return Finding(name, f"{name} is not known" + (f"; did you mean {meant}?" if meant else ""), "Rename or remove the line.")


def _together(values: Mapping[str, str]) -> Iterator[Finding]:
    yield from _address(values)
    yield from _strictness(values)
    if values.get("HTTP_PORT") and values.get("HTTP_PORT") == values.get("HTTPS_PORT"):
        yield Finding("HTTPS_PORT", "HTTP_PORT and HTTPS_PORT are the same", "Give each a port of its own, such as 80 and 443.")
    if values.get("BACKUP_TARGET") == "s3":
        for name in (name for name in S3 if not values.get(name)):
            yield Finding(name, f"{name} is missing, and BACKUP_TARGET is s3", "Name the store, or set BACKUP_TARGET=local.")
        if "s3" not in values.get("TTS_OVERLAYS", "").split(","):
            yield Finding("TTS_OVERLAYS", "TTS_OVERLAYS does not hold s3, and BACKUP_TARGET is s3", "Add s3 to TTS_OVERLAYS.")


def _address(values: Mapping[str, str]) -> Iterator[Finding]:
    domain, url = values.get("TTS_DOMAIN", ""), urlsplit(values.get("DJANGO_BASE_URL", ""))
    if url.hostname and url.scheme != "https":
        yield Finding("DJANGO_BASE_URL", "DJANGO_BASE_URL is not https", "Only Nginx with its certificate is reachable: write https://….")
    if domain and url.hostname and url.hostname != domain.lower():
        yield Finding("DJANGO_BASE_URL", f"DJANGO_BASE_URL names {url.hostname}, TTS_DOMAIN {domain}", "Both must name the same host.")
    hosts = [host.strip().lower() for host in values.get("DJANGO_ALLOWED_HOSTS", "").split(",")]
    if domain and any(hosts) and domain.lower() not in hosts:
        yield Finding("DJANGO_ALLOWED_HOSTS", f"DJANGO_ALLOWED_HOSTS does not hold {domain}", "Add it: every request would be refused.")


def _strictness(values: Mapping[str, str]) -> Iterator[Finding]:
    if values.get("TTS_ENVIRONMENT") == "development":
        return
    if values.get("DJANGO_DEBUG", "").lower() in {"true", "1", "yes", "on"}:
        yield Finding("DJANGO_DEBUG", "DJANGO_DEBUG is on", "Set DJANGO_DEBUG=False: its pages show settings to strangers.")
    if values.get("DJANGO_ENV") == "development":
        yield Finding("DJANGO_ENV", "DJANGO_ENV is development", "Set DJANGO_ENV=production; TTS_ENVIRONMENT tells environments apart.")
