"""What the programs in the container need before they start."""

import os
from pathlib import Path

from production.backup.agent import certificates, repository
from production.backup.agent.settings import Settings
from production.backup.agent.store import FOLDER


def prepare(settings: Settings) -> None:
    """Folders, certificates, configuration, password file. A repository that may only be read is left as it is."""
    for folder, mode in ((settings.repository, 0o750), (settings.records, 0o750), (settings.store, FOLDER)):
        if not folder.is_dir():
            folder.mkdir()
            folder.chmod(mode)
    if settings.store.stat().st_gid != settings.group and settings.group in os.getgroups():
        os.chown(settings.store, -1, settings.group)  # whoever restores media reads as this group
        settings.store.chmod(FOLDER)
    certificates.ensure(settings.certificates)
    write_configuration(settings)


def write_configuration(settings: Settings) -> None:
    """pgbackrest.conf and the password file, in memory."""
    _write(settings.runtime / "pgbackrest.conf", repository.configuration(settings))
    _write(settings.runtime / "pgpass", f"*:*:*:postgres:{settings.database_password}\n")


def _write(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
