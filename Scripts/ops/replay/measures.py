"""Numbers that are gathered while the load runs."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` (0…1) of all do not exceed: the nearest rank; 0 of none."""
    if not values:
        return 0.0
    ranked = sorted(values)
    rank = max(1, -(-len(ranked) * share // 1))
    return ranked[int(rank) - 1]


@dataclass(frozen=True)
class Spread:
    """How a series of durations lies, in milliseconds."""

    count: int
    p50: float
    p95: float
    p99: float
    worst: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Spread":
        """The spread of durations given in seconds."""
        p50, p95, p99 = (round(1000 * percentile(seconds, share), 1) for share in (0.50, 0.95, 0.99))
        return cls(len(seconds), p50, p95, p99, round(1000 * max(seconds, default=0.0), 1))


@dataclass
class Measures:
    """Durations per endpoint, and answers that were no success."""

    durations: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: Counter[str] = field(default_factory=Counter)

    def note(self, route: str, seconds: float, status: int, code: str = "") -> None:
        """One answered request."""
        self.durations[route].append(seconds)
        if status >= 400:
            self.failures[f"{route}: {status} {code}".strip()] += 1

    def spreads(self) -> dict[str, Spread]:
        """The spread of each endpoint, by name."""
        return {route: Spread.of(seconds) for route, seconds in sorted(self.durations.items())}


@dataclass
class Track:
    """One ticket's way, by the driver's clock in seconds; None: not yet."""

    number: str
    ticket_id: str
    requester: int
    sent: float
    filed: float
    approval_heard: float | None = None
    approve_sent: float | None = None
    approved: float | None = None
    assigned_heard: float | None = None
    noticed: float | None = None
    resolved: float | None = None
    was_polled: bool = False


class Tracks:
    """All tickets of a run, by number."""

    def __init__(self) -> None:
        self.by_number: dict[str, Track] = {}

    def add(self, track: Track) -> None:
        """A ticket was accepted."""
        self.by_number[track.number] = track

    def unresolved(self) -> list[Track]:
        """Those whose work is not known to have ended."""
        return [track for track in self.by_number.values() if track.resolved is None]

    def stages(self) -> dict[str, Spread]:
        """How long each part of the way took, over all tickets that went it."""
        pairs = {
            "submission → coordinator's screen": ("sent", "approval_heard"),
            "submission → assignment": ("sent", "assigned_heard"),
            "submission → assignee's live notice": ("sent", "noticed"),
            "approval → assignee's live notice": ("approve_sent", "noticed"),
            "submission → resolved": ("sent", "resolved"),
        }
        return {name: Spread.of(self._between(first, last)) for name, (first, last) in pairs.items()}

    def _between(self, first: str, last: str) -> list[float]:
        ends = [(getattr(track, first), getattr(track, last)) for track in self.by_number.values() if not track.was_polled]
        return [end - start for start, end in ends if start is not None and end is not None]
