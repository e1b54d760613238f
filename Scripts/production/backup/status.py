"""How the layers of the backup are, asked of the container and written where everybody else reads it."""

import json
from typing import Any

from production.backup.container import BackupDoesNotRun
from production.compose import Compose, ComposeFailed
from production.files import make_state_folder, write_atomically
from production.home import Home


def read(home: Home) -> dict[str, Any]:
    """The present state, also kept as ``state/backup.json``. Raises BackupDoesNotRun."""
    try:
        text = Compose(home).exec("backup", "cat", "/backup/state/backup.json", timeout=20)
        told: dict[str, Any] = json.loads(text)
    except (ComposeFailed, ValueError) as failure:
        raise BackupDoesNotRun(f"The backup container does not answer: {failure}") from failure
    make_state_folder(home.state)
    write_atomically(home.state / "backup.json", json.dumps(told, indent=2) + "\n")
    return told
