"""What became of the events: the services' own account, before and after."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Ledger:
    """The books of all services at one moment."""

    published: dict[str, Counter[str]]
    handled: dict[str, Counter[str]]
    handlers: dict[str, dict[str, list[str]]]
    pending: int
    retries: int
    dead_letters: int

    @classmethod
    def read(cls, services: list[str], report: Callable[[str], str]) -> "Ledger":
        """``report(service)`` gives what ``manage.py events_report`` prints there."""
        books: dict[str, dict[str, Any]] = {service: json.loads(report(service)) for service in services}
        return cls(
            published={name: Counter(book["published"]) for name, book in books.items()},
            handled={name: Counter(book["handled"]) for name, book in books.items()},
            handlers={name: book["handlers"] for name, book in books.items()},
            pending=sum(sum(book["pending"].values()) for book in books.values()),
            retries=sum(book["retries"] for book in books.values()),
            dead_letters=sum(book["dead_letters"] for book in books.values()),
        )

    @property
    def is_settled(self) -> bool:
        """Everything published, and handled by all who subscribe to it; dead letters count as seen, not as handled."""
        return (
            self.pending == 0
            and self.retries == 0
            and sum(self.expected().values()) <= sum(self._all_handled().values()) + self.dead_letters
        )

    def expected(self) -> Counter[str]:
        """How often each handler ought to have run: once for each published event of its types."""
        total: Counter[str] = Counter()
        for published in self.published.values():
            total.update(published)
        return Counter(
            {
                f"{service}: {name}": sum(total[kind] for kind in kinds)
                for service, by_name in self.handlers.items()
                for name, kinds in by_name.items()
            }
        )

    def _all_handled(self) -> Counter[str]:
        return Counter({f"{service}: {name}": count for service, counts in self.handled.items() for name, count in counts.items()})


@dataclass(frozen=True)
class EventAccount:
    """What happened between two ledgers."""

    published: dict[str, int]
    handled: dict[str, int]
    by_type: dict[str, int]
    lost: dict[str, int]
    duplicated: dict[str, int]
    dead_letters: int
    pending: int


def account(before: Ledger, after: Ledger) -> EventAccount:
    """Compare what each handler ought to have handled with what it has: fewer is lost, more is a duplicated effect."""
    published = {service: after.published[service] - before.published[service] for service in after.published}
    handled = {service: after.handled[service] - before.handled[service] for service in after.handled}
    by_type: Counter[str] = Counter()
    for counts in published.values():
        by_type.update(counts)
    missing: dict[str, int] = {}
    excess: dict[str, int] = {}
    for service, by_name in after.handlers.items():
        for name, kinds in by_name.items():
            gap = sum(by_type[kind] for kind in kinds) - handled[service][name]
            if gap:
                (missing if gap > 0 else excess)[f"{service}: {name}"] = abs(gap)
    return EventAccount(
        published={service: counts.total() for service, counts in published.items()},
        handled={service: counts.total() for service, counts in handled.items()},
        by_type=dict(sorted(by_type.items())),
        lost=missing,
        duplicated=excess,
        dead_letters=after.dead_letters - before.dead_letters,
        pending=after.pending,
    )
