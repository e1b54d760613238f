"""Files that are whole or not there: a reader, or a killed writer, never sees half of one."""

import os
import tempfile
import time
from pathlib import Path

from production import failpoints

LEFT_OVER_AFTER = 60.0  # seconds; no writer takes that long
OWNER_ONLY, OWNER_ONLY_FOLDER = 0o600, 0o700


def write_atomically(path: Path, text: str, *, mode: int = OWNER_ONLY) -> None:
    """Put a file in place in one step, on the disk before it has its name. ``mode`` counts, not the umask."""
    _clear_away(path)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), mode)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        failpoints.reached(f"write {path.name}")
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _remember_name(path.parent)


def _clear_away(path: Path) -> None:
    """What a writer left that was killed."""
    for left_over in path.parent.glob(f".{path.name}.*"):
        if time.time() - left_over.stat().st_mtime > LEFT_OVER_AFTER:
            left_over.unlink(missing_ok=True)


def make_folder(path: Path, mode: int = OWNER_ONLY_FOLDER) -> None:
    """A folder of exactly this mode."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(mode)


def make_state_folder(path: Path) -> None:
    """The folder of the state: nginx in its container passes through it to what it reads, and lists nothing."""
    make_folder(path, 0o711)


def _remember_name(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
