"""Logs that do not grow without end: past a size, a log is copied aside and emptied under its writer."""

import shutil
from pathlib import Path

MAXIMUM = 10 * 1024 * 1024
KEPT = 3


def rotate(folder: Path, maximum: int = MAXIMUM) -> None:
    """Rotate those logs of a folder that have grown past the maximum (their writers append, so they need not reopen)."""
    for log in folder.glob("*.log"):
        if log.stat().st_size > maximum:
            _shift(log)
            shutil.copyfile(log, log.with_name(f"{log.name}.1"))
            with log.open("r+b") as handle:
                handle.truncate(0)


def tail(log: Path, lines: int) -> str:
    """The last lines of a log."""
    if not log.is_file():
        return ""
    with log.open("rb") as handle:
        handle.seek(max(0, log.stat().st_size - lines * 400))
        return "\n".join(handle.read().decode(errors="replace").splitlines()[-lines:])


def _shift(log: Path) -> None:
    for number in range(KEPT, 1, -1):
        older = log.with_name(f"{log.name}.{number - 1}")
        if older.is_file():
            older.replace(log.with_name(f"{log.name}.{number}"))
