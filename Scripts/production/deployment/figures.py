"""What the edge's access log says of a service: how many answers, how many failures, how slow. Pure."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

SERVER_ERRORS = range(500, 600)


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of the log. ``upstream`` is the container:port that was asked; sockets are left out by the reader."""

    at: float  # seconds since 1970
    upstream: str
    status: int
    seconds: float  # until the upstream had answered


@dataclass(frozen=True)
class Figures:
    """Some answers, summed up. ``p95`` in seconds; 0 without answers."""

    requests: int = 0
    errors: int = 0
    p95: float = 0.0

    @property
    def error_ratio(self) -> float:
        """The share of answers that were the server's failure."""
        return self.errors / self.requests if self.requests else 0.0


@dataclass
class Log:
    """The answers that were read, by upstream, the latest last."""

    answers: list[Answer] = field(default_factory=list)

    def add(self, lines: Iterable[str]) -> None:
        """Take in lines of the log; what is no answer of an upstream is passed over."""
        self.answers += [answer for answer in map(read, lines) if answer is not None]

    def figures(self, upstreams: Iterable[str], *, since: float, until: float = float("inf")) -> Figures:
        """The answers of some upstreams within a time."""
        wanted = frozenset(upstreams)
        return sum_up([answer for answer in self.answers if answer.upstream in wanted and since <= answer.at < until])


def read(line: str) -> Answer | None:
    """One line of JSON, or None: another kind of line, half a line, a socket, or an answer that no upstream gave."""
    try:
        entry = json.loads(line)
        if entry["status"] == 101 or not entry["upstream"]:
            return None
        # of several tries the last one answered
        return Answer(float(entry["ms"]), entry["upstream"], int(entry["status"]), float(entry["upstream_seconds"].split(", ")[-1]))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def sum_up(answers: list[Answer]) -> Figures:
    """Count, failures and the time within which 95 of 100 were answered."""
    if not answers:
        return Figures()
    return Figures(len(answers), sum(answer.status in SERVER_ERRORS for answer in answers), percentile([a.seconds for a in answers], 0.95))


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that so large a share does not pass (nearest rank); 0 for nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0
