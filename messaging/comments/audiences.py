"""The names of the live stream's audiences: who a row is for. Which person hears which of them, realtime decides."""

from uuid import UUID

APPROVALS = "approvals"
TASKS = "tasks"


def ticket(ticket_id: UUID) -> str:
    """Everybody who may read the ticket's conversation."""
    return f"ticket:{ticket_id}"


def thread(ticket_id: UUID, visibility: str) -> str:
    """Those of them who may read comments of this visibility."""
    return f"ticket:{ticket_id}:{visibility}"


def tasks_of(user_id: UUID) -> str:
    """One agent, about the work that is or was his."""
    return f"tasks:{user_id}"


def person(user_id: UUID) -> str:
    """One person, on all his devices."""
    return f"user:{user_id}"


def session(session_id: UUID) -> str:
    """The sockets of one session, not its person: they hear that it ended."""
    return f"session:{session_id}"


def access(user_id: UUID) -> str:
    """The sockets of one person: they hear what he may do from now on."""
    return f"access:{user_id}"
