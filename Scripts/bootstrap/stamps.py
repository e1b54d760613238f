"""Skip what has been done already: a stamp holds the hash of what a result was made from."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

SKIPPED = {"node_modules", "dist", "__pycache__", "coverage", "test-results", "playwright-report"}


def fingerprint(paths: Iterable[Path], *facts: str) -> str:
    """The hash of some files (folders are walked) and facts."""
    digest = hashlib.sha256()
    for fact in facts:
        digest.update(fact.encode() + b"\0")
    for path in sorted(_files(paths)):
        digest.update(str(path).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def is_current(stamp: Path, wanted: str) -> bool:
    """Whether the stamp was written for the same input."""
    return stamp.is_file() and stamp.read_text() == wanted


def write(stamp: Path, value: str) -> None:
    """Record that the result for this input is complete."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(value)


def _files(paths: Iterable[Path]) -> Iterable[Path]:
    for path in paths:
        if path.is_file():
            yield path
        elif path.is_dir():
            yield from (child for child in path.rglob("*") if child.is_file() and not SKIPPED.intersection(child.parts))
