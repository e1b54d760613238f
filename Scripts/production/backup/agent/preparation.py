"""What the programs in the container need before they start."""

import os
from pathlib import Path

from production.backup.agent import certificates, repository
from production.backup.agent.settings import Settings


def prepare(settings: Settings) -> None:
    """Everything that the programs in the container need: folders, certificates, configuration, password file."""
    for folder, mode in ((settings.repository, 0o750), (settings.records, 0o750), (settings.store, 0o2750)):
        folder.mkdir(exist_ok=True)
        if folder == settings.store and settings.group in os.getgroups():
            os.chown(folder, -1, settings.group)  # whoever restores media reads as this group
        folder.chmod(mode)
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
