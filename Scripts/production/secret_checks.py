"""Whether every secret is there, strong, and readable by none but its owner."""

import os
import stat
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from production import jwt_keys
from production.findings import Finding
from production.home import Home
from production.rotation import pending
from production.secret_files import DJANGO_LENGTH, GIVEN, LENGTH, RANDOM, RETIRED_KEYS, SIGNING_KEY, SecretFiles, all_names, weakness
from production.state import SERVICES

STORE_KEYS, MAIL_PASSWORD = ("s3_key", "s3_key_secret"), "email_password"


def check(home: Home) -> list[Finding]:
    """Everything that is wrong with the secrets of a deployment; no finding holds a secret."""
    if not home.secrets.is_dir():
        return [
            Finding("secrets/", f"{home.secrets} is missing", "Restore it from a backup, or run `Scripts/tts init` for a new deployment.")
        ]
    secrets = SecretFiles(home.secrets)
    present = [name for name in all_names() if (home.secrets / name).is_file()]
    return [
        *_permissions(home),
        *_cut_off(home),
        *(_missing(name) for name in all_names() if name not in present),
        *(finding for name in present if (finding := _content(secrets, name))),
        *_needed(home, secrets, present),
        *_addresses(secrets, present),
        *_shared(secrets, present),
    ]


def _missing(name: str) -> Finding:
    return Finding(f"secrets/{name}", f"secrets/{name} is missing", "`Scripts/tts init` makes what is missing and keeps the rest.")


def _permissions(home: Home) -> Iterator[Finding]:
    wanted = {home.env_file: 0o600, home.secrets: 0o700}
    for path, mode in wanted.items():
        if path.exists() and (found := stat.S_IMODE(path.stat().st_mode)) & ~mode:
            yield Finding(path.name, f"{path} has mode {found:o}: others can get at it", f"chmod {mode:o} {path}")
    for path in [home.env_file, home.secrets, *sorted(home.secrets.iterdir())]:
        yield from _ownership(path)


def _ownership(path: Path) -> Iterator[Finding]:
    if not path.exists():
        return
    found = path.stat()
    if path.is_file() and found.st_mode & 0o022:
        yield Finding(path.name, f"{path} has mode {stat.S_IMODE(found.st_mode):o}: others can change it", f"chmod go-w {path}")
    if found.st_uid not in {os.geteuid(), 0}:
        yield Finding(
            path.name, f"{path} belongs to user {found.st_uid}", f"chown it to the account that runs the tool: chown {os.geteuid()} {path}"
        )
    if path.is_file() and path.parent.name == "secrets" and path.suffix != ".next" and found.st_mode & 0o444 != 0o444:
        yield Finding(path.name, f"{path} has mode {stat.S_IMODE(found.st_mode):o}: its container cannot read it", f"chmod 444 {path}")


def _content(secrets: SecretFiles, name: str) -> Finding | None:
    value = secrets.read(name)
    if name == SIGNING_KEY:
        fault = jwt_keys.fault_of_signing_key(value)
    elif name == RETIRED_KEYS:
        fault = jwt_keys.fault_of_retired_keys(value)
    elif name in RANDOM:
        fault = weakness(value, DJANGO_LENGTH if name.endswith("django_secret_key") else LENGTH)
    else:
        fault = "" if value or name in GIVEN else "it is empty"
    if not fault:
        return None
    remedy = "`Scripts/tts rotate` makes a new one; before the first start, delete it and run `Scripts/tts init`."
    return Finding(f"secrets/{name}", f"secrets/{name} is weak or unfit: {fault}", remedy)


def _needed(home: Home, secrets: SecretFiles, present: list[str]) -> Iterator[Finding]:
    """What somebody else issued may be empty until a setting asks for it."""
    wanted = {name: "BACKUP_TARGET is s3" for name in STORE_KEYS if home.values.get("BACKUP_TARGET") == "s3"}
    if home.values.get("DJANGO_EMAIL_HOST_USER") and "staging" not in home.values.get("TTS_OVERLAYS", ""):  # there no mail leaves
        wanted[MAIL_PASSWORD] = "DJANGO_EMAIL_HOST_USER is set"
    for name, why in wanted.items():
        if name in present and not secrets.read(name):
            remedy = f"Put it into a file: `Scripts/tts init --yes --secret {name}=FILE`."
            yield Finding(f"secrets/{name}", f"secrets/{name} is empty, and {why}", remedy)


def _addresses(secrets: SecretFiles, present: list[str]) -> Iterator[Finding]:
    pairs = [(f"{s}_database_url", f"{s}_db_password") for s in SERVICES] + [(f"{s}_broker_url", f"{s}_broker_password") for s in SERVICES]
    pairs += [(f"migrator_{s}_database_url", "migrator_password") for s in SERVICES]
    for address, password in pairs:
        if pending.is_under_way(secrets, password):
            continue
        if address in present and password in present and urlsplit(secrets.read(address)).password != secrets.read(password):
            remedy = f"Delete secrets/{address} and run `Scripts/tts init`, which puts it together from the password."
            yield Finding(f"secrets/{address}", f"secrets/{address} does not hold the password of secrets/{password}", remedy)


def _cut_off(home: Home) -> Iterator[Finding]:
    for path in sorted(home.secrets.glob("*.next")):
        remedy = "Run the same `Scripts/tts rotate` again: it goes on where it stopped."
        yield Finding(f"secrets/{path.name}", f"the rotation of {path.name.removesuffix('.next')} was cut off", remedy, is_warning=True)


def _shared(secrets: SecretFiles, present: list[str]) -> Iterator[Finding]:
    owners = defaultdict(list)
    for name in (name for name in RANDOM if name in present):
        owners[secrets.read(name)].append(name)
    for names in owners.values():
        if len(names) > 1:
            yield Finding(
                f"secrets/{names[0]}", f"these secrets are the same: {', '.join(names)}", "Each needs a value of its own: rotate them."
            )
