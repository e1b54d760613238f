"""What the host is to do after an event. Clocks belong to a visit of a step; ``None`` is the clock of the whole."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from engine.state import Origin, Outcome


@dataclass(frozen=True, slots=True)
class Seek:
    """Find the next holder of ``role``, but not ``excluding``, and answer with ``Give``.

    Where nobody is found the token waits, unless it is ``required``: then the event is to be refused as a whole.
    """

    token: int
    role: str
    origin: Origin
    required: bool = False
    excluding: UUID | None = None


@dataclass(frozen=True, slots=True)
class Settle:
    """A token ended."""

    token: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class StartClock:
    """A time begins to run."""

    visit: int | None
    started_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class PauseClock:
    """A time stands still."""

    visit: int | None


@dataclass(frozen=True, slots=True)
class ResumeClock:
    """A time goes on where it stood still; what is due moves by the pause."""

    visit: int | None


@dataclass(frozen=True, slots=True)
class StopClock:
    """A time is over."""

    visit: int | None


@dataclass(frozen=True, slots=True)
class Complete:
    """The whole work is over, at this end."""

    end: str


Effect = Seek | Settle | StartClock | PauseClock | ResumeClock | StopClock | Complete
