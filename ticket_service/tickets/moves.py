"""Taking hold of a ticket and moving it: what every service does alike. Only inside a transaction."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from servicekit.contracts import Person
from servicekit.errors import NotFound
from servicekit.principal import Principal
from tickets.models import HistoryEntry, Involvement, Ticket
from tickets.selectors import visible_tickets
from tickets.status import Action, next_status


@dataclass(frozen=True)
class Entry:
    """One line of a ticket's history."""

    action: str
    by: Person
    at: datetime
    detail: str = ""
    reason: str = ""


def lock_ticket(ticket_id: UUID) -> Ticket:
    """The ticket, held until the transaction ends."""
    return _held(Ticket.objects.all()).get(id=ticket_id)


def lock_visible(number: str, by: Principal) -> Ticket:
    """The same by number, for a person who may see it. Raises NotFound, also for one that he may not see."""
    ticket = _held(visible_tickets(by)).filter(number=number).first()
    if ticket is None:
        raise NotFound
    return ticket


def _held(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    return tickets.select_for_update(of=("self",)).select_related("category", "form").defer("search", "folded")


def move(ticket: Ticket, action: Action, entry: Entry) -> str:
    """Change the status by the table and write it down; the status it had. Raises IllegalTransition. The caller saves."""
    previous = str(ticket.status)
    ticket.status = next_status(previous, action)
    touch(ticket, entry.at)
    write_history(ticket, entry, previous=previous)
    return previous


def touch(ticket: Ticket, at: datetime) -> None:
    """It is another version now. The caller saves."""
    ticket.version += 1
    ticket.updated_at = at


def write_history(ticket: Ticket, entry: Entry, *, previous: str) -> HistoryEntry:
    """Keep who, when, from, to and why."""
    return HistoryEntry.objects.create(
        ticket=ticket,
        at=entry.at,
        by_id=entry.by.id,
        by_name=entry.by.name,
        action=entry.action,
        from_status=previous,
        to_status=ticket.status,
        detail=entry.detail[:500],
        reason=entry.reason,
    )


def involve(ticket: Ticket, *people: Person | None) -> None:
    """Let these people see the ticket from now on."""
    Involvement.objects.bulk_create(
        [Involvement(ticket=ticket, user_id=user_id) for user_id in sorted({person.id for person in people if person})],
        ignore_conflicts=True,
    )
