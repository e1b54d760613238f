"""A backup container's folders and settings, in a temporary folder."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from production.backup.agent.contents import place_of
from production.backup.agent.settings import Settings
from production.backup.agent.store import Vault

PASSPHRASE = "correct-horse-battery-staple-and-more"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of a container without a bucket."""
    root, media = tmp_path / "backup", tmp_path / "media"
    for folder in (root / "store", root / "state", media / "sha256"):
        folder.mkdir(parents=True)
    return Settings(PASSPHRASE, "secret", None, root=root, media=media, records=root / "state")


@pytest.fixture
def vault(settings: Settings) -> Vault:
    """Its store."""
    return Vault(settings)


@pytest.fixture
def upload(settings: Settings) -> Callable[[bytes], str]:
    """``upload(content)``: a file as ticket_service keeps it; its digest."""

    def keep(content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        place = place_of(settings.media, digest)
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(content)
        return digest

    return keep
