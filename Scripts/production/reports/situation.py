"""What the documents are written from: one look, what watch remembers, and the drift."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from production import drift
from production.compose import Compose, ComposeFailed
from production.drift import Drift
from production.home import Home
from production.state import State
from production.status_page import document
from production.watching import reading
from production.watching.memory import Memory
from production.watching.reading import Reading

STALE = 300.0  # seconds without a look of watch


@dataclass(frozen=True)
class Situation:
    """A deployment at a moment. ``drift`` is None where the declaration cannot be read."""

    home: Home
    reading: Reading
    memory: Memory
    state: State
    drift: Sequence[Drift] | None

    @property
    def at(self) -> str:
        """When it was, in UTC."""
        return f"{self.reading.moment:%Y-%m-%d %H:%M:%S} UTC"

    @property
    def watched(self) -> dict[str, Any]:
        """Whether watch runs: without it, all that needs more than one look is old."""
        age = self.reading.at - self.memory.at if self.memory.at else None
        return {"Last look of watch": ago(age), "Watch runs": age is not None and age < STALE}

    @property
    def page(self) -> dict[str, Any]:
        """What the public page says now."""
        return document.write_down(self.home, self.reading, self.memory)


def gather(home: Home) -> Situation:
    """Look at everything; changes nothing, and tells nobody."""
    memory = Memory.load(home)
    found = reading.take(home, edge_read_until=memory.edge_read_until)
    return Situation(home, found, memory, State.load(home), _drift(home))


def ago(seconds: float | None) -> str | None:
    """A time span in the unit in which people say it."""
    if seconds is None:
        return None
    for limit, unit, size in ((120, "s", 1), (7200, "min", 60), (172800, "h", 3600)):
        if abs(seconds) < limit:
            return f"{seconds / size:.0f} {unit} ago"
    return f"{seconds / 86400:.1f} days ago"


def mib(number: float | None) -> float | None:
    """Bytes in MiB."""
    return None if number is None else round(number / 1024 / 1024, 1)


def share(part: float, whole: float) -> str | None:
    """A percentage with the counts that it is made of: they matter while they are small."""
    return f"{100 * part / whole:.2f} % ({part:g} of {whole:g})" if whole else None


def _drift(home: Home) -> Sequence[Drift] | None:
    compose = Compose(home)
    try:
        return drift.find(home, compose, compose.containers())
    except (ComposeFailed, OSError, ValueError):
        return None
