"""The secrets of a deployment: one file each, made once at random, never written over by anything but a rotation.

The folder is closed to all but its owner. The files in it are readable, because Compose hands each one as it is to containers that run
under accounts of their own; only a container that a secret is given to can see it.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from production.files import make_folder, write_atomically
from production.state import SERVICES

MODE = 0o444
PLACEHOLDERS = ("change", "example", "secret", "password", "insecure", "your-", "placeholder", "xxxx")  # as the services refuse them
LENGTH, DJANGO_LENGTH = 32, 50  # characters
SIGNING_KEY, RETIRED_KEYS = "jwt_signing_key.pem", "jwt_retired_keys"
RANDOM = (
    "db_password",
    "migrator_password",
    "backup_passphrase",
    *(f"{service}_{kind}" for service in SERVICES for kind in ("db_password", "broker_password", "django_secret_key")),
)
#: somebody else's: an empty file stands for none
GIVEN = ("email_password", "s3_key", "s3_key_secret", "slack_webhook", "pagerduty_key", "deadman_url")


@dataclass(frozen=True)
class SecretFiles:
    """The folder of a deployment's secrets."""

    folder: Path

    def read(self, name: str) -> str:
        """A secret. Raises FileNotFoundError."""
        return (self.folder / name).read_text(encoding="utf-8").strip()

    def store(self, name: str, value: str) -> None:
        """Put a secret in place, whole or not at all."""
        write_atomically(self.folder / name, value, mode=MODE)

    def complete(self, given: Mapping[str, str]) -> list[str]:
        """Make whatever is missing and take over what was given; the names of what was written. All else stays as it is."""
        make_folder(self.folder)
        for left_over in self.folder.glob(".*"):
            left_over.unlink()  # of a tool that was killed
        made = [name for name in RANDOM if self._keep(name, random_secret)]
        made += [name for name in (SIGNING_KEY,) if self._keep(name, new_signing_key)]
        made += [name for name in (RETIRED_KEYS, *GIVEN) if name not in given and self._keep(name, str, may_be_empty=True)]
        made += [name for name, value in given.items() if self._take(name, value)]
        made += [name for name, value in self.urls().items() if self._keep(name, partial(str, value))]
        return made

    def urls(self) -> dict[str, str]:
        """The addresses with passwords in them, put together from the passwords."""
        found = {}
        for service in SERVICES:
            found[f"{service}_database_url"] = database_url(f"{service}_app", self.read(f"{service}_db_password"), service)
            found[f"migrator_{service}_database_url"] = database_url("migrator", self.read("migrator_password"), service)
            found[f"{service}_broker_url"] = broker_url(service, self.read(f"{service}_broker_password"))
        return found

    def _keep(self, name: str, make: Callable[[], str], *, may_be_empty: bool = False) -> bool:
        path = self.folder / name
        if path.is_file() and (may_be_empty or path.stat().st_size):
            return False
        self.store(name, make())
        return True

    def _take(self, name: str, value: str) -> bool:
        if (self.folder / name).is_file() and self.read(name) == value:
            return False
        self.store(name, value)
        return True


def all_names() -> Iterable[str]:
    """Every secret there is."""
    addresses = [f"{prefix}{service}_{kind}" for service in SERVICES for prefix, kind in _ADDRESSES]
    return (*RANDOM, SIGNING_KEY, RETIRED_KEYS, *GIVEN, *addresses)


_ADDRESSES = (("", "database_url"), ("migrator_", "database_url"), ("", "broker_url"))


def random_secret() -> str:
    """64 characters of 384 random bits that nobody takes for a placeholder."""
    while weakness(value := secrets.token_urlsafe(48)):
        continue
    return value


def weakness(value: str, length: int = LENGTH) -> str:
    """Why the services would refuse a secret; nothing if they would not."""
    if len(value) < length or len(set(value)) < 10:
        return f"it has fewer than {length} random characters"
    return "it looks like a placeholder" if any(mark in value.lower() for mark in PLACEHOLDERS) else ""


def new_signing_key() -> str:
    """An Ed25519 private key in PEM."""
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode().strip()


def database_url(role: str, password: str, service: str) -> str:
    """The address of a service's database."""
    return f"postgresql://{role}:{password}@db:5432/{service}_db"


def broker_url(service: str, password: str) -> str:
    """The address of the broker, for a service's own user; ``//`` is the virtual host /."""
    return f"amqp://{service}:{password}@rabbitmq:5672//"
