"""What is known of every deployment: one line of JSON each, kept for ever; and the one that is under way."""

import getpass
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from production.files import write_atomically
from production.home import Home

DEPLOYMENT, ROLLBACK, RESTART = "deployment", "rollback", "restart"
DONE, ROLLED_BACK, FAILED, INTERRUPTED = "done", "rolled back", "failed", "interrupted"


@dataclass
class Record:
    """One deployment or rollback. Times are ISO 8601 in UTC, durations in seconds, p95 in milliseconds by service."""

    id: str
    kind: str
    release: str
    strategy: str
    services: list[str]
    who: str
    started: str
    finished: str = ""
    outcome: str = ""
    seconds: float = 0.0
    switched_after_seconds: float | None = None
    downtime_seconds: float = 0.0
    probes: int = 0
    failed_probes: int = 0
    requests: int = 0
    errors: int = 0
    p95_before_ms: dict[str, float] = field(default_factory=dict)
    p95_during_ms: dict[str, float] = field(default_factory=dict)
    p95_after_ms: dict[str, float] = field(default_factory=dict)
    steps: list[dict[str, Any]] = field(default_factory=list)
    migrations: list[str] = field(default_factory=list)
    rollback_reason: str = ""
    #: what served before, by service: the way back
    original: dict[str, dict[str, str]] = field(default_factory=dict)
    #: what a rollback leads to, by service
    target: dict[str, dict[str, str]] = field(default_factory=dict)


def begin(kind: str, *, release: str, strategy: str, services: list[str], original: Mapping[str, Mapping[str, str]]) -> Record:
    """A record of what begins now, by whoever is logged in."""
    now = datetime.now(UTC)
    return Record(
        id=f"{now:%Y%m%dT%H%M%S}-{os.getpid()}",
        kind=kind,
        release=release,
        strategy=strategy,
        services=services,
        who=os.environ.get("SUDO_USER") or getpass.getuser(),
        started=now.isoformat(timespec="seconds"),
        original={name: dict(entry) for name, entry in original.items()},
    )


class Journal:
    """``deployments.jsonl`` and, while one is under way, ``deployment.json``."""

    def __init__(self, home: Home) -> None:
        self._lines = home.state / "deployments.jsonl"
        self._open = home.state / "deployment.json"

    def open(self, record: Record) -> None:
        """Remember that it is under way. One that was killed before is closed as interrupted; its way back is kept."""
        left = self.interrupted()
        if left is not None:
            self._append(_closed(left, INTERRUPTED))
            record.original = {**record.original, **{name: entry for name, entry in left.original.items() if name in record.original}}
        write_atomically(self._open, json.dumps(asdict(record)) + "\n")

    def close(self, record: Record, outcome: str) -> None:
        """Write it down for good."""
        self._append(_closed(record, outcome))
        self._open.unlink(missing_ok=True)

    def interrupted(self) -> Record | None:
        """The deployment that never ended, if there is one and nobody has one under way."""
        try:
            left = _read(self._open.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        closed = left and any(last.id == left.id and last.outcome != INTERRUPTED for last in self.records()[-1:])
        return None if closed else left

    def records(self) -> list[Record]:
        """All of them, the oldest first; a line that a dying machine cut off is passed over."""
        if not self._lines.is_file():
            return []
        found = map(_read, self._lines.read_text(encoding="utf-8").splitlines())
        return [record for record in found if record is not None]

    def _append(self, record: Record) -> None:
        line = json.dumps(asdict(record)) + "\n"
        with _appending(self._lines) as handle:
            if self._lines.stat().st_size and not self._lines.read_bytes().endswith(b"\n"):
                line = "\n" + line  # after half a line
            handle.write(line)
            handle.flush()
            os.fsync(handle.fileno())


def _closed(record: Record, outcome: str) -> Record:
    now = datetime.now(UTC)
    record.outcome, record.finished = outcome, now.isoformat(timespec="seconds")
    record.seconds = round((now - datetime.fromisoformat(record.started)).total_seconds(), 1)
    return record


def _appending(path: Path) -> Any:
    path.touch(mode=0o600)
    return path.open("a", encoding="utf-8")


def _read(line: str) -> Record | None:
    try:
        return Record(**json.loads(line))
    except (ValueError, TypeError):
        return None
