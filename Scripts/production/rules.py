"""What each variable of ``.env.production`` must be."""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

LABEL = r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)"
HOST_NAME = re.compile(rf"{LABEL}(?:\.{LABEL})*")
ADDRESS = re.compile(rf"[^@\s]+@{LABEL}(?:\.{LABEL})*")
PROJECT = re.compile(r"[a-z0-9][a-z0-9_-]{0,30}")
RELEASE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
ENVIRONMENTS = ("development", "staging", "production", "disaster-recovery")
CERTIFICATES = ("acme", "own", "self-signed")
TARGETS = ("local", "s3")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
OVERLAYS = ("debug", "monitoring", "s3", "staging")
FLAGS = ("true", "false", "1", "0", "yes", "no", "on", "off")


@dataclass(frozen=True)
class Rule:
    """A check of a value that is not empty, and in words what it wants."""

    is_met: Callable[[str], bool]
    must: str
    is_required: bool = False


def is_host(value: str) -> bool:
    """A name or an address."""
    return len(value) <= 253 and (HOST_NAME.fullmatch(value) is not None or _is_ip(value))


def is_host_with_port(value: str) -> bool:
    """A name or an address, and perhaps a port."""
    host, colon, port = value.partition(":")
    return is_host(host) and (not colon or (port.isdecimal() and 0 < int(port) < 65536))


def is_address(value: str) -> bool:
    """somebody@somewhere, also with a name before it: ``Tickets <tickets@example.org>``."""
    return ADDRESS.fullmatch(parseaddr(value)[1]) is not None


def is_url(value: str) -> bool:
    """http or https, a host, and no password in it."""
    try:
        parts = urlsplit(value)
        return parts.scheme in {"http", "https"} and is_host(parts.hostname or "") and parts.password is None and parts.port != 0
    except ValueError:
        return False


def one_of(*choices: str, is_required: bool = False) -> Rule:
    """One of a few words."""
    return Rule(lambda value: value in choices, f"must be {', '.join(choices[:-1])} or {choices[-1]}", is_required)


def number(least: int, most: int, what: str = "a number", *, is_required: bool = False) -> Rule:
    """A whole number within limits."""
    return Rule(
        lambda value: value.isascii() and value.isdecimal() and least <= int(value) <= most,
        f"must be {what} from {least} to {most}",
        is_required,
    )


def _is_ip(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def _is_network(value: str) -> bool:
    try:
        ipaddress.ip_network(value)
    except ValueError:
        return False
    return True


def _is_private_network(value: str) -> bool:
    return _is_network(value) and ipaddress.ip_network(value).is_private


def _is_zone(value: str) -> bool:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _all(check: Callable[[str], bool]) -> Callable[[str], bool]:
    return lambda value: all(check(part.strip()) for part in value.split(",") if part.strip())


_PORT = number(1, 65535, "a port", is_required=True)
_FLAG = Rule(lambda value: value.lower() in FLAGS, "must be True or False")
_RELEASE = Rule(lambda value: RELEASE.fullmatch(value) is not None, "must be an image's tag, such as 1.4.0")
_WORKERS = number(1, 8)

RULES = {
    "TTS_ENVIRONMENT": one_of(*ENVIRONMENTS, is_required=True),
    "TTS_PROJECT": Rule(lambda value: PROJECT.fullmatch(value) is not None, "must be a short name of a-z, 0-9, - and _", is_required=True),
    "TTS_DOMAIN": Rule(is_host, "must be a host name, such as tickets.example.org", is_required=True),
    "TTS_TIME_ZONE": Rule(_is_zone, "must be a time zone, such as Europe/Berlin", is_required=True),
    "TTS_ADMIN_EMAIL": Rule(is_address, "must be an e-mail address", is_required=True),
    "TTS_OVERLAYS": Rule(_all(OVERLAYS.__contains__), f"must be a list of: {', '.join(OVERLAYS)}"),
    "TTS_RELEASE": _RELEASE,
    "TTS_MEMORY_MIB": number(1, 1048576, "MiB"),
    "TTS_UID": number(1, 4294967294),
    "TTS_GID": number(1, 4294967294),
    "TTS_SUBNET": Rule(_is_private_network, "must be a private network, such as 172.30.0.0/16"),
    "TTS_TRUSTED_NETWORKS": Rule(_all(_is_network), "must be a list of networks, such as 203.0.113.7/32"),
    "TTS_CERTIFICATE": one_of(*CERTIFICATES, is_required=True),
    "HTTP_PORT": _PORT,
    "HTTPS_PORT": _PORT,
    "DJANGO_ENV": one_of("production", "development", is_required=True),
    "DJANGO_DEBUG": _FLAG,
    "LOG_LEVEL": one_of(*LEVELS),
    "DJANGO_BASE_URL": Rule(is_url, "must be a URL, such as https://tickets.example.org", is_required=True),
    "DJANGO_AUTH_SERVICE_URL": Rule(is_url, "must be a URL, such as http://auth-service:8000", is_required=True),
    "DJANGO_ALLOWED_HOSTS": Rule(_all(is_host), "must be a list of host names; * is none", is_required=True),
    "DJANGO_CORS_ALLOWED_ORIGINS": Rule(_all(is_url), "must be a list of URLs"),
    "DB_USER": Rule(lambda value: value == "postgres", "must be postgres: the superuser of the database's image"),
    "DJANGO_EMAIL_HOST": Rule(is_host, "must be the name of a mail server", is_required=True),
    "DJANGO_EMAIL_PORT": _PORT,
    "DJANGO_EMAIL_USE_TLS": _FLAG,
    "DJANGO_DEFAULT_FROM_EMAIL": Rule(is_address, "must be an e-mail address, with or without a name before it", is_required=True),
    "ALERT_EMAIL": Rule(_all(is_address), "must be a list of e-mail addresses"),
    "ACME_SERVER": Rule(is_url, "must be the URL of an ACME directory"),
    "BACKUP_TARGET": one_of(*TARGETS, is_required=True),
    "BACKUP_RETENTION_DAYS": number(1, 3650, "a number of days"),
    "S3_ENDPOINT": Rule(is_host_with_port, "must be a host, such as fra1.digitaloceanspaces.com, or host:port"),
    **dict.fromkeys(("DEBUG_DB_PORT", "DEBUG_AMQP_PORT", "DEBUG_RABBITMQ_PORT", "MAIL_PAGE_PORT"), number(1, 65535, "a port")),
    "BACKUP_HOUR": number(0, 23, "an hour"),
    "TTS_PUBLIC_ADDRESS": Rule(_all(_is_ip), "must be a list of addresses, such as 203.0.113.9"),
    "S3_BUCKET": Rule(lambda value: re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", value) is not None, "must be the name of a bucket"),
    "S3_CA_FILE": Rule(lambda value: Path(value).is_absolute() and Path(value).is_file(), "must be the whole path of a file that is there"),
    "SOCKETS_PER_PERSON": number(1, 1000),
    **{f"{service}_RELEASE": _RELEASE for service in ("AUTH", "TICKET", "WORKFLOW", "MESSAGING", "NOTIFICATION", "FRONTEND")},
    **{f"{service}_WORKERS": _WORKERS for service in ("AUTH", "TICKET", "WORKFLOW", "MESSAGING", "NOTIFICATION")},
}
