"""What clients were told has happened: every write that was answered with success."""

import threading
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Upload:
    """A stored file."""

    id: str
    sha256: str


@dataclass(frozen=True)
class Filed:
    """An accepted ticket."""

    id: str
    number: str
    subject: str


@dataclass(frozen=True)
class Move:
    """An accepted move of a ticket or a work item."""

    kind: str
    subject_id: str


@dataclass(frozen=True)
class Said:
    """An accepted comment."""

    id: str
    ticket_id: str
    body: str


@dataclass
class Journal:
    """Written by many threads; read by the auditor."""

    filed: list[Filed] = field(default_factory=list)
    uploads: list[Upload] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    comments: list[Said] = field(default_factory=list)
    server_errors: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, entry: Filed | Upload | Move | Said) -> None:
        """Keep one acknowledged write."""
        lists = {Filed: self.filed, Upload: self.uploads, Move: self.moves, Said: self.comments}
        with self._lock:
            lists[type(entry)].append(entry)  # type: ignore[attr-defined]

    def note_server_error(self, text: str) -> None:
        """Keep a 500: a failure that nobody foresaw. A 503 is none."""
        with self._lock:
            self.server_errors.append(text)
