"""Where sealed files lie: a folder of the volume, and a bucket that mirrors it."""

import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from production.backup.agent.s3 import S3Client, StoreFailed
from production.backup.agent.seal import seal, unseal
from production.backup.agent.settings import Settings

FOLDER, FILE = 0o2750, 0o640  # whoever restores media, who is another user, reads as the group


class Missing(Exception):
    """The store has no file of this name."""


class Store(Protocol):
    """Sealed files by name, such as ``media/ab/abcd…``."""

    def sizes(self, prefix: str) -> dict[str, int]:
        """Names that begin with the prefix, with their sizes in bytes."""

    def open(self, name: str) -> BinaryIO:
        """The sealed file, from its beginning. Raises Missing."""

    def delete(self, name: str) -> None:
        """Forget it; nothing happens if it is not there."""


class Folder:
    """The store in the volume. Files are whole or not there."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def sizes(self, prefix: str) -> dict[str, int]:
        """See Store; temporary files of a killed writer are none."""
        top = self.root / prefix if prefix.endswith("/") else (self.root / prefix).parent
        names = (path for path in top.rglob("*") if path.is_file() and not path.name.startswith("."))
        found = {str(path.relative_to(self.root)): path.stat().st_size for path in names}
        return {name: size for name, size in found.items() if name.startswith(prefix)}

    def open(self, name: str) -> BinaryIO:
        """See Store."""
        try:
            return (self.root / name).open("rb")
        except FileNotFoundError:
            raise Missing(name) from None

    def delete(self, name: str) -> None:
        """See Store."""
        (self.root / name).unlink(missing_ok=True)

    def write(self, name: str, chunks: Iterable[bytes]) -> int:
        """Put a file in place in one step, on the disk before it has its name; its size in bytes."""
        path = self.root / name
        self._make_folder(path.parent)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{os.getpid()}.")
        try:
            with os.fdopen(handle, "wb") as file:
                os.fchmod(file.fileno(), FILE)
                for chunk in chunks:
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
                size = file.tell()
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        return size

    def clear_leftovers(self) -> None:
        """Delete what killed writers left behind; call it while nobody writes."""
        for path in self.root.rglob(".*"):
            path.unlink(missing_ok=True)

    def _make_folder(self, folder: Path) -> None:
        for missing in reversed([parent for parent in (folder, *folder.parents) if not parent.exists()]):
            missing.mkdir(exist_ok=True)
            missing.chmod(FOLDER)


class Bucket:
    """The mirror of the folder in an S3-compatible store."""

    def __init__(self, client: S3Client, prefix: str) -> None:
        self._client, self._prefix = client, f"{prefix}/store/"

    def sizes(self, prefix: str) -> dict[str, int]:
        """See Store."""
        own = len(self._prefix)
        return {key[own:]: size for key, size in self._client.objects(self._prefix + prefix)}

    def open(self, name: str) -> BinaryIO:
        """See Store."""
        stream = self._client.get(self._prefix + name)
        if stream is None:
            raise Missing(name)
        return stream

    def delete(self, name: str) -> None:
        """See Store."""
        self._client.delete(self._prefix + name)

    def upload(self, name: str, path: Path) -> None:
        """Copy a sealed file; the server checks its hash."""
        self._client.put(self._prefix + name, path)


class Vault:
    """Both places together: written to the folder, mirrored to the bucket, read from whichever has it."""

    def __init__(self, settings: Settings) -> None:
        self._passphrase = settings.passphrase
        self.folder = Folder(settings.store)
        self.bucket = Bucket(S3Client(settings.bucket), settings.bucket.prefix) if settings.bucket else None

    @property
    def places(self) -> list[Store]:
        """The nearest first."""
        return [self.folder, *([self.bucket] if self.bucket else [])]

    def keep(self, name: str, chunks: Iterable[bytes]) -> int:
        """Seal a content under a name; the size of the sealed file in bytes."""
        return self.folder.write(name, seal(chunks, self._passphrase, name))

    def names(self, prefix: str) -> list[str]:
        """All names with the prefix, in either place, sorted. A bucket that cannot be reached hides what it alone has, and is said."""
        found = set(self.folder.sizes(prefix))
        if self.bucket:
            try:
                found |= set(self.bucket.sizes(prefix))
            except StoreFailed as failure:
                if not found:
                    raise
                sys.stderr.write(f"warning: only the volume was looked at: {failure}\n")
        return sorted(found)

    def read(self, name: str) -> Iterator[bytes]:
        """The content of a sealed file. Raises Missing, Broken."""
        with self._open(name) as stream:
            yield from unseal(stream, self._passphrase, name)

    def mirror(self, prefix: str) -> int:
        """Upload what the bucket lacks; how many files."""
        if self.bucket is None:
            return 0
        there = self.bucket.sizes(prefix)
        lacking = [name for name, size in self.folder.sizes(prefix).items() if there.get(name) != size]
        for name in lacking:
            self.bucket.upload(name, self.folder.root / name)
        return len(lacking)

    def delete(self, name: str) -> None:
        """Forget a file in both places."""
        for place in self.places:
            place.delete(name)

    @contextmanager
    def _open(self, name: str) -> Iterator[BinaryIO]:
        for place in self.places:
            try:
                stream = place.open(name)
            except Missing:
                continue
            with stream:
                yield stream
            return
        raise Missing(f"there is no {name} in any store")
