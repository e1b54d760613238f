"""The key that tokens are signed with. Nobody is logged out: the new key is known everywhere before it signs, the old one long after."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from production import failpoints, jwt_keys
from production.compose import Compose
from production.console import Steps
from production.files import write_atomically
from production.home import Home
from production.rotation import pending, renewal
from production.secret_files import RETIRED_KEYS, SIGNING_KEY, SecretFiles, new_signing_key
from production.state import SERVICES

#: a refresh token lives 30 days; a key is needed as long as one that it signed may come
KEPT = timedelta(days=31)


def rotate(compose: Compose, steps: Steps) -> None:
    """Three steps: tell everybody the new key; sign with it; forget keys whose last token has ended. Raises OperatorError."""
    secrets = SecretFiles(compose.home.secrets)
    upcoming = pending.prepare(secrets, SIGNING_KEY, new_signing_key)
    if secrets.read(SIGNING_KEY) != upcoming:
        _announce(compose, secrets, upcoming, steps)
        _sign_with(compose.home, secrets, upcoming)
    failpoints.reached("the new key is in place")
    renewal.renew_services(compose, ["auth"])
    pending.finish(secrets, SIGNING_KEY)
    steps.advance("auth signs with the new key; logins with the old one stay good")


def replace_compromised(compose: Compose, steps: Steps) -> None:
    """The old key is void, and with it every login; all services forget it, which else remember keys for minutes. Raises OperatorError.

    The new key is announced first, as ever: a service that does not know it yet would refuse whoever logs in anew.
    """
    secrets = SecretFiles(compose.home.secrets)
    upcoming = pending.prepare(secrets, SIGNING_KEY, new_signing_key)
    if secrets.read(SIGNING_KEY) != upcoming:
        _announce(compose, secrets, upcoming, steps)
        secrets.store(SIGNING_KEY, upcoming)
    secrets.store(RETIRED_KEYS, "")
    failpoints.reached("the new key is in place")
    renewal.renew_services(compose, ["auth"])
    steps.advance("auth knows no other key: every login is void")
    renewal.renew_services(compose, [name for name in SERVICES if name != "auth"])
    pending.finish(secrets, SIGNING_KEY)
    steps.advance("no service remembers another key: everybody logs in anew")


def _announce(compose: Compose, secrets: SecretFiles, upcoming: str, steps: Steps) -> None:
    """Auth's containers show the new key among those that are good, before any signs with it: whoever asks any of them knows it."""
    shown, public = _still_needed(compose.home, secrets), jwt_keys.public_pem(upcoming)
    secrets.store(RETIRED_KEYS, _joined([*shown, public]))
    failpoints.reached("the new key is announced")
    renewal.renew_services(compose, ["auth"])
    steps.advance("the new key is known")


def _sign_with(home: Home, secrets: SecretFiles, upcoming: str) -> None:
    """The old key goes to the retired ones first: no moment without a key that somebody's token needs."""
    old, new = jwt_keys.public_pem(secrets.read(SIGNING_KEY)), jwt_keys.public_pem(upcoming)
    retired = _blocks(secrets)
    _remember(home, old)
    secrets.store(RETIRED_KEYS, _joined([*(pem for pem in retired if pem not in {old, new}), old, new]))
    secrets.store(SIGNING_KEY, upcoming)
    secrets.store(RETIRED_KEYS, _joined([*(pem for pem in retired if pem not in {old, new}), old]))


def _still_needed(home: Home, secrets: SecretFiles) -> list[str]:
    """The retired keys without those that no token can need any more; one whose time is unknown is kept from now on."""
    record, now = _record(home), datetime.now(UTC)
    needed = [pem for pem in _blocks(secrets) if now - datetime.fromisoformat(record.get(pem, now.isoformat())) < KEPT]
    _write_record(home, {pem: record.get(pem, now.isoformat()) for pem in needed})
    return needed


def _remember(home: Home, pem: str) -> None:
    _write_record(home, {**_record(home), pem: datetime.now(UTC).isoformat()})


def _record(home: Home) -> dict[str, str]:
    path = _record_file(home)
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def _write_record(home: Home, record: dict[str, str]) -> None:
    write_atomically(_record_file(home), json.dumps(record, indent=2) + "\n")


def _record_file(home: Home) -> Path:
    return home.state / "retired_keys.json"


def _blocks(secrets: SecretFiles) -> list[str]:
    return jwt_keys.blocks(secrets.read(RETIRED_KEYS))


def _joined(pems: list[str]) -> str:
    return "\n".join(dict.fromkeys(pems))
