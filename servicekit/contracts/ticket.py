"""Facts that ticket_service publishes. Each carries the ticket as it is after the fact."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from servicekit.contracts.base import Event, Person


class TicketEvent(Event, frozen=True, kw_only=True):
    """A ticket as of ``version``."""

    aggregate: ClassVar[str] = "ticket"
    ticket_id: UUID
    version: int
    number: str
    subject: str
    requester: Person
    category: str  # slug
    subcategory: str  # slug, or ""
    department: str  # "" until approval
    priority: str  # critical, high, medium, low; "" until approval
    status: str
    submitted_at: datetime

    @property
    def aggregate_id(self) -> UUID:
        return self.ticket_id

    @property
    def aggregate_version(self) -> int:
        return self.version


class TicketSubmitted(TicketEvent, frozen=True, kw_only=True):
    type: ClassVar[str] = "ticket.submitted"
    by: Person


class TicketEdited(TicketEvent, frozen=True, kw_only=True):
    type: ClassVar[str] = "ticket.edited"
    by: Person
    changed: tuple[str, ...]


class TicketImported(TicketEvent, frozen=True, kw_only=True):
    """A ticket of another system, brought in with its end state: nobody is to be told and nothing to be done."""

    type: ClassVar[str] = "ticket.imported"
    by: Person
    source: str


class TicketApproved(TicketEvent, frozen=True, kw_only=True):
    type: ClassVar[str] = "ticket.approved"
    by: Person
    approved_at: datetime


class TicketRejected(TicketEvent, frozen=True, kw_only=True):
    type: ClassVar[str] = "ticket.rejected"
    by: Person
    reason: str


class TicketWithdrawn(TicketEvent, frozen=True, kw_only=True):
    type: ClassVar[str] = "ticket.withdrawn"
    by: Person
    reason: str


class TicketStatusChanged(TicketEvent, frozen=True, kw_only=True):
    """The work moved the ticket: started, put on hold, resumed."""

    type: ClassVar[str] = "ticket.status_changed"
    previous: str


class TicketResolved(TicketEvent, frozen=True, kw_only=True):
    type: ClassVar[str] = "ticket.resolved"
    resolved_at: datetime


class TicketClosed(TicketEvent, frozen=True, kw_only=True):
    type: ClassVar[str] = "ticket.closed"
    by: Person | None  # None: closed by the clock
    comment: str


class TicketReopened(TicketEvent, frozen=True, kw_only=True):
    type: ClassVar[str] = "ticket.reopened"
    by: Person
    reason: str
    count: int  # how often so far
