"""The uploaded files: content-addressed and never overwritten, so what the store lacks is found by name alone."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import time_ns
from typing import Any

from production.backup.agent.contents import CHUNK, digests, folders, name_of, place_of
from production.backup.agent.records import Records, write_json
from production.backup.agent.settings import Settings
from production.backup.agent.store import Vault

SETTLED = 2 * 10**9  # ns: a folder that changed within this time may change again without a new time


class WrongContent(Exception):
    """A file whose content is not what its name says."""


@dataclass
class Copied:
    """What a pass did."""

    copied: int = 0
    uploaded: int = 0
    objects: int = 0
    damaged: list[str] = field(default_factory=list)


def copy_new(settings: Settings, vault: Vault, *, everything: bool = False) -> Copied:
    """Copy what the store lacks; without ``everything`` only folders that changed since the last good pass are looked at.

    A file whose hash is wrong is named and left out, the others go on.
    """
    seen_file = settings.records / "media-folders.json"
    seen: dict[str, int] = {} if everything else _load(seen_file)
    done = Copied()
    changed: dict[str, int] = {}
    for folder in folders(settings.media):
        modified = folder.stat().st_mtime_ns  # before the look: what comes during it changes it again
        if seen.get(folder.name) != modified:
            changed[folder.name] = modified
            _copy_folder(vault, folder, done)
    done.uploaded = vault.mirror("media/") if everything else sum(vault.mirror(f"media/{name}/") for name in changed)
    calm = {name: modified for name, modified in changed.items() if time_ns() - modified > SETTLED}
    if not done.damaged:
        write_json(seen_file, seen | calm)
    return done


def forget_deleted(settings: Settings, vault: Vault, records: Records) -> int:
    """Delete what has been gone from the system for the time that backups are kept; how many.

    A media folder without any file is a lost volume, not a deletion.
    """
    gone_file = records.folder / "media-gone.json"
    present = {digest for folder in folders(settings.media) for digest in digests(folder)}
    kept = {name.rpartition("/")[2] for name in vault.names("media/")}
    if not present:
        return 0
    at = datetime.now(UTC)
    before: dict[str, str] = _load(gone_file)
    gone = {digest: before.get(digest, at.isoformat()) for digest in kept - present}
    limit = at - timedelta(days=settings.retention_days)
    old = [digest for digest, since in gone.items() if datetime.fromisoformat(since) < limit]
    for digest in old:
        vault.delete(name_of(digest))
    write_json(gone_file, {digest: since for digest, since in gone.items() if digest not in old})
    return len(old)


def restore_missing(settings: Settings, vault: Vault) -> Copied:
    """Bring back every file that the media folder lacks, as ticket_service would have written it."""
    done = Copied()
    for name in vault.names("media/"):
        digest = name.rpartition("/")[2]
        place = place_of(settings.media, digest)
        done.objects += 1
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
            _write_checked(place, vault.read(name), digest)
            done.copied += 1
    return done


def checked(chunks: Iterator[bytes], digest: str) -> Iterator[bytes]:
    """The same chunks. Raises WrongContent at the end if they are not what the digest says."""
    found = hashlib.sha256()
    for chunk in chunks:
        found.update(chunk)
        yield chunk
    if found.hexdigest() != digest:
        raise WrongContent(digest)


def _copy_folder(vault: Vault, folder: Path, done: Copied) -> None:
    there = {name.rpartition("/")[2] for name in vault.folder.sizes(f"media/{folder.name}/")}
    present = digests(folder)
    done.objects += len(present)
    for digest in sorted(present - there):
        try:
            vault.keep(name_of(digest), checked(_chunks(folder / digest), digest))
        except FileNotFoundError:  # deleted since we looked
            continue
        except WrongContent:
            done.damaged.append(digest)
            continue
        done.copied += 1


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _write_checked(place: Path, chunks: Iterator[bytes], digest: str) -> None:
    temporary = place.with_name(f".{digest}")
    try:
        with temporary.open("wb") as file:
            for chunk in checked(chunks, digest):
                file.write(chunk)
        temporary.chmod(0o644)  # the front proxy reads it
        temporary.replace(place)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _load(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found
