"""Doors for other services' facts about tickets, the work on them and people's rights."""

from comments import feed, services
from servicekit.contracts.auth import AccessEvent, AssignmentGranted, AssignmentRevoked, AssignmentUpdated
from servicekit.contracts.ticket import (
    TicketApproved,
    TicketClosed,
    TicketEdited,
    TicketEvent,
    TicketImported,
    TicketRejected,
    TicketReopened,
    TicketResolved,
    TicketStatusChanged,
    TicketSubmitted,
    TicketWithdrawn,
)
from servicekit.contracts.workflow import (
    TaskAssigned,
    TaskCancelled,
    TaskCompleted,
    TaskEscalated,
    TaskEvent,
    TaskHeld,
    TaskOpened,
    TaskResumed,
    TaskStarted,
    TaskStepCompleted,
    TaskTransferred,
    TaskUnassigned,
    TicketUnmatched,
)
from servicekit.events import Meta, handles


@handles(
    TicketSubmitted, TicketEdited, TicketImported, TicketApproved, TicketRejected, TicketWithdrawn,
    TicketStatusChanged, TicketResolved, TicketClosed, TicketReopened,
)  # fmt: skip
def on_ticket(event: TicketEvent, meta: Meta) -> None:
    """Each ticket has its conversation, as soon as word of it arrives."""
    services.record_ticket(event)


@handles(
    TaskOpened, TaskAssigned, TaskUnassigned, TaskStarted, TaskHeld, TaskResumed, TaskStepCompleted,
    TaskEscalated, TaskTransferred, TaskCompleted, TaskCancelled,
)  # fmt: skip
def on_task(event: TaskEvent, meta: Meta) -> None:
    """Who owns or works on a ticket takes part in its conversation."""
    services.record_task(event)


@handles(TicketUnmatched)
def on_ticket_unmatched(event: TicketUnmatched, meta: Meta) -> None:
    """The list of what waits for allocation has changed."""
    feed.ticket_unmatched(event.ticket_id)


@handles(AssignmentGranted, AssignmentRevoked, AssignmentUpdated)
def on_access_changed(event: AccessEvent, meta: Meta) -> None:
    """Only who may read internal notes is told of them."""
    services.record_clearance(event)
