"""The files on the disk: content-addressed, never overwritten, complete or absent."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings
from django.db import connection

from servicekit.clock import now

BLOBS = "sha256"
INCOMING = "incoming"
LOCKS = 0x666C  # the space of our advisory locks


@dataclass(frozen=True)
class Received:
    """A file that has arrived whole, not yet in its place."""

    path: Path
    sha256: str
    size: int


def root() -> Path:
    """Where the files are."""
    return Path(settings.MEDIA_ROOT)


def place_of(sha256: str) -> str:
    """The path of a content below the root."""
    return f"{BLOBS}/{sha256[:2]}/{sha256}"


@contextmanager
def receive(chunks: Iterable[bytes]) -> Iterator[Received]:
    """Write the chunks to a temporary file beside the others; it is gone afterwards unless it was kept."""
    folder = root() / INCOMING
    folder.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with NamedTemporaryFile(dir=folder, delete=False) as stream:
        path = Path(stream.name)
        try:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                stream.write(chunk)
            stream.flush()
            os.fsync(stream.fileno())
            yield Received(path, digest.hexdigest(), size)
        finally:
            path.unlink(missing_ok=True)


def keep(received: Received) -> None:
    """Put the file into its place. In the transaction that also writes the row: the sweeper waits for it."""
    hold(received.sha256)
    place = root() / place_of(received.sha256)
    if place.exists():
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    received.path.chmod(0o644)  # the front proxy reads it
    received.path.rename(place)
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def discard(sha256: str) -> None:
    """Delete a content that no row names any more. In the transaction that made sure of it under ``hold``."""
    (root() / place_of(sha256)).unlink(missing_ok=True)


def hold(sha256: str) -> None:
    """Nobody else keeps or discards this content until the transaction ends."""
    if not connection.in_atomic_block:
        raise RuntimeError("a content is only held inside a transaction")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCKS, int(sha256[:8], 16) - 2**31])


def folders() -> Iterator[list[str]]:
    """The digests of the contents on the disk, folder by folder."""
    for folder in sorted((root() / BLOBS).glob("*")):
        yield sorted(path.name for path in folder.iterdir())


def clear_incoming(older_than: timedelta) -> None:
    """Delete what aborted uploads left behind."""
    for path in (root() / INCOMING).glob("*"):
        with suppress(FileNotFoundError):  # it has just arrived whole
            if path.stat().st_mtime < (now() - older_than).timestamp():
                path.unlink()
