"""What the container is told: variables, secrets, and where things lie."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

SERVICES = ("auth", "ticket", "workflow", "messaging", "notification")
DATABASES = tuple(f"{service}_db" for service in SERVICES)
STANZA = "tts"
UTC = ZoneInfo("UTC")
PASSPHRASE_LENGTH = 32  # characters, the fewest that are taken


class Unfit(Exception):
    """The container cannot work as it is set up; the message says what is wrong and what to do."""


@dataclass(frozen=True)
class Bucket:
    """An S3-compatible store: ``endpoint`` is host or host:port, always over TLS; ``ca_file`` is empty for a public authority."""

    endpoint: str
    name: str
    region: str
    prefix: str
    key: str
    secret: str
    ca_file: str = ""


@dataclass(frozen=True)
class Settings:
    """All of it."""

    passphrase: str
    database_password: str
    bucket: Bucket | None
    retention_days: int = 30
    hour: int = 2
    zone: ZoneInfo = UTC
    group: int = 10001
    release: str = ""
    root: Path = Path("/backup")
    media: Path = Path("/app/media")
    runtime: Path = Path("/run/tts")
    certificates: Path = Path("/etc/pgbackrest/tls")
    data: Path = Path("/var/lib/postgresql/data")
    #: what each layer did last
    records: Path = Path("/backup/state")

    @property
    def store(self) -> Path:
        """Sealed files: media, dumps, configuration, manifests."""
        return self.root / "store"

    @property
    def repository(self) -> Path:
        """pgBackRest's own: bases and WAL."""
        return self.root / "pgbackrest"

    @property
    def repositories(self) -> tuple[int, ...]:
        """pgBackRest's numbers: 1 is the volume, 2 the bucket."""
        return (1, 2) if self.bucket else (1,)


def read_settings(environ: Mapping[str, str] = os.environ, secrets: Path = Path("/run/secrets")) -> Settings:
    """The settings of this container. Raises Unfit."""
    passphrase = _secret(secrets, "backup_passphrase")
    if len(passphrase) < PASSPHRASE_LENGTH:
        raise Unfit(f"backup_passphrase has fewer than {PASSPHRASE_LENGTH} characters: make one with `openssl rand -base64 48`")
    return Settings(
        passphrase=passphrase,
        database_password=_secret(secrets, "db_password"),
        bucket=_bucket(environ, secrets) if environ.get("BACKUP_TARGET", "local") == "s3" else None,
        retention_days=_number(environ, "BACKUP_RETENTION_DAYS", 30),
        hour=_number(environ, "BACKUP_HOUR", 2) % 24,
        zone=_zone(environ.get("TTS_TIME_ZONE") or "UTC"),
        group=_number(environ, "TTS_GID", 10001),
        release=environ.get("TTS_RELEASE", ""),
        records=Path(environ.get("BACKUP_RECORDS") or "/backup/state"),
    )


def _bucket(environ: Mapping[str, str], secrets: Path) -> Bucket:
    missing = [name for name in ("S3_ENDPOINT", "S3_BUCKET", "S3_REGION") if not environ.get(name)]
    if missing:
        raise Unfit(f"backups go to S3, but {', '.join(missing)} is not set")
    endpoint = environ["S3_ENDPOINT"].removeprefix("https://").rstrip("/")
    if "/" in endpoint:
        raise Unfit(f"S3_ENDPOINT is {environ['S3_ENDPOINT']}: it is a host or host:port, reached by https")
    return Bucket(
        endpoint=endpoint,
        name=environ["S3_BUCKET"],
        region=environ["S3_REGION"],
        prefix=environ.get("S3_PREFIX", "").strip("/") or "tts",
        key=_secret(secrets, "s3_key"),
        secret=_secret(secrets, "s3_key_secret"),
        ca_file=environ.get("S3_CA_FILE", ""),
    )


def _secret(folder: Path, name: str) -> str:
    try:
        value = (folder / name).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Unfit(f"the secret {name} cannot be read: {error.strerror}") from error
    if not value:
        raise Unfit(f"the secret {name} is empty")
    return value


def _number(environ: Mapping[str, str], name: str, default: int) -> int:
    value = environ.get(name) or str(default)
    if not value.isdecimal():
        raise Unfit(f"{name} is {value}: it must be a number")
    return int(value)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise Unfit(f"TTS_TIME_ZONE is {name}: there is no such time zone") from error
