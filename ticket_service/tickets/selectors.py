"""Every read of tickets, each seen through what the asking person may see."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from attachments.models import Attachment
from attachments.selectors import get_attachment
from servicekit.errors import NotFound, require
from servicekit.principal import Principal
from tickets import policies
from tickets.models import HistoryEntry, Involvement, Ticket
from tickets.search import matching
from tickets.status import Status

ROW = (
    "id", "number", "subject", "status", "priority", "category__slug", "category__name", "subcategory", "subcategory_name",
    "department", "requester_id", "requester_name", "assignee_id", "assignee_name", "owner_id", "owner_name", "step", "target_at",
    "submitted_at", "updated_at",
)  # fmt: skip


@dataclass(frozen=True)
class TicketFilter:
    """Which tickets somebody wants to see. An empty criterion does not filter."""

    scope: str = "all"
    status: tuple[str, ...] = ()
    priority: tuple[str, ...] = ()
    category: str = ""
    q: str = ""


def visible_tickets(by: Principal) -> QuerySet[Ticket]:
    """All that the person may see: his own, those that he has or had to do with, or all."""
    if policies.may_see_all(by):
        return Ticket.objects.all()
    return Ticket.objects.filter(Q(requester_id=by.id) | _involves(by))


def list_tickets(by: Principal, wanted: TicketFilter) -> QuerySet[Ticket]:
    """The rows of a list, newest first by the pages' ordering; one query with the category."""
    found = _in_scope(by, wanted.scope)
    if wanted.status:
        found = found.filter(status__in=wanted.status)
    if wanted.priority:
        found = found.filter(priority__in=wanted.priority)
    if wanted.category:
        found = found.filter(category__slug=wanted.category)
    if wanted.q:
        found = found.filter(matching(wanted.q))
    return found.select_related("category").only(*ROW)


def _in_scope(by: Principal, scope: str) -> QuerySet[Ticket]:
    if scope == "mine":
        return Ticket.objects.filter(requester_id=by.id)
    if scope == "involved":
        return Ticket.objects.filter(_involves(by))
    if scope == "approval":
        require(policies.may_decide(by))
        return visible_tickets(by).filter(status=Status.NEW)
    return visible_tickets(by)


def _involves(by: Principal) -> Exists:
    return Exists(Involvement.objects.filter(ticket=OuterRef("pk"), user_id=by.id))


def get_ticket(number: str, by: Principal) -> Ticket:
    """The whole ticket with its category and form. Raises NotFound, also for one that the person may not see."""
    ticket = visible_tickets(by).select_related("category", "form").defer("search", "folded").filter(number=number).first()
    if ticket is None:
        raise NotFound
    return ticket


def visible_id(number: str, by: Principal) -> UUID:
    """The id of a ticket that this person may see. Raises NotFound, also for one that he may not see."""
    ticket_id: UUID | None = visible_tickets(by).filter(number=number).values_list("id", flat=True).first()
    if ticket_id is None:
        raise NotFound
    return ticket_id


def list_history(number: str, by: Principal) -> QuerySet[HistoryEntry]:
    """What happened to the ticket. Raises NotFound, also for one that the person may not see."""
    return HistoryEntry.objects.filter(ticket_id=visible_id(number, by))


def readable_attachment(attachment_id: UUID, by: Principal) -> Attachment:
    """A file of a ticket that the person may see, or one that he uploaded for a ticket to come. Raises NotFound."""
    attachment = get_attachment(attachment_id)
    if attachment.ticket_id is None:
        require(attachment.uploader_id == by.id, NotFound)
    else:
        require(visible_tickets(by).filter(id=attachment.ticket_id).exists(), NotFound)
    return attachment
