"""Doors for the events that feed the local copies."""

from mail.services import send_waiting_mail
from recipients.services import remember_owner, remember_requester, save_access, save_profile
from servicekit.contracts.auth import (
    AccessEvent,
    AssignmentGranted,
    AssignmentRevoked,
    AssignmentUpdated,
    UserActivated,
    UserCreated,
    UserDeactivated,
    UserEvent,
    UserUpdated,
)
from servicekit.contracts.ticket import TicketEvent, TicketImported, TicketSubmitted
from servicekit.contracts.workflow import TaskOpened
from servicekit.events import Meta, handles


@handles(UserCreated, UserUpdated, UserActivated, UserDeactivated)
def keep_profile(event: UserEvent, meta: Meta) -> None:
    """Mail that waited for the address goes out in the wake of it."""
    if save_profile(event):
        send_waiting_mail(user_id=event.user_id)


@handles(AssignmentGranted, AssignmentRevoked, AssignmentUpdated)
def keep_access(event: AccessEvent, meta: Meta) -> None:
    """Roles need no copy of their own: each of these events carries all that the person may do."""
    save_access(event)


@handles(TicketSubmitted, TicketImported)
def keep_requester(event: TicketEvent, meta: Meta) -> None:
    """Comments do not name the requester."""
    remember_requester(ticket_id=event.ticket_id, requester_id=event.requester.id)


@handles(TaskOpened)
def keep_owner(event: TaskOpened, meta: Meta) -> None:
    """A ticket's own events do not name the owner."""
    remember_owner(ticket_id=event.ticket_id, owner_id=event.owner.id if event.owner else None, since=meta.occurred_at)
