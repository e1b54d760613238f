"""Contents of uploaded files: where ticket_service keeps them, and what they are called in the store."""

import hashlib
import re
from pathlib import Path

DIGEST = re.compile(r"[0-9a-f]{64}")
CHUNK = 256 * 1024


def folders(media: Path) -> list[Path]:
    """The folders of contents, by the beginning of their digests."""
    return sorted(path for path in (media / "sha256").glob("??") if path.is_dir())


def digests(folder: Path) -> set[str]:
    """The contents in a folder."""
    return {path.name for path in folder.iterdir() if DIGEST.fullmatch(path.name)}


def place_of(media: Path, digest: str) -> Path:
    """Where ticket_service keeps a content."""
    return media / "sha256" / digest[:2] / digest


def name_of(digest: str) -> str:
    """Its name in the store."""
    return f"media/{digest[:2]}/{digest}"


def hash_of(path: Path) -> str:
    """The digest of a file's content."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
