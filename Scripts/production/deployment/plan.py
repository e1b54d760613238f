"""A deployment as data: which services change together, and by which moves. Pure, so that every plan can be tried without an engine.

The plan is made from what is found. A deployment that was killed leaves something between the old and the new; the next one
finds that, and its plan holds the moves that are left.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from production.state import SERVICES

#: consumers before producers: what a new release publishes is understood by then
ORDER = ("notification", "workflow", "ticket", "messaging", "auth", "frontend")
CANARY = ((5, 60.0), (25, 120.0), (100, 120.0))  # percent of the users, seconds of observation
WATCH = 10.0  # seconds of observation after a switch at once


class Strategy(Enum):
    """How users come to a new release."""

    ROLLING = "rolling"
    BLUE_GREEN = "blue-green"
    CANARY = "canary"


class Act(Enum):
    """One kind of move."""

    START = "start the new release beside the old"
    PROVE = "try it before any user does"
    SHARE = "let some users in"
    SWITCH = "let all users in"
    WATCH = "watch it serve"
    RETIRE = "drain and stop the old"
    START_WORKER = "start the new worker beside the old"
    RETIRE_WORKER = "let the old worker finish and stop it"


@dataclass(frozen=True)
class Move:
    """One step for one or more services at once. ``percent`` and ``seconds`` where the act has such."""

    act: Act
    services: tuple[str, ...]
    percent: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Found:
    """What runs of a service, measured against the release that is wanted."""

    service: str
    serves: bool = False  # the colour that serves has it and is well
    works: bool = False  # so does the worker of that colour
    old_web_runs: bool = False  # the other colour runs too
    old_worker_runs: bool = False

    @property
    def keeps_old(self) -> bool:
        """The old front end runs on: its pages, open in browsers, still ask for its files."""
        return self.service == "frontend"

    @property
    def has_worker(self) -> bool:
        """Whether a worker goes along."""
        return self.service in SERVICES

    @property
    def is_done(self) -> bool:
        """Nothing is left to do."""
        worked = not self.has_worker or (self.works and not self.old_worker_runs)
        return self.serves and worked and (self.keeps_old or not self.old_web_runs)


def waves(services: Iterable[str], strategy: Strategy, at_once: int) -> list[tuple[str, ...]]:
    """The services in groups that change together: all of them for blue-green, if there is memory for so many more at once."""
    ordered = tuple(name for name in ORDER if name in set(services))
    if strategy is Strategy.BLUE_GREEN and at_once >= len(ordered):
        return [ordered] if ordered else []
    return [(name,) for name in ordered]


def moves(wave: Sequence[Found], strategy: Strategy, stages: Sequence[tuple[int, float]] = CANARY, watch: float = WATCH) -> list[Move]:
    """All that is left to do for the services of a wave."""
    fresh = tuple(each.service for each in wave if not each.serves)
    unwatched = tuple(each.service for each in wave if not each.serves or (each.old_web_runs and not each.keeps_old))
    planned = _switching(fresh, strategy, stages) if fresh else []
    if unwatched:
        planned.append(Move(Act.WATCH, unwatched, seconds=stages[-1][1] if strategy is Strategy.CANARY else watch))
    if retired := tuple(each.service for each in wave if each.service in unwatched and not each.keeps_old):
        planned.append(Move(Act.RETIRE, retired))
    for each in wave:
        planned += _working(each)
    return planned


def _switching(fresh: tuple[str, ...], strategy: Strategy, stages: Sequence[tuple[int, float]]) -> list[Move]:
    planned = [Move(Act.START, fresh), Move(Act.PROVE, fresh)]
    if strategy is Strategy.CANARY:
        planned += [Move(Act.SHARE, fresh, percent, seconds) for percent, seconds in stages if percent < 100]
    return [*planned, Move(Act.SWITCH, fresh, 100)]


def _working(each: Found) -> list[Move]:
    """The new worker is up before the old one ends, so the queue is never without one."""
    if not each.has_worker:
        return []
    planned = [] if each.serves and each.works else [Move(Act.START_WORKER, (each.service,))]
    if planned or each.old_worker_runs:
        planned.append(Move(Act.RETIRE_WORKER, (each.service,)))
    return planned
