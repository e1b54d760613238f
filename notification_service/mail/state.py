"""Where a delivery can go from where it is. Pure.

pending ─begin→ sending ─accept→ sent                 the server took it
   ↑              ├─defer→ pending                    not now: tried again later
   │              ├─fail→ failed                      never, or too often: the failed bucket
   │              └─doubt→ unknown ─begin→ sending    the answer got lost: sent once more, then for a person to decide
   └─────retry── failed, unknown ─discard→ discarded
"""

from django.db.models import TextChoices

from mail.errors import DeliveryMoveRefused


class State(TextChoices):
    """How far a delivery has come."""

    PENDING = "pending", "Pending"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    UNKNOWN = "unknown", "Unknown"
    DISCARDED = "discarded", "Discarded"


class Action(TextChoices):
    """What can happen to it."""

    BEGIN = "begin", "Begin a try"
    ACCEPT = "accept", "Accept"
    DEFER = "defer", "Defer"
    FAIL = "fail", "Fail"
    DOUBT = "doubt", "Doubt"
    RETRY = "retry", "Retry"
    DISCARD = "discard", "Discard"


MOVES: dict[tuple[State, Action], State] = {
    (State.PENDING, Action.BEGIN): State.SENDING,
    (State.UNKNOWN, Action.BEGIN): State.SENDING,
    (State.SENDING, Action.ACCEPT): State.SENT,
    (State.SENDING, Action.DEFER): State.PENDING,
    (State.SENDING, Action.FAIL): State.FAILED,
    (State.SENDING, Action.DOUBT): State.UNKNOWN,
    (State.UNKNOWN, Action.ACCEPT): State.SENT,
    (State.PENDING, Action.FAIL): State.FAILED,
    (State.FAILED, Action.RETRY): State.PENDING,
    (State.UNKNOWN, Action.RETRY): State.PENDING,
    (State.PENDING, Action.DISCARD): State.DISCARDED,
    (State.FAILED, Action.DISCARD): State.DISCARDED,
    (State.UNKNOWN, Action.DISCARD): State.DISCARDED,
}


def next_state(state: str, action: Action) -> State:
    """The state after the action. Raises DeliveryMoveRefused (409)."""
    moved = MOVES.get((State(state), action))
    if moved is None:
        raise DeliveryMoveRefused(f"A delivery that is {State(state)} cannot {action}.")
    return moved
