"""Whether the backups can be read: by the passphrase at hand, and by what their own last check found."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from production.compose import Compose, ComposeFailed
from production.files import write_atomically
from production.findings import Finding
from production.home import Home

PASSPHRASE = "backup_passphrase"  # noqa: S105 - the name of a file
LAYERS = ("wal", "base", "dump", "media", "configuration")


def passphrase(home: Home) -> list[Finding]:
    """Whether it is the one that the backups here were begun with."""
    known, path = _record(home), home.secrets / PASSPHRASE
    if not known.is_file() or not path.is_file() or known.read_text(encoding="utf-8") == _digest(home):
        return []
    remedy = f"Put the old one back. To begin anew without the old backups: delete {known} and the volume backup_repo."
    return [Finding("backups", "secrets/backup_passphrase is not the one that the backups were made with: none can be read", remedy)]


def remember_passphrase(home: Home) -> None:
    """From now on the backups are made with it."""
    if not _record(home).is_file():
        write_atomically(_record(home), _digest(home))


def state(compose: Compose) -> list[Finding]:
    """What the running backup container says of itself; one that does not answer is found by whoever looks at its health."""
    try:
        layers = json.loads(compose.exec("backup", "cat", "/backup/state/backup.json", timeout=20))["layers"]
    except (ComposeFailed, ValueError, KeyError):
        return []
    return list(judge(layers))


def judge(layers: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    """``layers`` as the container records them: what failed last, and why."""
    check = layers.get("check", {})
    if check.get("error"):
        yield Finding(
            "backups", f"the backup cannot be read: {check['error']}", "Scripts/tts logs backup; Scripts/tts drill tries a restore."
        )
    for name in LAYERS:
        if error := layers.get(name, {}).get("error"):
            yield Finding("backups", f"{name} failed: {error}", "Scripts/tts logs backup", is_warning=True)


def _record(home: Home) -> Path:
    return home.state / "backup_passphrase.sha256"


def _digest(home: Home) -> str:
    return hashlib.sha256((home.secrets / PASSPHRASE).read_bytes().strip()).hexdigest()
