"""The outcome of a run, as a page for people and as JSON for machines."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ops.replay.cost import Cost
from ops.replay.events import EventAccount
from ops.replay.mails import MailCount
from ops.replay.measures import Spread
from ops.replay.processes import Usage
from ops.replay.scenario import Doings

MIB = 1024 * 1024


@dataclass(frozen=True)
class Report:
    """Everything that the run has shown."""

    began: str
    seconds: float
    tickets: int
    agents: int
    requesters: int
    rate: float
    step_seconds: float
    statuses: dict[str, int]
    doings: Doings
    events: EventAccount
    mails: MailCount
    deliveries: dict[str, int]
    stages: dict[str, Spread]
    endpoints: dict[str, Spread]
    failures: dict[str, int]
    reconnects: int
    costs: list[Cost]
    idle_percent: float
    memory: list[Usage]

    @property
    def is_clean(self) -> bool:
        """All resolved, nothing lost, nothing doubled, nothing left over."""
        events, resolved = self.events, self.statuses.get("resolved", 0)
        is_settled = not (events.lost or events.duplicated or events.dead_letters or events.pending or self.mails.duplicates)
        return resolved == self.tickets and is_settled and not self.doings.given_up

    def as_markdown(self) -> str:
        """The page."""
        parts = [
            f"# Replay of {self.tickets} tickets: {'clean' if self.is_clean else 'NOT CLEAN'}",
            f"{self.began}, {self.seconds:.0f} s, {self.rate:g} tickets a second, {self.requesters} requesters, "
            f"{self.agents} agents who take {self.step_seconds:g} s a step.",
            "## Tickets",
            _table(("status", "tickets"), sorted(self.statuses.items())),
            _table(("done by the driver", "times"), [(name, value) for name, value in asdict(self.doings).items() if name != "given_up"]),
            *(f"- given up: {what}" for what in self.doings.given_up),
            "## Events",
            _table(
                ("service", "published", "handled"),
                [(name, count, self.events.handled[name]) for name, count in self.events.published.items()],
            ),
            _table(("type", "published"), self.events.by_type.items()),
            f"Lost: {_counts(self.events.lost)}. Duplicated effects: {_counts(self.events.duplicated)}. "
            f"Dead letters: {self.events.dead_letters}. Unpublished: {self.events.pending}.",
            "## Mails",
            f"{self.mails.mails} mails for {self.mails.pairs} pairs of event and person, {len(self.mails.duplicates)} more than once, "
            f"{self.mails.unmarked} without an event. Deliveries: {_counts(self.deliveries)}.",
            "## From submission to the screen",
            _spreads("stage", self.stages),
            f"Sockets came back {self.reconnects} times.",
            "## Endpoints",
            _spreads("endpoint", self.endpoints),
            f"Answers that were no success: {_counts(self.failures)}.",
            "## CPU of the whole system per action",
            _table(
                ("action", "times", "ms", "ms with idling"),
                [(cost.action, cost.times, cost.cpu_ms, cost.cpu_ms_gross) for cost in self.costs],
            ),
            f"Idling takes {self.idle_percent:.1f} % of one processor.",
            "## Memory (PSS)",
            _table(("process", "processes", "MiB"), [(use.name, use.count, round(use.pss / MIB, 1)) for use in self.memory]),
            f"Together {sum(use.pss for use in self.memory) / MIB:.0f} MiB; "
            f"the services' own: {sum(use.pss for use in self.memory if use.name.endswith(('-web', '-worker'))) / MIB:.0f} MiB.",
        ]
        return "\n\n".join(parts) + "\n"

    def save(self, folder: Path) -> Path:
        """Write ``replay.md`` and ``replay.json``; the page's path."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "replay.json").write_text(json.dumps({**asdict(self), "is_clean": self.is_clean}, indent=2, default=str) + "\n")
        page = folder / "replay.md"
        page.write_text(self.as_markdown())
        return page


def _table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}"]
    return "\n".join([*lines, *(f"| {' | '.join(map(str, row))} |" for row in rows)])


def _spreads(name: str, spreads: dict[str, Spread]) -> str:
    rows = [(key, spread.count, spread.p50, spread.p95, spread.p99, spread.worst) for key, spread in spreads.items()]
    return _table((name, "count", "p50 ms", "p95 ms", "p99 ms", "worst ms"), rows)


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"
