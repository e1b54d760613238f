"""What each layer of the backup did last: one small file per layer, read by whoever watches."""

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

LAYERS = ("wal", "base", "dump", "media", "reconcile", "check", "configuration")


@dataclass(frozen=True)
class Record:
    """One layer. ``at`` is its last success, ``failures`` counts those since; ``details`` are the figures of the last success."""

    at: datetime | None = None
    tried_at: datetime | None = None
    failures: int = 0
    error: str = ""
    details: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        own = {name: value for name, value in asdict(self).items() if name != "details"}
        return {"ok": not self.error, **{name: _text(value) for name, value in own.items()}, **self.details}


class Records:
    """The folder of the records."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, layer: str) -> Record:
        """What is known of a layer; nothing if it never ran."""
        try:
            told = json.loads((self.folder / f"{layer}.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return Record()
        at, tried_at = (datetime.fromisoformat(told[name]) if told.get(name) else None for name in ("at", "tried_at"))
        return Record(at, tried_at, told["failures"], told["error"], told["details"])

    def succeeded(self, layer: str, **details: Any) -> Record:
        """The layer has just done its work."""
        at = datetime.now(UTC)
        return self._write(layer, Record(at, at, 0, "", details))

    def failed(self, layer: str, error: str) -> Record:
        """The layer has just failed; what it last achieved stays known."""
        before = self.read(layer)
        changed = replace(before, tried_at=datetime.now(UTC), failures=before.failures + 1, error=error.strip()[:500] or "unknown")
        return self._write(layer, changed)

    @contextmanager
    def alone(self, lane: str) -> Iterator[None]:
        """Wait until nobody else works in the lane, and keep it until the end."""
        with (self.folder / f".{lane}.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _write(self, layer: str, record: Record) -> Record:
        whole = {name: _text(value) for name, value in asdict(record).items()}
        write_json(self.folder / f"{layer}.json", whole)
        return record


def write_json(path: Path, content: Any) -> None:
    """Put a file in place in one step."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".record.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file)
    Path(temporary).replace(path)


def _text(value: Any) -> Any:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value
