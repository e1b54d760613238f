"""Two environments side by side: what differs and should not, and which secrets they share."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from production.home import Home
from production.secret_files import GIVEN, RANDOM, SIGNING_KEY
from production.state import State

#: what makes an environment itself
OWN = frozenset(
    {
        *(
            "TTS_ENVIRONMENT",
            "TTS_PROJECT",
            "TTS_DOMAIN",
            "TTS_ADMIN_EMAIL",
            "TTS_CERTIFICATE",
            "TTS_OVERLAYS",
            "TTS_SUBNET",
            "TTS_PUBLIC_ADDRESS",
        ),
        *("HTTP_PORT", "HTTPS_PORT", "DJANGO_BASE_URL", "DJANGO_ALLOWED_HOSTS", "DJANGO_DEFAULT_FROM_EMAIL", "ALERT_EMAIL", "ACME_SERVER"),
        *("BACKUP_TARGET", "S3_ENDPOINT", "S3_BUCKET", "S3_REGION"),
    }
)
#: a standby takes over the data of production: it must be able to read them, and to let people in who are logged in
CARRIED_OVER = ("backup_passphrase", SIGNING_KEY)


@dataclass(frozen=True)
class Difference:
    """One thing about two environments. ``is_expected``: that is how they are told apart."""

    name: str
    here: str
    there: str
    is_expected: bool


def compare(here: Home, there: Home) -> list[Difference]:
    """Settings, releases and secrets; no value of a secret is in it."""
    return [*_settings(here, there), *_releases(here, there), *_secrets(here, there)]


def _settings(here: Home, there: Home) -> Iterator[Difference]:
    for name in sorted({*here.values, *there.values}):
        ours, theirs = here.values.get(name, ""), there.values.get(name, "")
        if ours != theirs:
            yield Difference(name, ours, theirs, name in OWN)


def _releases(here: Home, there: Home) -> Iterator[Difference]:
    ours, theirs = State.load(here).services, State.load(there).services
    for name in ours:
        first = ours[name].release or here.values.get("TTS_RELEASE", "")
        second = theirs[name].release or there.values.get("TTS_RELEASE", "")
        if first != second:  # what is tried in staging is not in production yet
            yield Difference(f"release of {name}", first, second, {here.environment, there.environment} == {"staging", "production"})


def _secrets(here: Home, there: Home) -> Iterator[Difference]:
    is_standby = {here.environment, there.environment} == {"production", "disaster-recovery"}
    for name in (*RANDOM, SIGNING_KEY, *GIVEN):
        ours, theirs = _digest(here, name), _digest(there, name)
        if is_standby and name in CARRIED_OVER and ours != theirs:
            yield Difference(f"secrets/{name}", "differs", "must be the same: the standby takes over what it protects", is_expected=False)
        elif not is_standby and name not in GIVEN and ours and ours == theirs:
            yield Difference(f"secrets/{name}", "shared", "must differ: who breaks into one is in the other", is_expected=False)


def _digest(home: Home, name: str) -> str:
    path = home.secrets / name
    content = path.read_bytes() if path.is_file() else b""
    return hashlib.sha256(content).hexdigest() if content else ""
