"""The one state machine of a ticket. Pure: this table is the documentation, the test and the source of the buttons."""

from enum import StrEnum

from tickets.errors import IllegalTransition


class Status(StrEnum):
    """Where a ticket stands."""

    NEW = "new"
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    PENDING = "pending"  # approved, but nobody can work on it yet
    RESOLVED = "resolved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class Priority(StrEnum):
    """How much it matters; given at approval."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Action(StrEnum):
    """What moves a ticket. The first five are people's, the others follow the work."""

    EDIT = "edit"
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    CLOSE = "close"
    REOPEN = "reopen"
    WAIT = "wait"
    ASSIGN = "assign"
    START = "start"
    HOLD = "hold"
    RESUME = "resume"
    RESOLVE = "resolve"


NEXT: dict[tuple[Status, Action], Status] = {
    (Status.NEW, Action.EDIT): Status.NEW,
    (Status.NEW, Action.APPROVE): Status.OPEN,
    (Status.NEW, Action.REJECT): Status.REJECTED,
    (Status.NEW, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.OPEN, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.OPEN, Action.WAIT): Status.PENDING,
    (Status.OPEN, Action.START): Status.IN_PROGRESS,
    (Status.OPEN, Action.HOLD): Status.ON_HOLD,
    (Status.OPEN, Action.RESOLVE): Status.RESOLVED,
    (Status.PENDING, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.PENDING, Action.ASSIGN): Status.OPEN,
    (Status.PENDING, Action.START): Status.IN_PROGRESS,
    (Status.PENDING, Action.HOLD): Status.ON_HOLD,
    (Status.PENDING, Action.RESOLVE): Status.RESOLVED,
    (Status.IN_PROGRESS, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.IN_PROGRESS, Action.WAIT): Status.PENDING,
    (Status.IN_PROGRESS, Action.HOLD): Status.ON_HOLD,
    (Status.IN_PROGRESS, Action.RESOLVE): Status.RESOLVED,
    (Status.ON_HOLD, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.ON_HOLD, Action.WAIT): Status.PENDING,
    (Status.ON_HOLD, Action.START): Status.IN_PROGRESS,
    (Status.ON_HOLD, Action.RESUME): Status.IN_PROGRESS,
    (Status.ON_HOLD, Action.RESOLVE): Status.RESOLVED,
    (Status.RESOLVED, Action.CLOSE): Status.CLOSED,
    (Status.RESOLVED, Action.REOPEN): Status.OPEN,
    (Status.CLOSED, Action.REOPEN): Status.OPEN,
}

#: nobody works on it any more
FINAL = frozenset({Status.REJECTED, Status.WITHDRAWN, Status.CLOSED})


def allows(status: str, action: Action) -> bool:
    """True if the action is legal now."""
    return (Status(status), action) in NEXT


def next_status(status: str, action: Action) -> Status:
    """Where the action leads. Raises IllegalTransition (409)."""
    if not allows(status, action):
        raise IllegalTransition(f"A ticket that is {status} cannot {action}.")
    return NEXT[Status(status), action]
