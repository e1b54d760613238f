"""Doors for ticket_service's facts, and for our own that a workflow was published."""

from engine import PRIORITIES
from servicekit.contracts.ticket import TicketApproved, TicketClosed, TicketEvent, TicketRejected, TicketReopened, TicketWithdrawn
from servicekit.contracts.workflow import WorkflowPublished
from servicekit.events import Malformed, Meta, handles
from servicekit.principal import SYSTEM
from tasks.services import follow_approval, follow_end, plan_retries


@handles(TicketApproved)
def begin_work(event: TicketApproved, meta: Meta) -> None:
    """The ticket was approved."""
    _check_priority(event)
    follow_approval(event, since=event.approved_at)


@handles(TicketReopened)
def begin_again(event: TicketReopened, meta: Meta) -> None:
    """The ticket was reopened: its time counts from then."""
    _check_priority(event)
    follow_approval(event, since=meta.occurred_at)


@handles(TicketWithdrawn)
def end_withdrawn_work(event: TicketWithdrawn, meta: Meta) -> None:
    """The ticket was withdrawn."""
    follow_end(event, by=event.by, reason=event.reason)


@handles(TicketRejected)
def end_rejected_work(event: TicketRejected, meta: Meta) -> None:
    """The ticket was rejected."""
    follow_end(event, by=event.by, reason=event.reason)


@handles(TicketClosed)
def end_closed_work(event: TicketClosed, meta: Meta) -> None:
    """The ticket was closed."""
    follow_end(event, by=event.by or SYSTEM.person, reason=event.comment or "The ticket was closed.")


@handles(WorkflowPublished)
def open_what_waited(event: WorkflowPublished, meta: Meta) -> None:
    """A workflow was published: it may fit tickets that wait."""
    plan_retries()


def _check_priority(event: TicketEvent) -> None:
    if event.priority not in PRIORITIES:
        raise Malformed(f"the ticket is to be worked on but has the priority {event.priority!r}")
