"""What the front door answered: the lines of its access log, counted by status and by time taken."""

import bisect
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

OWN_AGENT = "tts-watch"  # of the probes, which are nobody's requests
#: upper ends of the classes, in seconds; one more class holds what took longer
BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass
class Traffic:
    """Counts; ``classes`` has one number for each bound and one for all that is slower."""

    statuses: dict[str, int] = field(default_factory=dict)
    classes: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0

    @property
    def requests(self) -> int:
        """All of them."""
        return sum(self.statuses.values())

    def count(self, first: str) -> int:
        """Those whose status begins so: ``5``, ``429``."""
        return sum(number for status, number in self.statuses.items() if status.startswith(first))

    def add(self, other: "Traffic") -> None:
        """Put what was counted elsewhere on top."""
        for status, number in other.statuses.items():
            self.statuses[status] = self.statuses.get(status, 0) + number
        self.classes = [mine + theirs for mine, theirs in zip(self.classes, other.classes, strict=True)]
        self.seconds += other.seconds

    def quantile(self, share: float) -> float | None:
        """The upper end of the class that this share of the requests stays within; None without requests, infinite past the last."""
        total, seen = sum(self.classes), 0
        for bound, number in zip((*BOUNDS, float("inf")), self.classes, strict=True):
            seen += number
            if total and seen >= share * total:
                return bound
        return None


def count(lines: Iterable[str]) -> Traffic:
    """Sockets are left out of the times: they last as long as somebody looks at the page."""
    traffic = Traffic()
    for line in lines:
        entry = _read(line)
        if entry is None:
            continue
        status = str(entry["status"])
        traffic.statuses[status] = traffic.statuses.get(status, 0) + 1
        if status != "101":
            seconds = float(entry.get("seconds") or 0.0)
            traffic.classes[bisect.bisect_left(BOUNDS, seconds)] += 1
            traffic.seconds += seconds
    return traffic


def _read(line: str) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    if not isinstance(entry, dict) or not isinstance(entry.get("status"), int):
        return None
    is_ours = entry.get("agent") == OWN_AGENT and entry["status"] < 402  # whoever borrows the name hides no refusal and no error
    return None if is_ours else entry
