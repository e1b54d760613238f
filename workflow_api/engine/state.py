"""Where a run stands: immutable; each event makes the next one."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class RunStatus(StrEnum):
    """The life of a run."""

    NEW = "new"
    RUNNING = "running"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class TokenStatus(StrEnum):
    """What the holder of a token is doing with it."""

    NEW = "new"
    IN_PROGRESS = "in_progress"
    HELD = "held"


class Outcome(StrEnum):
    """How a token ended."""

    DONE = "done"
    ESCALATED = "escalated"
    TRANSFERRED = "transferred"
    CANCELLED = "cancelled"


class Origin(StrEnum):
    """How somebody came by a token."""

    ALLOCATION = "allocation"
    TRANSITION = "transition"
    ESCALATION = "escalation"
    TRANSFER = "transfer"
    JOINED = "joined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One assignment of one step. Escalation and transfer make a new token of the same visit, so the step's clock runs on."""

    id: int
    visit: int
    step: str
    role: str
    origin: Origin
    holder: UUID | None
    status: TokenStatus = TokenStatus.NEW
    is_timed: bool = False  # the clock of its visit has been started
    entered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A run: its open tokens (one today, several once branches run in parallel)."""

    priority: str
    status: RunStatus = RunStatus.NEW
    tokens: tuple[Token, ...] = ()
    last_token: int = 0
    last_visit: int = 0

    def token(self, number: int) -> Token | None:
        """The open token of that number."""
        return next((token for token in self.tokens if token.id == number), None)

    def without(self, number: int) -> "State":
        """This state once a token is gone."""
        return replace(self, tokens=tuple(token for token in self.tokens if token.id != number))

    def with_token(self, token: Token) -> "State":
        """This state with one more token, or with a changed one."""
        if self.token(token.id) is None:
            return replace(self, tokens=(*self.tokens, token), last_token=token.id, last_visit=max(self.last_visit, token.visit))
        return replace(self, tokens=tuple(token if old.id == token.id else old for old in self.tokens))

    @property
    def is_paused(self) -> bool:
        """True while every open token is on hold: then the time of the whole stands still too."""
        return bool(self.tokens) and all(token.status is TokenStatus.HELD for token in self.tokens)
